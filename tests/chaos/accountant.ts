import { setTimeout as pause } from 'node:timers/promises'
import { usdOf } from '../support/prices.ts'
import type { Admin } from './admin.ts'
import type { Follower } from './follower.ts'
import type { Random } from './random.ts'
import type { Prepaid, Tenants } from './tenants.ts'
import type { Told } from './writers.ts'

interface Books {
  readonly admin: Admin
  readonly tenants: Tenants
  readonly followers: readonly Follower[]
  readonly random: Random
}

const adjustEveryMs = 700

/** An admin at work meanwhile: tops up balances that ran out, and corrects charges. Each of it must count exactly once. */
export class Accountant {
  /** Ids of what was acknowledged. */
  readonly topUps: string[] = []
  readonly adjustments: string[] = []
  /** What should have been done and was not. */
  readonly refused: string[] = []
  readonly #books: Books
  readonly #busy = new Map<string, Promise<void>>()

  constructor(books: Books) {
    this.#books = books
  }

  /** Tops up the balance that refused a call, unless that is being done. Where it is only held by other calls, now and then. */
  hear({ refusal }: Told): void {
    const { tenants, random } = this.#books
    const prepaid = tenants.prepaid.get(refusal?.limit?.id ?? '')
    if (!prepaid || this.#busy.has(prepaid.limitId)) return
    if (refusal?.code === 'budget_exceeded' || random.chance(0.05))
      this.#busy.set(prepaid.limitId, this.#topUp(prepaid))
  }

  /** Corrects charges from time to time. Resolves when all is acknowledged that was begun by then. */
  async work(until: number): Promise<void> {
    while (Date.now() < until) {
      await pause(adjustEveryMs)
      const wanted = this.#correction()
      if (wanted) await this.#make('/adjustments', wanted, this.adjustments)
    }
    await this.finish()
  }

  async finish(): Promise<void> {
    await Promise.all(this.#busy.values())
  }

  async #topUp({ limitId, topUp: amount }: Prepaid): Promise<void> {
    await pause(this.#books.random.between(0, 200))
    await this.#make('/topups', { limit_id: limitId, amount }, this.topUps)
    this.#busy.delete(limitId)
  }

  async #make(path: string, body: object, made: string[]): Promise<void> {
    const { admin, random } = this.#books
    // Now and then an answer is not waited for: the same is asked for again, while the first may still be at work.
    const patienceMs = random.chance(0.3) ? random.between(1, 20) : undefined
    try {
      made.push((await admin.create(path, body, patienceMs)).id)
    } catch (error) {
      this.refused.push(`An admin was refused: ${String(error)}`)
    }
  }

  /** Of a call that has a row: some of its charge is given back, or a little is added. */
  #correction(): object | undefined {
    const { random, followers } = this.#books
    const ids = [...random.pick(followers).seen.keys()]
    const id = ids.length > 0 ? random.pick(ids) : undefined
    const row = followers.flatMap(({ seen }) => seen.get(id ?? '')?.at(-1) ?? [])[0]
    if (row?.type !== 'request' || this.#corrected.has(row.id)) return undefined
    this.#corrected.add(row.id)
    const charge = random.chance(0.5) ? `-${usdOf(row.charge / 2n)}` : '0.000012345'
    return row.charge < 2n ? undefined : { request_id: row.id, charge }
  }

  readonly #corrected = new Set<string>()
}
