import type { Context, Handler } from 'hono'
import type { Dialect, IncomingRequest } from '../../core/dialect.ts'
import type { ConfiguredProvider, Speech } from '../../core/provider.ts'
import { countedSize, type Counting } from '../../dialects/counting.ts'
import { countedUsage, nothingSeen } from '../../metering/estimate.ts'
import type { Answer } from '../../pipeline/answer.ts'
import type { Dispatch, IncomingCall } from '../../pipeline/attempt.ts'
import { ownAnswer } from '../../pipeline/own-answer.ts'
import { serve } from '../../pipeline/serve.ts'
import { planCall } from '../../routing/plan.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import { callModel } from './call.ts'

/**
 * How many tokens a request would bring in: asked of a provider that counts in the caller's dialect; else estimated, and said to be.
 * Either way it is a call without any usage.
 */
export function countTokens(
  deps: HttpDeps,
  { dialect, print }: Counting,
  address?: (c: Context) => Omit<IncomingRequest, 'body'>,
): Handler<CallerEnv> {
  const counters = countersAmong(deps.providers, dialect)

  const isCounted = ({ credential, request }: IncomingCall): boolean => {
    const { catalogue, providers } = deps
    const { models: allowed } = credential.policy
    const plan = { catalogue, providers, allowed, dialect: dialect.id, name: request.model }
    const [{ offer, speech }] = planCall({ ...plan, time: Date.now() })
    return speech.dialect === dialect.id && counters.has(offer.provider)
  }

  const estimate = (dispatching: Dispatch): Answer => {
    const answer = ownAnswer(dispatching, (request, offer) => {
      const counted = { ...request, size: countedSize(request) }
      return print(countedUsage(counted, offer, nothingSeen).inputTokens)
    })
    return { ...answer, headers: { ...answer.headers, 'x-weir-estimated': 'true' } }
  }

  const count = async (call: IncomingCall): Promise<Answer> =>
    isCounted(call) ? serve({ ...deps, providers: counters }, call) : serve(deps, call, estimate)

  return callModel(deps, dialect, { serve: count, ...(address && { address }) })
}

/** Providers as far as they speak this dialect at its own address: who has it elsewhere counts otherwise, or not at all. */
function countersAmong(
  providers: ReadonlyMap<string, ConfiguredProvider>,
  dialect: Dialect,
): ReadonlyMap<string, ConfiguredProvider> {
  const counters = [...providers].flatMap(([id, configured]) => {
    const { provider } = configured
    const chat = provider.speaks.chat.filter((speech) => isAtHome(speech, dialect))
    return chat.length > 0
      ? [[id, { ...configured, provider: { ...provider, speaks: { chat } } }] as const]
      : []
  })
  return new Map(counters)
}

function isAtHome({ dialect, prefix, path }: Speech, { id }: Dialect): boolean {
  return dialect === id && prefix === undefined && path === undefined
}
