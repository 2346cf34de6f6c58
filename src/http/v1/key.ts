import type { Handler } from 'hono'
import { orgId } from '../../core/ids.ts'
import { isEnforced } from '../../ledger/limit.ts'
import { limitStateToWire, timeToWire } from '../../ledger/wire.ts'
import { reachLedger, refusalError } from '../../pipeline/unwrap.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'

/** What the caller's own key is, which limits may refuse its calls, and what is left of them. */
export function getKey(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { org, policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const limits = await reachLedger(deps.log, deps.ledger.book.limitsOfKey(org, policy.keyId))
    if ('kind' in limits) throw refusalError(limits)
    return c.json({
      id: policy.keyId,
      name: policy.keyName,
      org: orgId(org),
      project_id: policy.projectId ?? null,
      scopes: policy.scopes,
      models: policy.models ?? null,
      expires_at: policy.expiresAt === undefined ? null : timeToWire(policy.expiresAt),
      limits: limits.filter(({ limit }) => isEnforced(limit)).map(limitStateToWire),
    })
  }
}
