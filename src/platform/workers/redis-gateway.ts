import { DurableObject } from 'cloudflare:workers'
import { bookMethods, directoryMethods } from '../../ledger/connect.ts'
import type { Book } from '../../ledger/book.ts'
import type { Directory, Ledger } from '../../ledger/ledger.ts'
import { serverClock } from '../../ledger/redis/clock.ts'
import { connectRedis } from '../../ledger/redis/connection.ts'
import { redisLedger } from '../../ledger/redis/redis-ledger.ts'
import { log } from '../../observe/log.ts'
import { readSettings } from '../../settings.ts'
import { redisStore } from '../../store/redis-store.ts'
import type { Renewal, Store, StoredKind, StoredText } from '../../store/store.ts'

const sweepEveryMs = 5_000
/** The orgs that something may be held for, in the object's storage: it sweeps them even after it was moved. */
const sweptPrefix = 'sweep:'

/**
 * Owns a connection to Redis for the Workers: a socket belongs to the request that opened it, save in an object like this one.
 * It keeps nothing of its own but the names of the orgs that it is to sweep.
 */
export class RedisGateway extends DurableObject<Readonly<Record<string, unknown>>> {
  readonly #ledger: Ledger
  readonly #store: Store
  readonly #watched = new Set<string>()

  constructor(state: DurableObjectState, env: Readonly<Record<string, unknown>>) {
    super(state, env)
    const settings = readSettings(env)
    const connection = connectRedis({
      url: settings.ledger,
      onError: (reason) => log('warn', 'redis-unreachable', { reason }),
    })
    this.#ledger = redisLedger({
      connection,
      clock: serverClock(),
      leaseMs: settings.leaseSeconds * 1000,
    })
    this.#store = redisStore(connection)
  }

  async putText(org: string, stored: StoredText): Promise<void> {
    await this.#store.put(org, stored)
  }

  async getText(org: string, kind: StoredKind, id: string): Promise<string | undefined> {
    return this.#store.get(org, kind, id)
  }

  async renewTexts(org: string, kind: StoredKind, renewal: Renewal): Promise<void> {
    await this.#store.renew(org, kind, renewal)
  }

  async deleteText(org: string, kind: StoredKind, id: string): Promise<boolean> {
    return this.#store.delete(org, kind, id)
  }

  /** One method of an org's book. */
  async callBook(org: string, method: keyof Book, args: readonly unknown[]): Promise<unknown> {
    if (!bookMethods.includes(method)) throw new Error(`This ledger does not know ${method} yet.`)
    if (method === 'open') await this.#watch(org)
    return (this.#ledger.book[method] as (org: string, ...args: unknown[]) => Promise<unknown>)(org, ...args)
  }

  async callDirectory(method: keyof Directory, args: readonly unknown[]): Promise<unknown> {
    if (!directoryMethods.includes(method)) throw new Error(`This directory does not know ${method} yet.`)
    return (this.#ledger.directory[method] as (...args: unknown[]) => Promise<unknown>)(...args)
  }

  /** Sweeps, catches everything and arms itself again while anything may be held. */
  override async alarm(): Promise<void> {
    const watched = await this.ctx.storage.list<true>({ prefix: sweptPrefix })
    let left = 0
    for (const name of watched.keys()) if (!(await this.#sweep(name))) left += 1
    if (left > 0) await this.ctx.storage.setAlarm(Date.now() + sweepEveryMs)
  }

  /** Returns whether nothing is held any more. */
  async #sweep(name: string): Promise<boolean> {
    const org = name.slice(sweptPrefix.length)
    try {
      await this.#ledger.book.sweep(org, 'expired')
      if ((await this.#ledger.book.nextExpiry(org)) !== undefined) return false
      this.#watched.delete(org)
      await this.ctx.storage.delete(name)
      // One that was opened in between took it for watched.
      if ((await this.#ledger.book.nextExpiry(org)) === undefined) return true
      await this.#watch(org)
      return false
    } catch (error) {
      log('error', 'sweep-failed', { reason: String(error) })
      return false
    }
  }

  async #watch(org: string): Promise<void> {
    if (this.#watched.has(org)) return
    this.#watched.add(org)
    await this.ctx.storage.put(sweptPrefix + org, true)
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + sweepEveryMs)
  }
}
