import { rateState, refilled, type Bucket } from '../admission.ts'
import { isRate, type Limit, type LimitState } from '../limit.ts'
import { windowOf, type Window } from '../window.ts'
import type { Sql } from './sql.ts'

interface Tally {
  spent: number
  held: number
}

/** Clean tallies are dropped from memory above this many; they are read again when needed. */
const keepInMemory = 20_000

/**
 * What is spent and held of each limit, in memory and written through: changes are noted as they happen and written once
 * per transaction. What is held follows from the open holds, so only what is spent is stored.
 */
export class Tallies {
  readonly #sql: Sql
  readonly #tallies = new Map<string, Tally>()
  readonly #buckets = new Map<string, Bucket>()
  readonly #dirtyTallies = new Map<string, { limit: Limit; window: number }>()
  readonly #dirtyBuckets = new Set<string>()
  /** The window that each limit was last asked for: nearly always the one that it is asked for next. */
  readonly #latest = new Map<string, { readonly window: Window; readonly tally: Tally }>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Where a limit stands at a time: in the window that the time falls in, or, for a rate, now. */
  state(limit: Limit, at: number): LimitState {
    if (isRate(limit)) return rateState(limit, this.#bucket(limit, at), at)
    const { window, tally } = this.#at(limit, at)
    const { spent, held } = tally
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }) }
  }

  /** Adds to what is held in the window of a time. Rates hold nothing: `fill` them. */
  hold(limit: Limit, at: number, amount: number): void {
    if (!isRate(limit)) this.#at(limit, at).tally.held += amount
  }

  /** Adds to what is spent in the window of a time. */
  spend(limit: Limit, at: number, amount: number): void {
    if (isRate(limit) || amount === 0) return
    const { window, tally } = this.#at(limit, at)
    tally.spent = Math.min(Number.MAX_SAFE_INTEGER, tally.spent + amount)
    this.#dirtyTallies.set(tallyName(limit, window.start), { limit, window: window.start })
  }

  /** Pours into a rate's bucket, or gives back. */
  fill(limit: Limit, now: number, amount: number): void {
    if (!isRate(limit)) return
    this.#buckets.set(limit.id, refilled(limit, { bucket: this.#bucket(limit, now), amount, now }))
    this.#dirtyBuckets.add(limit.id)
  }

  /** Forgets a deleted limit. */
  drop(limit: Limit): void {
    this.#sql.run('DELETE FROM tallies WHERE limit_id = ?', limit.id)
    this.#sql.run('DELETE FROM buckets WHERE limit_id = ?', limit.id)
    this.#buckets.delete(limit.id)
    this.#dirtyBuckets.delete(limit.id)
    this.#latest.delete(limit.id)
    for (const [name, dirty] of this.#dirtyTallies)
      if (dirty.limit.id === limit.id) this.#dirtyTallies.delete(name)
    for (const name of this.#tallies.keys()) if (name.startsWith(`${limit.id} `)) this.#tallies.delete(name)
  }

  /** Writes what changed. Must run inside the transaction that made the changes. */
  flush(): void {
    for (const [name, { limit, window }] of this.#dirtyTallies) {
      const spent = this.#tallies.get(name)?.spent ?? 0
      this.#sql.run('INSERT OR REPLACE INTO tallies VALUES (?, ?, ?)', limit.id, window, spent)
    }
    for (const id of this.#dirtyBuckets) {
      const { used, at } = this.#buckets.get(id) ?? { used: 0, at: 0 }
      this.#sql.run('INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)', id, used, at)
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

  /** The same window serves until it ends, so the calendar is asked once a window. */
  #at(limit: Limit, at: number): { window: Window; tally: Tally } {
    const latest = this.#latest.get(limit.id)
    if (latest && at >= latest.window.start && at < latest.window.end) return latest
    const window = windowOf(limit.per, at)
    const found = { window, tally: this.#tally(limit, window.start) }
    this.#latest.set(limit.id, found)
    return found
  }

  #tally(limit: Limit, window: number): Tally {
    const name = tallyName(limit, window)
    let tally = this.#tallies.get(name)
    if (!tally) {
      const [row] = this.#sql.all<{ spent: number }>(
        'SELECT spent FROM tallies WHERE limit_id = ? AND window = ?',
        limit.id,
        window,
      )
      tally = { spent: row?.spent ?? 0, held: 0 }
      this.#tallies.set(name, tally)
    }
    return tally
  }

  #bucket(limit: Limit, now: number): Bucket {
    let bucket = this.#buckets.get(limit.id)
    if (!bucket) {
      const [row] = this.#sql.all<{ used: number; at: number }>(
        'SELECT used, at FROM buckets WHERE limit_id = ?',
        limit.id,
      )
      bucket = row ?? { used: 0, at: now }
      this.#buckets.set(limit.id, bucket)
    }
    return bucket
  }
}

function tallyName(limit: Limit, window: number): string {
  return `${limit.id} ${window}`
}
