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
  readonly #windows = new Map<string, Window>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Where a limit stands at a time: in the window that the time falls in, or, for a rate, now. */
  state(limit: Limit, at: number): LimitState {
    if (isRate(limit)) return rateState(limit, this.#bucket(limit, at), at)
    const window = this.#window(limit, at)
    const { spent, held } = this.#tally(limit, window.start)
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }) }
  }

  /** Adds to what is held in the window of a time. Rates hold nothing: `fill` them. */
  hold(limit: Limit, at: number, amount: number): void {
    if (!isRate(limit)) this.#tally(limit, this.#window(limit, at).start).held += amount
  }

  /** Adds to what is spent in the window of a time. */
  spend(limit: Limit, at: number, amount: number): void {
    if (isRate(limit) || amount === 0) return
    const window = this.#window(limit, at).start
    const tally = this.#tally(limit, window)
    tally.spent = Math.min(Number.MAX_SAFE_INTEGER, tally.spent + amount)
    this.#dirtyTallies.set(tallyName(limit, window), { limit, window })
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
    if (this.#tallies.size > keepInMemory)
      for (const [name, tally] of this.#tallies) if (tally.held === 0) this.#tallies.delete(name)
    if (this.#buckets.size > keepInMemory) this.#buckets.clear()
    if (this.#windows.size > keepInMemory) this.#windows.clear()
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

  /** The same window serves until it ends, so the calendar is asked once a window. */
  #window(limit: Limit, at: number): Window {
    const known = this.#windows.get(limit.id)
    if (known && at >= known.start && at < known.end) return known
    const window = windowOf(limit.per, at)
    this.#windows.set(limit.id, window)
    return window
  }
}

function tallyName(limit: Limit, window: number): string {
  return `${limit.id} ${window}`
}
