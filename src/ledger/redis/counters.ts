import { rateState, refilled, type Bucket } from '../admission.ts'
import { ownCounter } from '../end-users.ts'
import { isEnforced, isRate, type Limit, type LimitState } from '../limit.ts'
import { sharedCounter } from '../moves.ts'
import { lifetime, windowOf } from '../window.ts'
import type { Reads } from './reads.ts'
import type { Space } from './space.ts'

/** Reads where counters stand, for one piece of work. */
export class RedisCounters {
  readonly #space: Space
  readonly #reads: Reads
  readonly #buckets = new Map<string, Bucket>()

  constructor(space: Space, reads: Reads) {
    this.#space = space
    this.#reads = reads
  }

  /** The counter of an end user, as it would be made now. */
  peek(limit: Limit, endUser: string | undefined): string {
    const own = ownCounter(limit, endUser)
    if (own === undefined) return limit.id
    const { keys, mostLive } = this.#space
    const kept = this.#reads.read(`live ${own}`, () => this.#command('ZSCORE', keys.live, own))
    if (kept !== null) return own
    const now = String(this.#space.now())
    const count = this.#reads.read('live', () => this.#command('ZCOUNT', keys.live, `(${now}`, '+inf'))
    return Number(count) < mostLive ? own : sharedCounter(limit)
  }

  /** Where a counter stands in the window of a time; a rate's, now. */
  state(limit: Limit, counter: string, at: number): LimitState {
    const { start, end } = isRate(limit) ? lifetime : windowOf(limit.per, at, limit.timezone)
    const { spent, held, refused } = this.#tally(counter, start)
    const told = !isEnforced(limit) && { wouldRefuse: refused }
    if (isRate(limit)) return { ...rateState(limit, this.bucket(counter), at), ...told }
    return { limit, spent, held, ...(end !== Infinity && { resetsAt: end }), ...told }
  }

  bucket(counter: string): Bucket {
    const known = this.#buckets.get(counter)
    if (known) return known
    const { keys, now } = this.#space
    const text = this.#reads.read(`bucket ${counter}`, () => this.#command('HGET', keys.buckets, counter))
    const [used, at] = typeof text === 'string' ? text.split(' ').map(Number) : []
    return { used: used ?? 0, at: at ?? now() }
  }

  /** A bucket as it will be once its drain is noted. */
  settleBucket(limit: Limit, counter: string): void {
    const now = this.#space.now()
    this.#buckets.set(counter, refilled(limit, { bucket: this.bucket(counter), amount: 0, now }))
  }

  #tally(counter: string, window: number): { spent: number; held: number; refused: number } {
    const { keys } = this.#space
    const text = this.#reads.read(`tally ${window} ${counter}`, () =>
      this.#command('HGET', keys.tally(counter), String(window)),
    )
    const [spent, held, refused] = typeof text === 'string' ? text.split(' ').map(Number) : []
    return { spent: spent ?? 0, held: held ?? 0, refused: refused ?? 0 }
  }

  #command(name: string, ...args: string[]): Promise<unknown> {
    return this.#space.connection.command(name, ...args)
  }
}
