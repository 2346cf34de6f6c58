import type { Handler } from 'hono'
import type { Offer } from '../../core/catalogue.ts'
import { WeirError } from '../../core/errors.ts'
import type { Policy } from '../../ledger/policy.ts'
import { isAllowed } from '../../routing/plan.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'

/** What the key may call now: models that it is allowed and that have a provider, in OpenAI's shape. */
export function listModels(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const data = [...deps.catalogue.models.values()].flatMap((offers) => describe(deps, policy, offers) ?? [])
    return c.json({ object: 'list', data })
  }
}

export function getModel(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const name = decodeName(c.req.path.replace(/^\/v1\/models\//, ''))
    const model = describe(deps, policy, deps.catalogue.models.get(name) ?? [])
    if (!model) throw new WeirError('model_not_found', 'There is no such model.', { param: 'model' })
    return c.json(model)
  }
}

/** A name that is wrongly encoded names nothing. */
function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ''
  }
}

function describe(deps: HttpDeps, policy: Policy, offers: readonly Offer[]) {
  const callable = offers.filter(
    (offer) => isAllowed(offer, policy.models) && deps.providers.has(offer.provider),
  )
  const [offer] = callable
  if (!offer) return undefined
  return {
    id: offer.model,
    object: 'model',
    created: offer.released ? Math.floor(Date.parse(offer.released) / 1000) : 0,
    owned_by: offer.provider,
    name: offer.name,
    context: offer.contextTokens,
    max_output: offer.maxOutputTokens,
    tags: offer.tags,
    providers: callable.map(({ provider }) => provider),
    ...(deps.providers.get(offer.provider)?.provider.simulate && { simulated: true }),
  }
}
