import { expect } from 'vitest'
import { nanoOf } from './prices.ts'
import type { Tenant } from './tenant.ts'
import type { LimitLine, Row } from './wire.ts'

/** What a row counts towards a limit, in the limit's own unit (cost in nanoUSD). */
function counted({ metric }: LimitLine, row: Row): bigint {
  const { input_tokens: input, output_tokens: output } = row.usage
  switch (metric) {
    case 'cost':
      return nanoOf(row.charge)
    case 'requests':
      return row.attempts.length > 0 ? 1n : 0n
    case 'tokens':
      return BigInt(input + output)
    case 'input_tokens':
      return BigInt(input)
    case 'output_tokens':
      return BigInt(output)
    case 'concurrency':
      return 0n
  }
}

function concerns({ scope, models }: LimitLine, row: Row): boolean {
  if (models && !models.includes(row.model)) return false
  return scope.type === 'org' || scope.id === row.key_id || scope.id === row.project_id
}

const read = ({ metric }: LimitLine, amount: string | number) =>
  metric === 'cost' ? nanoOf(amount) : BigInt(amount)

/** Windows that a run of tests falls into as a whole; rates drain meanwhile. */
const isWindow = ({ per }: LimitLine) => per !== 'minute' && per !== 'hour'

/** The books agree: every limit's counter is the sum over its rows, to the nanoUSD, and so is the usage. Nothing is held. */
export async function expectBooksToAgree(tenant: Tenant): Promise<void> {
  const [limits, rows, usage] = [await tenant.limits(), await tenant.rows(), await tenant.usage()]
  for (const limit of limits.filter(isWindow)) {
    const own = rows.filter((row) => concerns(limit, row))
    const sum = own.reduce((total, row) => total + counted(limit, row), 0n)
    const name = `${limit.scope.type} ${limit.metric} per ${limit.per}`
    expect({ name, spent: read(limit, limit.spent) }).toEqual({ name, spent: sum })
    expect({ name, held: read(limit, limit.held) }).toEqual({ name, held: 0n })
  }
  const sum = (amountOf: (row: Row) => bigint) => rows.reduce((total, row) => total + amountOf(row), 0n)
  expect(usage?.requests ?? 0).toBe(rows.length)
  expect(nanoOf(usage?.charge ?? 0)).toBe(sum((row) => nanoOf(row.charge)))
  expect(nanoOf(usage?.provider_cost ?? 0)).toBe(sum((row) => nanoOf(row.provider_cost)))
  expect(BigInt(usage?.input_tokens ?? 0)).toBe(sum((row) => BigInt(row.usage.input_tokens)))
  expect(BigInt(usage?.output_tokens ?? 0)).toBe(sum((row) => BigInt(row.usage.output_tokens)))
}
