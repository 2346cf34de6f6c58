import { heldBy, rateState, refilled, spentBy, type Bucket } from '../admission.ts'
import {
  claimCounter,
  keepBucket,
  maxLiveCounters,
  peekCounters,
  shareOf,
  type LiveCounters,
} from '../end-users.ts'
import type { OpenHold } from '../hold.ts'
import { isEnforced, isRate, type Limit, type LimitState } from '../limit.ts'
import type { Counters } from '../methods.ts'
import { sharesOf, type Move } from '../moves.ts'
import { windowOf } from '../window.ts'
import type { MemoryRows } from './memory-rows.ts'

export interface MemoryOptions {
  readonly now: () => number
  readonly leaseMs: number
  readonly maxEndUsers?: number
}

interface Parts {
  readonly options: MemoryOptions
  readonly rows: MemoryRows
  readonly holds: ReadonlyMap<string, OpenHold>
}

/** Whose call it is, and when it was opened. */
interface Caller {
  readonly endUser?: string | undefined
  readonly at: number
}

/** Where limits stand. Only buckets are kept as such; all else is summed from holds and rows when it is asked for. */
export class MemoryCounters implements Counters {
  readonly #parts: Parts
  readonly #adjusted: Move[] = []
  readonly #buckets = new Map<string, Bucket>()
  readonly #refusals: { readonly counter: string; readonly at: number }[] = []
  readonly #live = liveCounters()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  stateOf(limit: Limit, endUser?: string): LimitState {
    const at = this.#parts.options.now()
    const [counter = limit.id] = this.peek([limit], { endUser, at })
    return this.state({ limit, counter }, { endUser, at })
  }

  settleBucket(limit: Limit): void {
    const counters = [limit.id, ...within(limit, this.#buckets.keys())]
    for (const counter of counters) this.pour({ limit, counter, fill: 0 })
  }

  /** What a deleted limit counted is never asked for again. */
  drop(limit: Limit): void {
    this.#live.forget(limit)
  }

  move(moves: readonly Move[]): void {
    this.#adjusted.push(...moves)
  }

  /** The counters that a call will move in limits. */
  peek(limits: readonly Limit[], { endUser, at }: Caller): string[] {
    return peekCounters(limits, { endUser, at, most: this.#most }, this.#live)
  }

  /** The same, and makes those that are not there yet. */
  claim(limits: readonly Limit[], { endUser, at }: Caller): string[] {
    return limits.map((limit) => claimCounter(limit, { endUser, at, most: this.#most }, this.#live))
  }

  /** Pours into a rate's bucket, or gives back. */
  pour({ limit, counter, fill }: Pick<Move, 'limit' | 'counter' | 'fill'>): void {
    if (!isRate(limit)) return
    const now = this.#parts.options.now()
    const bucket = refilled(limit, { bucket: this.#bucket(counter), amount: fill, now })
    this.#buckets.set(counter, bucket)
    keepBucket(limit, { counter, bucket }, this.#live)
  }

  /** Notes a call that a shadow limit would have refused. */
  refuse(counter: string, at: number): void {
    this.#refusals.push({ counter, at })
  }

  /** Where a counter of a call stands at a time. */
  state({ limit, counter }: Pick<Move, 'limit' | 'counter'>, { endUser, at }: Caller): LimitState {
    const window = windowOf(isRate(limit) ? undefined : limit.per, at, limit.timezone)
    const counts = (limits: readonly string[], time: number) =>
      limits.includes(counter) && time >= window.start && time < window.end
    const refused = this.#refusals.filter((refusal) => counts([refusal.counter], refusal.at)).length
    const told = { ...(!isEnforced(limit) && { wouldRefuse: refused }), ...shareOf(limit, endUser) }
    if (isRate(limit)) return { ...rateState(limit, this.#bucket(counter), at), ...told }
    let spent = 0
    for (const { receipt, limits } of this.#parts.rows.counted())
      if (counts(limits, receipt.startedAt)) spent += spentBy(limit, receipt)
    for (const move of this.#adjusted) if (counts([move.counter], move.at)) spent += move.spent
    let held = 0
    for (const hold of this.#parts.holds.values())
      if (counts(hold.limits, hold.openedAt)) held += heldBy(limit, hold)
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }), ...told }
  }

  get #most(): number {
    return this.#parts.options.maxEndUsers ?? maxLiveCounters
  }

  #bucket(counter: string): Bucket {
    return this.#buckets.get(counter) ?? { used: 0, at: this.#parts.options.now() }
  }
}

/** Those of some counters that end users have in a limit. */
function within(limit: Limit, counters: Iterable<string>): string[] {
  const [from, to] = sharesOf(limit)
  return [...counters].filter((counter) => counter >= from && counter < to)
}

function liveCounters(): LiveCounters & { forget(limit: Limit): void } {
  const live = new Map<string, number>()
  return {
    until: (counter) => live.get(counter),
    keep: (counter, until) => void live.set(counter, until),
    count: () => live.size,
    drop(now) {
      for (const [counter, until] of live) if (until <= now) live.delete(counter)
    },
    forget(limit) {
      for (const counter of within(limit, live.keys())) live.delete(counter)
    },
  }
}
