import { matchesAny } from '../core/glob.ts'

export type Metric = 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | 'cost' | 'concurrency'
export type Period = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'lifetime'
export type ScopeType = 'org' | 'project' | 'key' | 'end_user'

export interface Scope {
  readonly type: ScopeType
  /** The id of the org, project or key; of an end user its name as callers send it, or `*` for each one. */
  readonly id: string
}

/** The scope of a limit that every end user has for itself. */
export const eachEndUser = '*'

/** One type for every limit, at every level. */
export interface Limit {
  readonly id: string
  readonly scope: Scope
  readonly metric: Metric
  /** Absent for concurrency, which counts the calls under way. */
  readonly per?: Period
  /** Tokens, requests, calls under way, or nanoUSD. */
  readonly amount: number
  /** The size of the bucket of a minute or hour limit; `amount` where absent. */
  readonly burst?: number
  /** Globs of catalogue names; absent means every model. */
  readonly models?: readonly string[]
  /** A `shadow` limit counts and tells what it would have refused; it refuses nothing. */
  readonly mode?: 'shadow'
  /** `clamp`: a call that it does not cover in full may go on with less output. */
  readonly whenShort?: 'clamp'
  /** `hold`: a call that was lost is charged all that it held, so that this limit is never overrun. */
  readonly onLost?: 'hold'
  /** IANA name of the zone whose calendar it follows; UTC where absent. */
  readonly timezone?: string
  /** Unix milliseconds. Calls opened before it do not count. */
  readonly createdAt: number
}

/** Where a limit stands. Amounts are in the limit's unit; for a minute or hour limit `spent` is what has not drained yet. */
export interface LimitState {
  readonly limit: Limit
  readonly spent: number
  readonly held: number
  /** Unix milliseconds at which all of it is there again; absent where it never is. */
  readonly resetsAt?: number
  /** The end user whose share this is, where the limit is one of each. */
  readonly endUser?: string
  /** Calls that a shadow limit would have refused in this window (in all, for a rate). */
  readonly wouldRefuse?: number
}

/** What is left of a limit: never below zero. */
export function remainingOf({ limit, spent, held }: LimitState): number {
  return Math.max(0, capacityOf(limit) - spent - held)
}

/** Minute and hour limits are rates, kept in a bucket that drains; the others count within a window. */
export function isRate(limit: Limit): boolean {
  return limit.per === 'minute' || limit.per === 'hour'
}

/** The most that can be spent at once. */
export function capacityOf(limit: Limit): number {
  return isRate(limit) ? (limit.burst ?? limit.amount) : limit.amount
}

/** Whether a limit may refuse. */
export function isEnforced(limit: Limit): boolean {
  return limit.mode !== 'shadow'
}

/** Whether a limit concerns a model. */
export function coversModel(limit: Limit, model: string): boolean {
  return !limit.models || matchesAny(limit.models, model)
}
