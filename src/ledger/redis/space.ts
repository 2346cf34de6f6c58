import { maxLiveCounters } from '../end-users.ts'
import { LimitRegistry } from '../limit-registry.ts'
import { Registry } from '../registry.ts'
import type { RecordStore } from '../store.ts'
import { Batch } from './batch.ts'
import type { RedisConnection } from './connection.ts'
import { redisKeys, type RedisKeys } from './keys.ts'
import { packPlans } from './plan-wire.ts'
import { Reads } from './reads.ts'
import { RedisStore } from './redis-store.ts'
import { readAnswer, type Plan, type TransactAnswer } from './transact.ts'

/** What time it is by the server. */
export interface RedisClock {
  /** Unix milliseconds. */
  now(): number
  /** By how much it may be off; absent where it is right by definition. */
  readonly tolerance?: number
  /** Told what the server's clock says when it was off. */
  correct(now: number): void
}

export interface SpaceOptions {
  readonly connection: RedisConnection
  readonly clock: RedisClock
  readonly leaseMs: number
  readonly maxEndUsers?: number
}

/** The rules over one store of records. */
export interface Desk {
  readonly registry: Registry
  readonly limits: LimitRegistry
}

export function deskOver(records: RecordStore, now: () => number): Desk {
  const registry = new Registry(records, now)
  return { registry, limits: new LimitRegistry(records, registry, now) }
}

/** A memory larger than this is begun anew. */
const keepInMemory = 50_000

/** One org's place in Redis, and what this process remembers of its keys and limits: true as long as the org's revision is. */
export class Space {
  readonly keys: RedisKeys
  readonly connection: RedisConnection
  readonly leaseMs: number
  readonly mostLive: number
  readonly #clock: RedisClock
  #revision: Promise<string> | undefined
  #memory: { readonly reads: Reads; readonly desk: Desk }
  readonly #batch: Batch

  constructor(org: string, { connection, clock, leaseMs, maxEndUsers }: SpaceOptions) {
    this.keys = redisKeys(org)
    this.connection = connection
    this.leaseMs = leaseMs
    this.mostLive = maxEndUsers ?? maxLiveCounters
    this.#clock = clock
    this.#memory = this.#newMemory()
    const terms = { tolerance: clock.tolerance, mostLive: this.mostLive }
    this.#batch = new Batch((plans, texts) =>
      connection.transact(this.keys.prefix, packPlans(plans, terms), texts),
    )
  }

  readonly now = (): number => this.#clock.now()

  /** The revision that what is remembered belongs to. */
  revision(): Promise<string> {
    if (this.#memory.reads.size > keepInMemory) this.forget()
    return (this.#revision ??= this.#readRevision())
  }

  /** Makes sure that what is remembered is so now. */
  async refresh(): Promise<void> {
    const before = await this.revision()
    const now = this.#readRevision()
    if ((await now) === before) return
    this.forget()
    // What is read from here on is no older than this.
    this.#revision = now
  }

  forget(): void {
    this.#revision = undefined
    this.#memory = this.#newMemory()
  }

  /** Asks what is remembered. The revision must have been asked for before, so that it is no younger than the answer. */
  async ask<T>(work: (desk: Desk) => T): Promise<T> {
    const { reads, desk } = this.#memory
    return reads.run(() => work(desk))
  }

  /** Runs one step. What was found stale is forgotten, what clock was off is set, so that the caller can plan anew. */
  async transact(plan: Plan, text = ''): Promise<TransactAnswer> {
    const answer = readAnswer(await this.#batch.run(plan, text))
    if (answer.status === 'revision' || plan.revise) this.forget()
    if (answer.status === 'clock') this.#clock.correct(answer.now)
    return answer
  }

  #newMemory(): { readonly reads: Reads; readonly desk: Desk } {
    const reads = new Reads()
    const store = new RedisStore({ connection: this.connection, keys: this.keys, reads })
    return { reads, desk: deskOver(store, this.now) }
  }

  #readRevision(): Promise<string> {
    const revision = this.connection.command('GET', this.keys.revision).then((text) => String(text ?? '0'))
    // One that could not be read is asked for again.
    revision.catch(() => (this.#revision = undefined))
    return revision
  }
}

/** So often is a step planned anew that others keep coming between. */
export const mostTries = 50

/** Thrown where others kept coming between: the caller may try again. */
export function contended(): Error {
  return new Error('The book is being changed too often.')
}
