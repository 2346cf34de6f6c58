import type { StreamClosing, StreamScanner } from '../core/dialect.ts'
import { WeirError } from '../core/errors.ts'
import { formatUsd } from '../core/money.ts'
import { noUsage } from '../core/usage.ts'
import type { Outcome } from '../ledger/call.ts'
import { UpstreamError } from '../upstream/deadlines.ts'
import type { Try } from './attempt.ts'
import { BudgetSpent } from './coverage.ts'
import { CallerLeft } from './leaving.ts'
import { limitToTell } from './unwrap.ts'

const nothing = new Uint8Array()

/** The end of a stream: put down and settled once, and told in the words of its dialect. */
export class StreamEnd {
  readonly #attempt: Try
  readonly #scanner: StreamScanner
  #index: number | undefined
  #told = false

  constructor(attempt: Try, scanner: StreamScanner) {
    this.#attempt = attempt
    this.#scanner = scanner
  }

  /** Puts down what the stream used, and settles. For a stream that failed before it brought anything nobody is charged. */
  settle(broken?: unknown): void {
    if (this.#index !== undefined) return
    const { call, live, sentAt } = this.#attempt
    const { finished, usage, outputBytes } = this.#scanner
    const told = finished ? usage : undefined
    const index = live.noteAnswer(sentAt, { status: 200, told, seen: this.#scanner })
    this.#index = index
    const outcome = outcomeOf(this.#scanner, broken)
    const failedEmpty = outcome !== 'ok' && outcome !== 'cancelled' && outputBytes === 0
    call.caller.afterwards(live.settle({ outcome, ...(!failedEmpty && { served: index }) }))
  }

  /** Settles a stream that finished. What is told in place of its own end, or where it has none; once. */
  finish(): Uint8Array {
    this.settle()
    const { wishes } = this.#attempt
    const hasEnd = this.#scanner.ended && !wishes.usageEvent
    if (hasEnd || this.#scanner.failed || this.#told) return nothing
    this.#told = true
    return this.#scanner.close(this.#closing())
  }

  /** Settles a stream that a budget cuts. What is told at its end. */
  cut(spent: BudgetSpent): Uint8Array {
    this.settle(spent)
    const limit = spent.limit && limitToTell(spent.limit)
    return this.#scanner.cut({ ...this.#closing(), limit })
  }

  #closing(): StreamClosing {
    const { live, candidate, wishes } = this.#attempt
    const { provider, model } = candidate.offer
    const attempt = this.#index === undefined ? undefined : live.attempts[this.#index]
    const charge = formatUsd(live.chargeOf(this.#index))
    return {
      requestId: live.id,
      model,
      usage: attempt?.usage ?? noUsage,
      ...(wishes.usageEvent && attempt && { cost: { provider, charge, source: attempt.source } }),
    }
  }
}

function outcomeOf(scanner: StreamScanner, broken: unknown): Outcome {
  if (scanner.finished && !scanner.failed) return 'ok'
  if (broken instanceof CallerLeft) return 'cancelled'
  if (broken instanceof BudgetSpent || broken instanceof WeirError) return 'cut'
  return broken instanceof UpstreamError && broken.reason === 'timed_out' ? 'timed_out' : 'failed'
}
