import type { Context, Handler } from 'hono'
import type { Offer } from '../../core/catalogue.ts'
import { WeirError } from '../../core/errors.ts'
import type { Policy } from '../../ledger/policy.ts'
import { judgeOffer, offersFor } from '../../routing/plan.ts'
import { clientDialects } from '../../dialects/index.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import {
  anthropicList,
  anthropicModel,
  geminiList,
  geminiModel,
  openaiModel,
  type CallableModel,
} from './model-shapes.ts'

/** In OpenAI's shape, or in Anthropic's for those who name its version. */
export function listModels(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const isAnthropic = speaksAnthropic(c)
    const models = await callableModels(deps, c)
    if (isAnthropic) return c.json(anthropicList(models, c.req.query()))
    return c.json({ object: 'list', data: models.map(openaiModel) })
  }
}

export function getModel(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    const print = speaksAnthropic(c) ? anthropicModel : openaiModel
    return c.json(print(await callableModel(deps, c, '/v1/models/')))
  }
}

export function listGeminiModels(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    c.set('dialect', clientDialects.gemini)
    return c.json(geminiList(await callableModels(deps, c), c.req.query()))
  }
}

export function getGeminiModel(deps: HttpDeps): Handler<CallerEnv> {
  return async (c) => {
    c.set('dialect', clientDialects.gemini)
    return c.json(geminiModel(await callableModel(deps, c, '/v1beta/models/')))
  }
}

/** Its SDKs send the version with every request; errors are told in its words, too. */
function speaksAnthropic(c: Context<CallerEnv>): boolean {
  if (c.req.header('anthropic-version') === undefined) return false
  c.set('dialect', clientDialects['anthropic-messages'])
  return true
}

async function callableModels(deps: HttpDeps, c: Context): Promise<CallableModel[]> {
  const { policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
  const names = [...deps.catalogue.routes.keys(), ...deps.catalogue.models.keys()]
  return names.flatMap((name) => describe(deps, policy, name) ?? [])
}

async function callableModel(deps: HttpDeps, c: Context, below: string): Promise<CallableModel> {
  const { policy } = await deps.authenticator.authenticateNow(deps.edge.caller(c))
  const model = describe(deps, policy, decodeName(c.req.path.slice(below.length)))
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
