import type { Handler } from 'hono'
import { WeirError } from '../../core/errors.ts'
import { orgOfId } from '../../core/ids.ts'
import { receiptToWire } from '../../ledger/wire.ts'
import { reachLedger } from '../../pipeline/unwrap.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'

/** The receipt of a call that this very key made. */
export function getRequest(deps: HttpDeps): Handler<CallerEnv, '/v1/requests/:id'> {
  return async (c) => {
    const { org, policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const id = c.req.param('id')
    const missing = new WeirError('not_found', 'There is no such request, or it has not ended yet.')
    if (orgOfId('req', id) !== org) throw missing
    const receipt = await reachLedger(deps.log, deps.ledger.book.request(org, id))
    if (receipt.kind === 'refusal' || receipt.keyId !== policy.keyId) throw missing
    return c.json(receiptToWire(receipt))
  }
}
