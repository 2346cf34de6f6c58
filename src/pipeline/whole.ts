import { WeirError } from '../core/errors.ts'
import { formatUsd } from '../core/money.ts'
import type { UpstreamHead } from '../core/transport.ts'
import { UpstreamError } from '../upstream/deadlines.ts'
import { readAll } from '../upstream/read-all.ts'
import type { Answer } from './answer.ts'
import { servedHeaders, type Try } from './attempt.ts'
import { BudgetSpent, Coverage } from './coverage.ts'
import { failureOf, type Failure } from './failure.ts'
import { limitToTell } from './unwrap.ts'

const maxAnswerBytes = 64 * 1024 * 1024
/** Up to this size an answer waits for its cost, so that a header can tell it. */
const maxBytesWithCost = 1024 * 1024

/** An unstreamed answer: read to its end, metered, settled, and passed on. What is of no use is put down, and another may be tried. */
export async function answerWhole(attempt: Try, head: UpstreamHead): Promise<Answer | Failure> {
  const { call, live, passage, exchange, sentAt } = attempt
  await coverWhole(attempt)
  const whole = passage.readWhole(await readAll(exchange, maxAnswerBytes))
  if (!whole) throw new UpstreamError('broken', 'The provider sent no answer of its dialect.')
  const { body } = whole
  const { usage: told, ...seen } = whole.facts
  const served = live.noteAnswer(sentAt, { status: head.status, told, seen })
  if (whole.unusable) return { kind: 'failure', error: failureOf(undefined) }
  call.caller.afterwards(live.settle({ outcome: 'ok', served }))
  const ours = { ...attempt.headers, ...servedHeaders(attempt, served) }
  if (body.length <= maxBytesWithCost) ours['x-weir-cost'] = formatUsd(live.chargeOf(served))
  return { status: head.status, headers: passage.headersDown(head.headers, ours), body }
}

/** A stream was asked for, and held as one; what comes whole may have all of its output at once, so all of it must be held. */
async function coverWhole({ live, candidate, exchange, sentAt }: Try): Promise<void> {
  try {
    await new Coverage(live, candidate).all()
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    exchange.abort(error)
    live.noteBroken(sentAt, 'floor')
    const message = 'A budget does not cover an answer that the provider did not stream.'
    throw new WeirError('budget_exceeded', message, error.limit && { limit: limitToTell(error.limit) })
  }
}
