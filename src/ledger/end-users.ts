import { drained, type Bucket } from './admission.ts'
import { isRate, type Limit } from './limit.ts'
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

interface Caller {
  readonly endUser: string | undefined
  readonly at: number
  readonly most: number
}

/** The counter that a call moves in a limit: where each end user has its own, that is made now if there is room. */
export function claimCounter(limit: Limit, { endUser, at, most }: Caller, live: LiveCounters): string {
  const counter = peekCounter(limit, { endUser, at, most }, live)
  if (counter === sharedCounter(limit) || counter === limit.id) return counter
  const needed = neededUntil(limit, at)
  const kept = live.until(counter)
  // Kept a while longer than needed, so that a busy end user is not written down with every call.
  if (kept === undefined || kept < needed)
    live.keep(counter, isCalendar(limit) ? needed : needed + longestCallMs)
  return counter
}

/** The same without making it. */
export function peekCounter(limit: Limit, { endUser, at, most }: Caller, live: LiveCounters): string {
  if (limit.scope.type !== 'end_user' || limit.scope.id !== '*' || endUser === undefined) return limit.id
  const own = counterName(limit, endUser)
  if (live.until(own) !== undefined) return own
  if (live.count() >= most) live.drop(at)
  return live.count() >= most ? sharedCounter(limit) : own
}

/** A bucket in debt is kept until it has drained. */
export function keepBucket(
  limit: Limit,
  { counter, bucket }: { counter: string; bucket: Bucket },
  live: LiveCounters,
): void {
  const kept = live.until(counter)
  if (kept === undefined || limit.amount === 0) return
  const drainMs = (drained(limit, bucket, bucket.at) * rateMs(limit.per)) / limit.amount
  if (bucket.at + drainMs > kept) live.keep(counter, Math.ceil(bucket.at + drainMs))
}

function isCalendar(limit: Limit): boolean {
  return !isRate(limit) && limit.metric !== 'concurrency'
}

function neededUntil(limit: Limit, at: number): number {
  if (isRate(limit)) return at + rateMs(limit.per)
  if (limit.metric === 'concurrency') return at + longestCallMs
  return windowOf(limit.per, at, limit.timezone).end
}
