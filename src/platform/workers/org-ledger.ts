import { DurableObject } from 'cloudflare:workers'
import type { Book } from '../../ledger/book.ts'
import { bookMethods } from '../../ledger/connect.ts'
import { BookHost } from '../../ledger/sql/book-host.ts'
import { log } from '../../observe/log.ts'
import { readSettings } from '../../settings.ts'
import { durableSql } from './durable-sql.ts'

/** Never sooner than this after an alarm, so that an alarm that keeps failing does not spin. */
const alarmPauseMs = 1_000

/** The ledger of one org: its book in the object's own database, and an alarm that sweeps what outlives its lease. */
export class OrgLedger extends DurableObject<Readonly<Record<string, unknown>>> {
  readonly #host: BookHost
  readonly #retentionMs: number | undefined
  #alarmAt: number | undefined

  constructor(state: DurableObjectState, env: Readonly<Record<string, unknown>>) {
    super(state, env)
    const { leaseSeconds, retentionMs } = readSettings(env)
    this.#retentionMs = retentionMs
    this.#host = new BookHost({
      sql: durableSql(state.storage),
      now: () => Date.now(),
      leaseMs: leaseSeconds * 1000,
    })
    void state.blockConcurrencyWhile(async () => {
      this.#alarmAt = (await state.storage.getAlarm()) ?? undefined
    })
  }

  /** One method of the book. Methods are only ever added: an older object answers an unknown one with an error. */
  async call(method: keyof Book, args: readonly unknown[]): Promise<unknown> {
    if (!bookMethods.includes(method)) throw new Error(`This ledger does not know ${method} yet.`)
    const answer = this.#host.run((book) => (book[method] as (...args: unknown[]) => unknown)(...args))
    if (method === 'open') await this.#arm()
    return answer
  }

  /** Sweeps, catches everything and arms itself again while anything is held. */
  override async alarm(): Promise<void> {
    this.#alarmAt = undefined
    try {
      this.#host.run((book) => book.sweep('expired'))
      this.#prune()
    } catch (error) {
      log('error', 'sweep-failed', { reason: String(error) })
    }
    await this.#arm()
  }

  /** Deletes some of the rows that are too old: the rest with the next alarms, of which every call brings one. */
  #prune(): void {
    const retentionMs = this.#retentionMs
    if (retentionMs !== undefined) this.#host.run((book) => book.prune(Date.now() - retentionMs))
  }

  /** Sets the alarm for the next lease that runs out, unless one is set. Whatever fails, it is tried again. */
  async #arm(): Promise<void> {
    if (this.#alarmAt !== undefined) return
    const next = this.#nextSweep()
    if (next === undefined) return
    await this.ctx.storage.setAlarm(next)
    this.#alarmAt = next
  }

  #nextSweep(): number | undefined {
    const soonest = Date.now() + alarmPauseMs
    try {
      const next = this.#host.run((book) => book.nextExpiry())
      return next === undefined ? undefined : Math.max(next, soonest)
    } catch (error) {
      log('error', 'ledger-unreadable', { reason: String(error) })
      return soonest
    }
  }
}
