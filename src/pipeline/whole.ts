import { formatUsd } from '../core/money.ts'
import type { UpstreamHead } from '../core/transport.ts'
import { UpstreamError } from '../upstream/deadlines.ts'
import { readAll } from '../upstream/read-all.ts'
import type { Answer } from './answer.ts'
import { servedHeaders, type Try } from './attempt.ts'
import { headersDown } from './headers.ts'

const maxAnswerBytes = 64 * 1024 * 1024
/** Up to this size an answer waits for its cost, so that a header can tell it. */
const maxBytesWithCost = 1024 * 1024

/** An unstreamed answer: read to its end, metered, settled, and passed on byte for byte. */
export async function answerWhole(attempt: Try, head: UpstreamHead): Promise<Answer> {
  const { call, live, exchange, sentAt } = attempt
  const body = await readAll(exchange, maxAnswerBytes)
  const facts = call.dialect.readAnswer(body)
  if (!facts) throw new UpstreamError('broken', 'The provider sent no answer of its dialect.')
  const { usage: told, outputBytes } = facts
  const served = live.noteAnswer(sentAt, { status: head.status, told, outputBytes })
  call.caller.afterwards(live.settle({ outcome: 'ok', served }))
  const ours = { ...attempt.headers, ...servedHeaders(attempt, served) }
  if (body.length <= maxBytesWithCost) ours['x-weir-cost'] = formatUsd(live.chargeOf(served))
  return { status: head.status, headers: headersDown(call.dialect, head.headers, ours), body }
}
