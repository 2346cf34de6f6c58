import type { Receipt } from '../call.ts'
import type { Adjustment } from '../records.ts'
import { linesOf, negated, sumsOf, type RollupLine, type RollupSums } from '../rollup.ts'
import type { Sql } from '../../core/sql.ts'

interface Pending {
  readonly line: RollupLine
  /** One for each of the columns. */
  readonly sums: number[]
}

const nanoPerUsd = 1_000_000_000

/** Money in pairs, for what is gathered may pass 2^53 nanoUSD. */
function valuesOf(sums: RollupSums): number[] {
  return [
    sums.requests,
    sums.inputTokens,
    sums.cachedInputTokens,
    sums.outputTokens,
    Math.trunc(sums.charge / nanoPerUsd),
    sums.charge % nanoPerUsd,
    Math.trunc(sums.providerCost / nanoPerUsd),
    sums.providerCost % nanoPerUsd,
  ]
}

/** The hourly sums of an org: what rows add is gathered, and written once per transaction. */
export class Rollups {
  readonly #sql: Sql
  readonly #pending = new Map<string, Pending>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  add(row: Receipt | Adjustment): void {
    this.#gather(row, sumsOf(row))
  }

  /** Takes a row out again that is about to be replaced. */
  remove(row: Receipt): void {
    this.#gather(row, negated(sumsOf(row)))
  }

  /** Writes what was gathered. Must run inside the transaction that wrote the rows. */
  flush(): void {
    for (const { line, sums } of this.#pending.values()) this.#write(line, sums)
    this.#pending.clear()
  }

  #gather(row: Receipt | Adjustment, sums: RollupSums): void {
    const values = valuesOf(sums)
    for (const line of linesOf(row)) {
      const name = JSON.stringify(line)
      const pending = this.#pending.get(name)
      if (pending)
        values.forEach((value, index) => (pending.sums[index] = (pending.sums[index] ?? 0) + value))
      else this.#pending.set(name, { line, sums: [...values] })
    }
  }

  #write({ dimension, hour, value, project, model, provider }: RollupLine, sums: readonly number[]): void {
    this.#sql.run(upsert, dimension, hour, value, project, model, provider, ...sums)
  }
}

const summed = [
  'requests',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'charge_usd',
  'charge_nano',
  'cost_usd',
  'cost_nano',
]

const upsert = `INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  ${summed.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`
