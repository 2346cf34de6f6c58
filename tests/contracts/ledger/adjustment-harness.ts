import type { NewAdjustment } from '../../../src/ledger/records.ts'
import type { UsageQuery } from '../../../src/ledger/report.ts'
import { idOf, type TestOrg } from './harness.ts'

/** A limit that corrections count towards. */
export const budget = { metric: 'cost', per: 'day', amount: 1000 } as const
export const ever = { from: 0, to: Date.UTC(2200, 0) }

export function adjustmentOf(org: TestOrg, charge: number, more: Partial<NewAdjustment> = {}): NewAdjustment {
  return { id: idOf('adj', org.slug), charge, ...more }
}

/** What was charged, by group. */
export async function charges(org: TestOrg, groupBy: UsageQuery['groupBy']): Promise<Record<string, number>> {
  const lines = await org.book.usage({ ...ever, groupBy })
  if ('kind' in lines) throw new Error(lines.message)
  return Object.fromEntries(
    lines.map(({ group, charge }) => [Object.values(group).join(' '), charge.usd * 1e9 + charge.nano]),
  )
}
