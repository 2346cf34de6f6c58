import type { Offer } from '../core/catalogue.ts'
import type { ModelRequest } from '../core/dialect.ts'
import { formatUsd } from '../core/money.ts'
import { noUsage } from '../core/usage.ts'
import type { Answer } from './answer.ts'
import type { Dispatch } from './attempt.ts'

/** Who is named where no provider was asked. */
const ourselves = 'weir'

/** What the gateway answers by itself, in place of a provider: in the books a call like any other, without usage and cost. */
export function ownAnswer(
  { call, live, headers }: Dispatch,
  write: (request: ModelRequest, offer: Offer) => Uint8Array,
): Answer {
  const [candidate] = live.candidates
  if (!candidate) throw new Error('A call without candidates was opened.')
  const { offer } = candidate
  const { model } = offer
  const body = write(live.request, offer)
  const answered = { status: 200, latencyMs: 0, usage: noUsage, source: 'exact', providerCost: 0 } as const
  const served = live.attempts.push({ provider: ourselves, model, ...answered }) - 1
  call.caller.afterwards(live.settle({ outcome: 'ok', served }))
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      ...headers,
      'x-weir-provider': ourselves,
      'x-weir-model': model,
      'x-weir-attempts': String(live.attempts.length),
      'x-weir-cost': formatUsd(live.chargeOf(served)),
    },
    body,
  }
}
