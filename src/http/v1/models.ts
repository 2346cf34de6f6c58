import type { Handler } from 'hono'
import type { Offer } from '../../core/catalogue.ts'
import { WeirError } from '../../core/errors.ts'
import type { Policy } from '../../ledger/policy.ts'
import { isAllowed, offersFor, priceOf } from '../../routing/plan.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'

/** What the key may call now: routes and models that it is allowed, with a provider and a price, in OpenAI's shape. */
export function listModels(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const names = [...deps.catalogue.routes.keys(), ...deps.catalogue.models.keys()]
    const data = names.flatMap((name) => describe(deps, policy, name) ?? [])
    return c.json({ object: 'list', data })
  }
}

export function getModel(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
    const name = decodeName(c.req.path.replace(/^\/v1\/models\//, ''))
    const model = describe(deps, policy, name)
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

function describe(deps: HttpDeps, policy: Policy, name: string) {
  const callable = offersFor(deps.catalogue, name).filter((offer) => isCallable(deps, policy, offer))
  const [offer] = callable
  if (!offer) return undefined
  return {
    id: name,
    object: 'model',
    created: offer.released ? Math.floor(Date.parse(offer.released) / 1000) : 0,
    owned_by: offer.provider,
    name: offer.name,
    context: offer.contextTokens,
    max_output: offer.maxOutputTokens,
    tags: offer.tags,
    providers: [...new Set(callable.map(({ provider }) => provider))],
    ...(deps.providers.get(offer.provider)?.provider.simulate && { simulated: true }),
  }
}

function isCallable({ providers }: HttpDeps, policy: Policy, offer: Offer): boolean {
  if (!providers.has(offer.provider) || !isAllowed(offer, policy.models)) return false
  return priceOf(offer, Date.now()) !== undefined
}
