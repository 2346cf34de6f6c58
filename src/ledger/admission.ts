import type { Amounts } from '../core/amounts.ts'
import { formatUsd } from '../core/money.ts'
import { refuse, type Candidate, type Receipt, type Refusal } from './call.ts'
import { capacityOf, coversModel, isRate, type Limit, type LimitState } from './limit.ts'
import { rateMs } from './window.ts'

/** The rules of admission, pure: every engine decides by these. */

/** A rate's bucket: how full it was, and when (Unix milliseconds). It drains evenly, and may be fuller than its size: that is debt. */
export interface Bucket {
  readonly used: number
  readonly at: number
}

/** How full a bucket is now. A clock that stepped back drains nothing. */
export function drained(limit: Limit, bucket: Bucket, now: number): number {
  const elapsed = Math.max(0, now - bucket.at)
  return Math.max(0, bucket.used - (elapsed * limit.amount) / rateMs(limit.per))
}

/** What a call's amounts are in a limit's unit. A call is one request, and one of the calls under way. */
export function amountFor(limit: Limit, amounts: Amounts): number {
  switch (limit.metric) {
    case 'requests':
    case 'concurrency':
      return 1
    case 'tokens':
      return amounts.inputTokens + amounts.outputTokens
    case 'input_tokens':
      return amounts.inputTokens
    case 'output_tokens':
      return amounts.outputTokens
    case 'cost':
      return amounts.cost
  }
}

/** What an open call holds of a limit: the largest of the candidates that the limit covers. */
export function heldBy(limit: Limit, { candidates }: { candidates: readonly Candidate[] }): number {
  const covered = candidates.filter((candidate) => coversModel(limit, candidate.model))
  return Math.max(0, ...covered.map((candidate) => amountFor(limit, candidate.hold)))
}

/** What a call that ended counts towards a limit that it was opened under. */
export function spentBy(limit: Limit, receipt: Receipt): number {
  if (limit.metric === 'concurrency' || !coversModel(limit, receipt.model)) return 0
  if (limit.metric === 'requests') return receipt.attempts.length > 0 ? 1 : 0
  return amountFor(limit, {
    inputTokens: receipt.usage.inputTokens,
    outputTokens: receipt.usage.outputTokens,
    cost: receipt.charge,
  })
}

/** Whether a limit grants an amount, and if not, why. */
export function judge(state: LimitState, requested: number): Refusal | undefined {
  if (state.spent + state.held + requested <= capacityOf(state.limit)) return undefined
  const limit = { ...state, requested }
  if (isRate(state.limit)) return judgeRate(state, requested)
  if (state.limit.metric === 'concurrency') {
    return refuse('rate_limited', `${nameOf(state.limit)} is reached.`, { limit, retryAfterSeconds: 1 })
  }
  if (state.spent + requested <= state.limit.amount) {
    const message = `${nameOf(state.limit)} is held by calls under way; what they do not use comes back.`
    return refuse('budget_held', message, { limit, retryAfterSeconds: 1 })
  }
  const code = state.limit.metric === 'cost' ? 'budget_exceeded' : 'quota_exceeded'
  return refuse(code, `${nameOf(state.limit)} does not cover this call.`, { limit, retryable: false })
}

function judgeRate(state: LimitState, requested: number): Refusal {
  const limit = { ...state, requested }
  const capacity = capacityOf(state.limit)
  if (requested > capacity || state.limit.amount === 0) {
    const message = `This call is larger than ${nameOf(state.limit)} can ever grant at once.`
    return refuse('rate_limited', message, { limit, retryable: false })
  }
  const excess = state.spent + requested - capacity
  const seconds = (excess * rateMs(state.limit.per)) / state.limit.amount / 1000
  return refuse('rate_limited', `${nameOf(state.limit)} is reached.`, {
    limit,
    retryAfterSeconds: Math.max(1, Math.ceil(seconds)),
  })
}

function nameOf({ scope, metric, per, amount }: Limit): string {
  const size = metric === 'cost' ? `${formatUsd(amount)} USD` : `${amount} ${metric.replace('_', ' ')}`
  const span = per === undefined ? '' : per === 'lifetime' ? ' in all' : ` per ${per}`
  return `The ${scope.type}'s limit of ${size}${span}`
}

const severity: Readonly<Record<string, number>> = {
  budget_exceeded: 4,
  quota_exceeded: 3,
  budget_held: 1,
  rate_limited: 1,
}

/** Of several refusals the one to tell: what no retry can help first, then what takes longest. */
export function worst(refusals: readonly Refusal[]): Refusal | undefined {
  const weight = (refusal: Refusal) => (refusal.retryable === false ? 2 : 0) + (severity[refusal.code] ?? 0)
  return refusals.toSorted(
    (a, b) => weight(b) - weight(a) || (b.retryAfterSeconds ?? 0) - (a.retryAfterSeconds ?? 0),
  )[0]
}

/** Which of two sources knows more. */
export function outranks(source: Receipt['source'], other: Receipt['source']): boolean {
  const rank = { exact: 2, counted: 1, floor: 0 }
  return rank[source] > rank[other]
}

/** Where a rate stands: it is all there again once its bucket has drained. */
export function rateState(limit: Limit, bucket: Bucket, now: number): LimitState {
  const spent = drained(limit, bucket, now)
  const drainMs = limit.amount > 0 ? Math.ceil((spent * rateMs(limit.per)) / limit.amount) : Infinity
  return { limit, spent, held: 0, ...(Number.isFinite(drainMs) && { resetsAt: now + drainMs }) }
}

/**
 * What settling changes in a rate's bucket: as if what was spent had been poured in place of what was held. All that drained
 * since is taken to have been this call's, so that no other call's share is given back.
 */
export function correction(limit: Limit, call: { held: number; spent: number; elapsedMs: number }): number {
  const gone = (Math.max(0, call.elapsedMs) * limit.amount) / rateMs(limit.per)
  return Math.max(0, call.spent - gone) - Math.max(0, call.held - gone)
}

/** A bucket after an amount was added to it, or given back. */
export function refilled(limit: Limit, change: { bucket: Bucket; amount: number; now: number }): Bucket {
  return { used: Math.max(0, drained(limit, change.bucket, change.now) + change.amount), at: change.now }
}
