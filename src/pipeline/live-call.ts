import { noAmounts, type Amounts } from '../core/amounts.ts'
import type { ModelRequest } from '../core/dialect.ts'
import type { PriceCard } from '../core/price.ts'
import type { Usage, UsageSource } from '../core/usage.ts'
import type { Attempt, Candidate, Outcome } from '../ledger/call.ts'
import { amountsOf, countedUsage, mostOf } from '../metering/estimate.ts'
import { costOf } from '../metering/cost.ts'
import type { PlannedCandidate } from '../routing/plan.ts'
import type { PipelineDeps } from './deps.ts'
import { settleSurely } from './settle.ts'

/** What is known of one attempt's end. */
interface AttemptEnd {
  readonly status: number
  readonly usage: Usage
  readonly source: UsageSource
}

/** What is known of an attempt that answered. */
interface AnswerEnd {
  readonly status: number
  /** The usage that the provider told, if it did. */
  readonly told: Usage | undefined
  /** Bytes of the text that it generated. */
  readonly outputBytes: number
}

/** A call that holds: it keeps its lease until it is settled, which happens exactly once, whatever ends it. */
export class LiveCall {
  readonly id: string
  readonly request: ModelRequest
  readonly candidates: readonly PlannedCandidate[]
  readonly attempts: Attempt[] = []
  /** Index of the candidate that is being tried. */
  serving = 0
  /** Bytes of output seen so far: what the lease's reports count. */
  outputBytes: () => number = () => 0
  readonly #deps: PipelineDeps
  readonly #org: string
  #leaseTimer: ReturnType<typeof setTimeout> | undefined
  #seq = 0
  #settled: Promise<void> | undefined

  constructor(
    deps: PipelineDeps,
    call: { id: string; org: string; request: ModelRequest; candidates: readonly PlannedCandidate[] },
  ) {
    this.#deps = deps
    this.#org = call.org
    this.id = call.id
    this.request = call.request
    this.candidates = call.candidates
    this.#keepLease()
  }

  /** Notes how an attempt at the current candidate ended, and returns its index. */
  noteAttempt(startedAt: number, end: AttemptEnd): number {
    const { offer, card } = this.#candidate()
    this.attempts.push({
      provider: offer.provider,
      model: offer.model,
      latencyMs: Math.max(0, Math.round(performance.now() - startedAt)),
      providerCost: costOf(card, end.usage),
      ...pricedBy(card),
      ...end,
    })
    return this.attempts.length - 1
  }

  /** Notes an attempt that answered: what the provider told is exact; where it told nothing, the text is counted. */
  noteAnswer(startedAt: number, { status, told, outputBytes }: AnswerEnd): number {
    const usage = told ?? this.#counted(outputBytes)
    return this.noteAttempt(startedAt, { status, usage, source: told ? 'exact' : 'counted' })
  }

  /** Notes an attempt that broke: it may have been billed for its input, and for what it had generated. */
  noteBroken(startedAt: number, source: UsageSource): number {
    return this.noteAttempt(startedAt, { status: 0, usage: this.#counted(this.outputBytes()), source })
  }

  /** Settles, once: later calls change nothing. Resolves when the ledger has it or cannot be told. */
  settle(end: { outcome: Outcome; served?: number }): Promise<void> {
    this.#settled ??= this.#settleOnce(end)
    return this.#settled
  }

  /** What the attempt that served costs the caller, in nanoUSD. */
  chargeOf(served: number | undefined): number {
    return served === undefined ? 0 : (this.attempts[served]?.providerCost ?? 0)
  }

  async #settleOnce({ outcome, served }: { outcome: Outcome; served?: number }): Promise<void> {
    clearTimeout(this.#leaseTimer)
    await settleSurely(this.#deps, this.#org, {
      id: this.id,
      attempts: this.attempts,
      ...(served !== undefined && { served }),
      source: sourceOf(this.attempts, served),
      outcome,
      charge: this.chargeOf(served),
    })
  }

  /** Renews the lease at half time, and reports what was used so far, for as long as the call lives. */
  #keepLease(): void {
    this.#leaseTimer = setTimeout(() => {
      const step = { seq: ++this.#seq, more: noAmounts, soFar: this.#soFar(), candidate: this.serving }
      const failed = (reason: string) =>
        this.#deps.log('warn', 'lease-not-renewed', { call: this.id, reason })
      this.#deps.ledger.book.extend(this.#org, this.id, step).then(
        (answer) => answer.kind === 'refusal' && failed(answer.code),
        (error: unknown) => failed(String(error)),
      )
      this.#keepLease()
    }, this.#deps.leaseMs / 2)
  }

  #soFar(): Amounts {
    return amountsOf(this.#counted(this.outputBytes()), this.#candidate().card)
  }

  #counted(outputBytes: number): Usage {
    return countedUsage(this.request, this.#candidate().offer, outputBytes)
  }

  #candidate(): PlannedCandidate {
    const candidate = this.candidates[this.serving]
    if (!candidate) throw new Error('No candidate is being tried.')
    return candidate
  }
}

/** The source of a row: that of the attempt that served, or the worst of those that did not. */
function sourceOf(attempts: readonly Attempt[], served: number | undefined): UsageSource {
  const serving = served === undefined ? undefined : attempts[served]
  if (serving) return serving.source
  const sources = attempts.map((attempt) => attempt.source)
  return sources.includes('floor') ? 'floor' : sources.includes('counted') ? 'counted' : 'exact'
}

/** A planned candidate as the ledger holds for it. */
export function ledgerCandidate(request: ModelRequest, { offer, card }: PlannedCandidate): Candidate {
  return {
    model: offer.model,
    provider: offer.provider,
    hold: mostOf(request, offer, card),
    floor: amountsOf(countedUsage(request, offer, 0), card),
    ...pricedBy(card),
  }
}

function pricedBy({ id, exchange }: PriceCard) {
  return { priceCard: id, ...(exchange && { exchange }) }
}
