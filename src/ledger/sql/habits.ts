import type { Receipt } from '../call.ts'
import { boundOf, noHabit, observed, type Habit } from '../habit.ts'
import { teaches } from '../settlement.ts'
import type { Sql } from '../../core/sql.ts'

interface Stored extends Record<string, string> {
  readonly model: string
  readonly body: string
}

/** Keys are read anew above this many in memory. */
const keepInMemory = 5_000

/** How much output the calls of each key and model have: in memory, and written once per transaction. */
export class Habits {
  readonly #sql: Sql
  readonly #keys = new Map<string, Map<string, Habit>>()
  readonly #dirty = new Map<string, Set<string>>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  learn(receipt: Receipt, now: number): void {
    if (!teaches(receipt)) return
    const { keyId, model, usage } = receipt
    const models = this.#of(keyId)
    models.set(model, observed(models.get(model) ?? noHabit, { outputTokens: usage.outputTokens, now }))
    const dirty = this.#dirty.get(keyId) ?? new Set()
    this.#dirty.set(keyId, dirty.add(model))
  }

  /** Output tokens that nearly all calls of a key stay under, by model. */
  boundsOf(keyId: string, now: number): Record<string, number> {
    const bounds = [...this.#of(keyId)].flatMap(([model, habit]) => {
      const bound = boundOf(habit, now)
      return bound === undefined ? [] : [[model, bound] as const]
    })
    return Object.fromEntries(bounds)
  }

  /** Writes what was learned. Must run inside a transaction. */
  flush(): void {
    for (const [keyId, models] of this.#dirty)
      for (const model of models) {
        const body = JSON.stringify(this.#of(keyId).get(model) ?? noHabit)
        this.#sql.run('INSERT OR REPLACE INTO habits VALUES (?, ?, ?)', keyId, model, body)
      }
    this.#dirty.clear()
    if (this.#keys.size > keepInMemory) this.#keys.clear()
  }

  #of(keyId: string): Map<string, Habit> {
    const known = this.#keys.get(keyId)
    if (known) return known
    const rows = this.#sql.all<Stored>('SELECT model, body FROM habits WHERE key_id = ?', keyId)
    const models = new Map(rows.map(({ model, body }) => [model, JSON.parse(body) as Habit]))
    this.#keys.set(keyId, models)
    return models
  }
}
