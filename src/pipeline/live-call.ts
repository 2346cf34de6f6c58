import type { Amounts } from '../core/amounts.ts'
import type { ModelRequest, Seen } from '../core/dialect.ts'
import type { Usage, UsageSource } from '../core/usage.ts'
import type { Attempt, Extension, Outcome, Refusal, Settlement } from '../ledger/call.ts'
import { chargeOf } from '../metering/charge.ts'
import { costOf } from '../metering/cost.ts'
import { amountsOf, countedUsage, nothingSeen } from '../metering/estimate.ts'
import { pricedBy, type PricedCandidate } from './candidate.ts'
import type { PipelineDeps } from './deps.ts'
import { Lease } from './lease.ts'
import type { Opened } from './opened.ts'
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
  readonly seen: Seen
}

/** A call that holds: it keeps its lease until it is settled, which happens exactly once, whatever ends it. */
export class LiveCall {
  readonly id: string
  readonly request: ModelRequest
  readonly candidates: readonly PricedCandidate[]
  readonly attempts: Attempt[] = []
  /** Index of the candidate that is being tried. */
  serving = 0
  /** Output seen so far: what the lease's reports count. */
  seen: () => Seen = () => nothingSeen
  readonly #deps: PipelineDeps
  readonly #opened: Opened
  /** What each attempt would be charged, in nanoUSD. */
  readonly #charges: number[] = []
  readonly #lease: Lease | undefined
  /** Whether it goes on without the ledger. */
  #offLedger: boolean
  #settled: Promise<void> | undefined

  constructor(deps: PipelineDeps, request: ModelRequest, opened: Opened) {
    this.#deps = deps
    this.#opened = opened
    this.id = opened.call.id
    this.request = request
    this.candidates = opened.candidates
    this.#offLedger = opened.hold === undefined
    if (opened.hold) this.#lease = this.#newLease()
  }

  /** Notes how an attempt at the current candidate ended, and returns its index. */
  noteAttempt(startedAt: number, end: AttemptEnd): number {
    const { offer, card, pricing } = this.#candidate()
    this.attempts.push({
      provider: offer.provider,
      model: offer.model,
      latencyMs: Math.max(0, Math.round(performance.now() - startedAt)),
      providerCost: costOf(card, end.usage),
      ...pricedBy(card),
      ...end,
    })
    return this.#charges.push(chargeOf(pricing, end.usage)) - 1
  }

  /** Notes an attempt that answered: what the provider told is exact; where it told nothing, the text is counted. */
  noteAnswer(startedAt: number, { status, told, seen }: AnswerEnd): number {
    const usage = told ?? this.#counted(seen)
    return this.noteAttempt(startedAt, { status, usage, source: told ? 'exact' : 'counted' })
  }

  /** Notes an attempt that broke: it may have been billed for its input, and for what it had generated. */
  noteBroken(startedAt: number, source: UsageSource): number {
    return this.noteAttempt(startedAt, { status: 0, usage: this.#counted(this.seen()), source })
  }

  /** Asks to hold more for the candidate that serves. Undefined if there is no answer to be had. */
  async extend(more: Amounts): Promise<Extension | Refusal | undefined> {
    if (!this.#offLedger) return this.#lease?.extend(more)
    const granted = this.#deps.outage.extend(this.#opened, more.cost)
    return granted ? { kind: 'extension', leaseUntil: 0 } : undefined
  }

  /** Goes on without the ledger, which does not answer, and holds so much more: if the key may, and its allowance covers that. */
  async leaveLedger(more: Amounts): Promise<boolean> {
    if (this.#offLedger) return false
    const journalled = this.#deps.outage.admit(this.#opened, more.cost)
    if (!journalled) return false
    this.#lease?.stop()
    // At once, for the call may end while it is being journalled.
    this.#offLedger = true
    this.#offLedger = await journalled
    return this.#offLedger
  }

  /** Settles, once: later calls change nothing. Resolves when the ledger has it or cannot be told. */
  settle(end: { outcome: Outcome; served?: number }): Promise<void> {
    this.#settled ??= this.#settleOnce(end)
    return this.#settled
  }

  /** What the attempt that served is charged to the caller, in nanoUSD. */
  chargeOf(served: number | undefined): number {
    return served === undefined ? 0 : (this.#charges[served] ?? 0)
  }

  async #settleOnce({ outcome, served }: { outcome: Outcome; served?: number }): Promise<void> {
    const settlement: Settlement = {
      id: this.id,
      attempts: this.attempts,
      ...(served !== undefined && { served }),
      source: sourceOf(this.attempts, served),
      outcome,
      charge: this.chargeOf(served),
    }
    this.#lease?.stop()
    if (this.#offLedger) return this.#deps.outage.settle(settlement)
    return settleSurely(this.#deps, this.#opened.credential.org, settlement)
  }

  #newLease(): Lease {
    const { org } = this.#opened.credential
    return new Lease({
      leaseMs: this.#deps.leaseMs,
      send: (step) => this.#deps.ledger.book.extend(org, this.id, step),
      report: () => this.#report(),
      failed: (reason) => this.#deps.log('warn', 'lease-not-renewed', { call: this.id, reason }),
    })
  }

  #report() {
    const { card, pricing } = this.#candidate()
    const soFar = this.#counted(this.seen())
    return {
      soFar: amountsOf(soFar, pricing),
      providerCostSoFar: costOf(card, soFar),
      candidate: this.serving,
    }
  }

  #counted(seen: Seen): Usage {
    return countedUsage(this.request, this.#candidate().offer, seen)
  }

  #candidate(): PricedCandidate {
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
