import type { Context, Handler } from 'hono'
import type { Offer } from '../../core/catalogue.ts'
import { WeirError } from '../../core/errors.ts'
import type { Policy } from '../../ledger/policy.ts'
import { judgeOffer, offersFor } from '../../routing/plan.ts'
import { clientDialects } from '../../dialects/index.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import { callerOf } from '../caller-of.ts'
import { guessDialect } from '../guess-dialect.ts'
import { modelShapes, type CallableModel, type ModelShape } from './model-shapes.ts'

/** In the shape of the dialect that the caller seems to speak: OpenAI's where nothing tells. */
export function listModels(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { list } = shapeFor(c)
    return c.json(list(await callableModels(deps, c), c.req.query()))
  }
}

export function getModel(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const { one } = shapeFor(c)
    return c.json(one(await callableModel(deps, c)))
  }
}

/** Who is answered in the shape of one dialect is told of errors in its words, too. */
function shapeFor(c: Context<CallerEnv>): ModelShape {
  const id = guessDialect(c)
  c.set('dialect', clientDialects[id])
  return modelShapes[id]
}

async function callableModels(deps: HttpDeps, c: Context): Promise<CallableModel[]> {
  const { policy } = await deps.authenticator.authenticateNow(callerOf(deps.edge, c))
  const names = [...deps.catalogue.routes.keys(), ...deps.catalogue.models.keys()]
  return names.flatMap((name) => describe(deps, policy, name) ?? [])
}

async function callableModel(deps: HttpDeps, c: Context): Promise<CallableModel> {
  const { policy } = await deps.authenticator.authenticateNow(callerOf(deps.edge, c))
  const model = describe(deps, policy, decodeName(c.req.path.replace(/^\/v1(beta)?\/models\//, '')))
  if (!model) throw new WeirError('model_not_found', 'There is no such model.', { param: 'model' })
  return model
}

/** A name that is wrongly encoded names nothing. */
export function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ''
  }
}

function describe(deps: HttpDeps, policy: Policy, id: string): CallableModel | undefined {
  const callable = offersFor(deps.catalogue, id).filter((offer) => isCallable(deps, policy, offer))
  const [offer] = callable
  if (!offer) return undefined
  const providers = [...new Set(callable.map(({ provider }) => provider))]
  const simulated = deps.providers.get(offer.provider)?.provider.simulate !== undefined
  return { id, offer, providers, simulated }
}

function isCallable({ providers }: HttpDeps, { models: allowed }: Policy, offer: Offer): boolean {
  const judging = { providers, allowed, time: Date.now(), dialect: 'openai-chat' } as const
  return typeof judgeOffer(offer, judging) !== 'string'
}
