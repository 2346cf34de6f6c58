import type { Context, Handler } from 'hono'
import type { Dialect, IncomingRequest } from '../../core/dialect.ts'
import type { ConfiguredProvider } from '../../core/provider.ts'
import { countedSize, type Counting } from '../../dialects/counting.ts'
import { countedUsage } from '../../metering/estimate.ts'
import type { Answer } from '../../pipeline/answer.ts'
import type { IncomingCall } from '../../pipeline/attempt.ts'
import { serve } from '../../pipeline/serve.ts'
import { planCall, type PlanRequest } from '../../routing/plan.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'
import { callModel } from './call.ts'

/**
 * How many tokens a request would bring in: asked of a provider that counts in the caller's dialect, which is a call without any
 * usage; else estimated, and said to be.
 */
export function countTokens(
  deps: HttpDeps,
  { dialect, print }: Counting,
  address?: (c: Context) => Omit<IncomingRequest, 'body'>,
): Handler<CallerEnv> {
  const counters = countersAmong(deps.providers, dialect)

  const count = async (call: IncomingCall): Promise<Answer> => {
    const { catalogue, providers } = deps
    const { models: allowed } = call.credential.policy
    const plan: PlanRequest = {
      catalogue,
      providers,
      allowed,
      dialect: dialect.id,
      name: call.request.model,
      time: Date.now(),
    }
    const [first] = planCall(plan)
    if (first.speech.dialect === dialect.id && counters.has(first.offer.provider))
      return serve({ ...deps, providers: counters }, call)
    const { inputTokens } = countedUsage({ ...call.request, size: countedSize(call.request) }, first.offer, 0)
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-request-id': call.requestId,
        'x-weir-model': first.offer.model,
        'x-weir-estimated': 'true',
      },
      body: print(inputTokens),
    }
  }

  return callModel(deps, dialect, { serve: count, ...(address && { address }) })
}

/** Providers as far as they speak this dialect at their usual address: elsewhere they do not count. */
function countersAmong(
  providers: ReadonlyMap<string, ConfiguredProvider>,
  dialect: Dialect,
): ReadonlyMap<string, ConfiguredProvider> {
  const counters = [...providers].flatMap(([id, configured]) => {
    const { provider } = configured
    const chat = provider.speaks.chat.filter((speech) => speech.dialect === dialect.id && !speech.path)
    return chat.length > 0
      ? [[id, { ...configured, provider: { ...provider, speaks: { chat } } }] as const]
      : []
  })
  return new Map(counters)
}
