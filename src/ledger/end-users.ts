import { drained, type Bucket } from './admission.ts'
import { eachEndUser, isRate, type Limit } from './limit.ts'
import { counterName, sharedCounter } from './moves.ts'
import { rateMs, windowOf } from './window.ts'

/** The counters that end users have of their own, made when they are needed. */
export interface LiveCounters {
  /** Until when a counter must be kept, Unix milliseconds; undefined if there is none of this name. */
  until(counter: string): number | undefined
  keep(counter: string, until: number): void
  count(): number
  /** Drops those that need not be kept any more. */
  drop(now: number): void
}

/** So many counters of end users live at once; the others share one. */
export const maxLiveCounters = 100_000

/** A call is over after a day at the latest, whatever the deadlines are. */
const longestCallMs = 25 * 3_600_000
const slackMs = 600_000

interface Caller {
  readonly endUser: string | undefined
  readonly at: number
  readonly most: number
}

/** The counter that a call moves in a limit: where each end user has its own, that is made now if there is room. */
export function claimCounter(limit: Limit, { endUser, at, most }: Caller, live: LiveCounters): string {
  const counter = peekCounter(limit, { endUser, at, most }, live)
  if (counter === sharedCounter(limit) || counter === limit.id) return counter
  const { needed, keep } = lifeOf(limit, at)
  const kept = live.until(counter)
  if (kept === undefined || kept < needed) live.keep(counter, keep)
  return counter
}

/** The same without making it. */
export function peekCounter(limit: Limit, { endUser, at, most }: Caller, live: LiveCounters): string {
  const own = ownCounter(limit, endUser)
  if (own === undefined) return limit.id
  if (live.until(own) !== undefined) return own
  if (live.count() >= most) live.drop(at)
  return live.count() >= most ? sharedCounter(limit) : own
}

/** The same of all limits that one call counts towards: those that come first take the room that is left. */
export function peekCounters(limits: readonly Limit[], caller: Caller, live: LiveCounters): string[] {
  let { most } = caller
  return limits.map((limit) => {
    const own = ownCounter(limit, caller.endUser)
    if (own === undefined) return limit.id
    const counter = peekCounter(limit, { ...caller, most }, live)
    if (counter === own && live.until(own) === undefined) most -= 1
    return counter
  })
}

/** Whose share of a limit a call counts towards, where each end user has one. */
export function shareOf(limit: Limit, endUser: string | undefined): { readonly endUser?: string } {
  return endUser === undefined || ownCounter(limit, endUser) === undefined ? {} : { endUser }
}

/** A bucket in debt is kept until it has drained. */
export function keepBucket(
  limit: Limit,
  { counter, bucket }: { counter: string; bucket: Bucket },
  live: LiveCounters,
): void {
  const kept = live.until(counter)
  const used = drained(limit, bucket, bucket.at)
  if (kept === undefined || used === 0) return
  // One that never drains is kept for good.
  const drainMs = (used * rateMs(limit.per)) / limit.amount

  if (bucket.at + drainMs > kept) live.keep(counter, Math.ceil(bucket.at + drainMs))
}

/** The counter that an end user has of its own in a limit; undefined where the limit has but one for all. */
export function ownCounter(limit: Limit, endUser: string | undefined): string | undefined {
  const isOfEach = limit.scope.type === 'end_user' && limit.scope.id === eachEndUser
  return isOfEach && endUser !== undefined ? counterName(limit, endUser) : undefined
}

/** Until when a counter that is moved at a time is needed, and until when to keep it: a while longer, so that it is not put down with every call. */
export function lifeOf(limit: Limit, at: number): { needed: number; keep: number } {
  if (isRate(limit)) return withSlack(at + rateMs(limit.per))
  if (limit.metric === 'concurrency') return withSlack(at + longestCallMs)
  const { end } = windowOf(limit.per, at, limit.timezone)
  return { needed: end, keep: end }
}

function withSlack(needed: number): { needed: number; keep: number } {
  return { needed, keep: needed + slackMs }
}
