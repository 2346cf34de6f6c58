import type { Amounts } from '../core/amounts.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Exchange } from '../core/price.ts'
import type { Usage, UsageSource } from '../core/usage.ts'
import type { LimitState } from './limit.ts'
import type { Briefing } from './policy.ts'

/** One way in which a call may be served. */
export interface Candidate {
  readonly model: string
  readonly provider: string
  /** The most that it may use. */
  readonly hold: Amounts
  /** The input as estimated: what is charged if nothing more is ever heard of the call. */
  readonly floor: Amounts
  /** What the provider is owed at that floor, in nanoUSD; as much as is charged where absent. */
  readonly floorProviderCost?: number
  /** The card that priced it, for the row. */
  readonly priceCard?: string
  readonly exchange?: Exchange
}

export interface OpenCall {
  /** `req_<org>_<uuidv7>`. Opening an id that is open already gives the same hold again. */
  readonly id: string
  readonly keyHash: string
  readonly policyVersion: string
  readonly candidates: readonly Candidate[]
  /** Whom the caller makes it for, as it says itself. */
  readonly endUser?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** The call may go on: every limit above it granted the largest of its candidates' holds. */
export interface Hold {
  readonly kind: 'hold'
  readonly id: string
  /** The ledger's clock, Unix milliseconds. */
  readonly openedAt: number
  readonly leaseUntil: number
  /** Every limit that the call counts towards, with this hold in it. */
  readonly limits: readonly LimitState[]
}

/** Nothing is held: the policy changed, the plan must be made once more under this one. */
export interface Stale {
  readonly kind: 'stale'
  readonly policy: Briefing
}

/** Nothing is held or changed. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly code: ErrorCode
  readonly message: string
  readonly retryAfterSeconds?: number
  readonly retryable?: boolean
  /** The limit that refused, before this call, and what the call asked of it. */
  readonly limit?: LimitState & { readonly requested: number }
}

export interface ExtendStep {
  /** 1, 2, 3 …: a step that was granted already is granted again without effect. */
  readonly seq: number
  /** What to hold on top. */
  readonly more: Amounts
  /** What the call has used by now, input estimate included: its floor from here on. */
  readonly soFar: Amounts
  /** What the provider is owed by now, in nanoUSD; as much as is charged where absent. */
  readonly providerCostSoFar?: number
  /** Index of the candidate that is serving. */
  readonly candidate: number
}

export interface Extension {
  readonly kind: 'extension'
  readonly leaseUntil: number
}

/** One try at one provider. */
export interface Attempt {
  readonly provider: string
  readonly model: string
  /** The provider's HTTP status; 0 where none came. */
  readonly status: number
  readonly latencyMs: number
  readonly usage: Usage
  readonly source: UsageSource
  /** NanoUSD. */
  readonly providerCost: number
  readonly priceCard?: string
  readonly exchange?: Exchange
}

export type Outcome = 'ok' | 'failed' | 'cancelled' | 'timed_out' | 'cut' | 'swept'

export interface Settlement {
  readonly id: string
  /** Empty if nothing was sent. */
  readonly attempts: readonly Attempt[]
  /** Index of the attempt that served the caller; absent if none did. */
  readonly served?: number
  readonly source: UsageSource
  readonly outcome: Outcome
  /** NanoUSD, by the org's rate, of the attempt that served. */
  readonly charge: number
}

/** A call that was served while the ledger could not be reached, to be put into the books afterwards. */
export interface Posting {
  readonly call: OpenCall
  /** Unix milliseconds. */
  readonly openedAt: number
  /**
   * When this is sent, by the clock that `openedAt` is from: then only the time between the two counts, for that clock may be off.
   * Absent where it is the ledger's own.
   */
  readonly postedAt?: number

  readonly settlement: Settlement
}

/** The row of a call that ended. Amounts are nanoUSD, times Unix milliseconds. */
export interface Receipt {
  readonly kind: 'receipt'
  readonly id: string
  readonly keyId: string
  readonly projectId?: string
  readonly endUser?: string
  readonly model: string
  readonly provider: string
  readonly attempts: readonly Attempt[]
  readonly usage: Usage
  readonly source: UsageSource
  readonly charge: number
  readonly providerCost: number
  readonly hold: Amounts
  readonly outcome: Outcome
  readonly tags: Readonly<Record<string, string>>
  readonly startedAt: number
  readonly endedAt: number
}

export function refuse(
  code: ErrorCode,
  message: string,
  more: Omit<Refusal, 'kind' | 'code' | 'message'> = {},
): Refusal {
  return { kind: 'refusal', code, message, ...more }
}
