import { rateState, refilled, type Bucket } from '../admission.ts'
import { claimCounter, keepBucket, maxLiveCounters, peekCounters } from '../end-users.ts'
import { isEnforced, isRate, type Limit, type LimitState } from '../limit.ts'
import { sharedCounter, sharesOf, type Move } from '../moves.ts'
import { lifetime, windowOf, type Window } from '../window.ts'
import { sqlLiveCounters, type SqlLiveCounters } from './live-counters.ts'
import type { Sql } from '../../core/sql.ts'

interface Tally {
  readonly counter: string
  readonly window: number
  spent: number
  held: number
  /** Calls that a shadow limit would have refused. */
  refused: number
}

/** Clean tallies are dropped from memory above this many; they are read again when needed. */
const keepInMemory = 20_000

/** One counter of a limit. */
export interface Counted {
  readonly limit: Limit
  readonly counter: string
}

/**
 * What is spent and held of each counter, in memory and written through: changes are noted as they happen and written once
 * per transaction. What is held follows from the open holds, so only what is spent is stored.
 */
export class Tallies {
  readonly #sql: Sql
  readonly #live: SqlLiveCounters
  readonly #mostEndUsers: number
  readonly #tallies = new Map<string, Tally>()
  readonly #buckets = new Map<string, Bucket>()
  readonly #dirtyTallies = new Set<Tally>()
  readonly #dirtyBuckets = new Set<string>()
  /** The window that each counter was last asked for: nearly always the one that it is asked for next. */
  readonly #latest = new Map<string, { readonly window: Window; readonly tally: Tally }>()

  constructor(sql: Sql, maxEndUsers = maxLiveCounters) {
    this.#sql = sql
    this.#mostEndUsers = maxEndUsers
    this.#live = sqlLiveCounters(sql, (counters) => this.#dropAll(counters))
  }

  /** The counter that a call moves in a limit. */
  claim(limit: Limit, endUser: string | undefined, at: number): string {
    if (limit.scope.type !== 'end_user') return limit.id
    return claimCounter(limit, { endUser, at, most: this.#mostEndUsers }, this.#live)
  }

  /** The same of several limits, without making any. */
  peek(limits: readonly Limit[], endUser: string | undefined, at: number): string[] {
    return peekCounters(limits, { endUser, at, most: this.#mostEndUsers }, this.#live)
  }

  /** Where a counter stands at a time: in the window that the time falls in, or, for a rate, now. */
  state({ limit, counter }: Counted, at: number): LimitState {
    const told = isEnforced(limit)
      ? undefined
      : { wouldRefuse: this.#at({ limit, counter }, at).tally.refused }
    if (isRate(limit)) return { ...rateState(limit, this.#bucket(counter, at), at), ...told }
    const { window, tally } = this.#at({ limit, counter }, at)
    const { spent, held } = tally
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }), ...told }
  }

  move({ limit, counter, at, held, spent, fill }: Move, now: number): void {
    if (isRate(limit)) return this.pour({ limit, counter }, now, fill)
    const { tally } = this.#at({ limit, counter }, at)
    tally.held += held
    if (spent === 0) return
    tally.spent = Math.min(Number.MAX_SAFE_INTEGER, tally.spent + spent)
    this.#dirtyTallies.add(tally)
  }

  /** Pours into a rate's bucket, or gives back. */
  pour({ limit, counter }: Counted, now: number, amount: number): void {
    if (!isRate(limit)) return
    const bucket = refilled(limit, { bucket: this.#bucket(counter, now), amount, now })
    this.#buckets.set(counter, bucket)
    this.#dirtyBuckets.add(counter)
    if (limit.scope.type === 'end_user') keepBucket(limit, { counter, bucket }, this.#live)
  }

  /** Notes how full the buckets of a limit are, before they begin to drain at another rate. */
  settle(limit: Limit, now: number): void {
    if (!isRate(limit)) return
    const written = this.#sql.all<{ counter: string }>(
      'SELECT counter FROM buckets WHERE counter >= ? AND counter < ?',
      ...sharesOf(limit),
    )
    const [from, to] = sharesOf(limit)
    const unwritten = [...this.#dirtyBuckets].filter((counter) => counter >= from && counter < to)
    const counters = new Set([limit.id, ...unwritten, ...written.map(({ counter }) => counter)])
    for (const counter of counters) this.pour({ limit, counter }, now, 0)
  }

  /** Notes a call that a shadow limit would have refused. */
  refuse(counted: Counted, at: number): void {
    const { tally } = this.#at(counted, at)
    tally.refused += 1
    this.#dirtyTallies.add(tally)
  }

  /** Forgets a deleted limit. */
  drop(limit: Limit): void {
    this.#dropAll([limit.id, sharedCounter(limit), ...this.#live.forget(limit)])
  }

  /** Writes what changed. Must run inside the transaction that made the changes. */
  flush(): void {
    for (const { counter, window, spent, refused } of this.#dirtyTallies)
      this.#sql.run('INSERT OR REPLACE INTO tallies VALUES (?, ?, ?, ?)', counter, window, spent, refused)
    for (const counter of this.#dirtyBuckets) {
      const { used, at } = this.#buckets.get(counter) ?? { used: 0, at: 0 }
      this.#sql.run('INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)', counter, used, at)
    }
    this.#dirtyTallies.clear()
    this.#dirtyBuckets.clear()
    this.#trim()
  }

  #trim(): void {
    if (this.#buckets.size > keepInMemory) this.#buckets.clear()
    if (this.#tallies.size <= keepInMemory) return
    for (const [name, tally] of this.#tallies) if (tally.held === 0) this.#tallies.delete(name)
    this.#latest.clear()
  }

  /** Forgets counters, save what calls under way still hold of them. */
  #dropAll(counters: readonly string[]): void {
    const gone = new Set(counters)
    for (const counter of gone) {
      this.#sql.run('DELETE FROM tallies WHERE counter = ?', counter)
      this.#sql.run('DELETE FROM buckets WHERE counter = ?', counter)
      this.#buckets.delete(counter)
      this.#dirtyBuckets.delete(counter)
      this.#latest.delete(counter)
    }
    for (const [name, tally] of this.#tallies) {
      if (!gone.has(tally.counter)) continue
      this.#dirtyTallies.delete(tally)
      if (tally.held === 0) this.#tallies.delete(name)
      else Object.assign(tally, { spent: 0, refused: 0 })
    }
  }

  /** The same window serves until it ends, so the calendar is asked once a window. */
  #at({ limit, counter }: Counted, at: number): { window: Window; tally: Tally } {
    const latest = this.#latest.get(counter)
    if (latest && at >= latest.window.start && at < latest.window.end) return latest
    const window = isRate(limit) ? lifetime : windowOf(limit.per, at, limit.timezone)
    const found = { window, tally: this.#tally(counter, window.start) }
    this.#latest.set(counter, found)
    return found
  }

  #tally(counter: string, window: number): Tally {
    const name = `${window} ${counter}`
    let tally = this.#tallies.get(name)
    if (!tally) {
      const text = 'SELECT spent, refused FROM tallies WHERE counter = ? AND window = ?'
      const [row] = this.#sql.all<{ spent: number; refused: number }>(text, counter, window)
      tally = { counter, window, spent: row?.spent ?? 0, held: 0, refused: row?.refused ?? 0 }
      this.#tallies.set(name, tally)
    }
    return tally
  }

  #bucket(counter: string, now: number): Bucket {
    let bucket = this.#buckets.get(counter)
    if (!bucket) {
      const text = 'SELECT used, at FROM buckets WHERE counter = ?'
      const [row] = this.#sql.all<{ used: number; at: number }>(text, counter)
      bucket = row ?? { used: 0, at: now }
      this.#buckets.set(counter, bucket)
    }
    return bucket
  }
}
