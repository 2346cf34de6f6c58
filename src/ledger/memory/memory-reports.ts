import { normaliseSum, type Sum } from '../../core/money.ts'
import type { Receipt } from '../call.ts'
import type { Page } from '../records.ts'
import type {
  Bucket,
  Exported,
  ExportQuery,
  GroupBy,
  RequestQuery,
  UsageLine,
  UsageQuery,
} from '../report.ts'
import {
  dimensionOf,
  isEmptyLine,
  linesOf,
  sumsOf,
  wholeHours,
  type RollupLine,
  type RollupSums,
} from '../rollup.ts'
import { windowOf } from '../window.ts'

const nanoPerUsd = 1_000_000_000

/** Questions about the rows, answered by going through all of them. */

export function requestPage(rows: Iterable<Receipt>, query: RequestQuery): Page<Receipt> {
  const found = [...rows]
    .filter((receipt) => matches(receipt, query))
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
  return { data: found.slice(0, query.limit), hasMore: found.length > query.limit }
}

function matches(receipt: Receipt, query: RequestQuery): boolean {
  if (query.after !== undefined && receipt.id >= query.after) return false
  if (query.keyId !== undefined && receipt.keyId !== query.keyId) return false
  if (query.projectId !== undefined && receipt.projectId !== query.projectId) return false
  if (query.model !== undefined && receipt.model !== query.model) return false
  return receipt.startedAt >= (query.from ?? -Infinity) && receipt.startedAt < (query.to ?? Infinity)
}

export function exportedRows(rows: Iterable<Exported>, { after, limit }: ExportQuery): Exported[] {
  return [...rows].filter(({ mark }) => mark > after).slice(0, limit)
}

export function usageOf(rows: Iterable<Exported>, query: UsageQuery): UsageLine[] {
  const dimension = dimensionOf(query.groupBy)
  const { from, to } = wholeHours(query)
  const lines = new Map<string, UsageLine>()
  for (const { row } of rows)
    for (const line of linesOf(row)) {
      if (line.dimension !== dimension || line.hour < from || line.hour >= to) continue
      const start = query.bucket && bucketStart(query.bucket, line.hour)
      const group = Object.fromEntries(query.groupBy.map((name) => [name, groupOf(name, line)]))
      const name = JSON.stringify([start, group])
      lines.set(name, added(lines.get(name) ?? emptyLine(group, start), sumsOf(row)))
    }
  return [...lines.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, line]) => line)
    .filter((line) => !isEmptyLine(line))
}

function groupOf(name: GroupBy, line: RollupLine): string {
  return name === 'project' || name === 'model' || name === 'provider' ? line[name] : line.value
}

function emptyLine(group: UsageLine['group'], start: number | undefined): UsageLine {
  const zero: Sum = { usd: 0, nano: 0 }
  return {
    ...(start !== undefined && { start }),
    group,
    requests: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    charge: zero,
    providerCost: zero,
  }
}

function added(line: UsageLine, sums: RollupSums): UsageLine {
  return {
    ...line,
    requests: line.requests + sums.requests,
    inputTokens: line.inputTokens + sums.inputTokens,
    cachedInputTokens: line.cachedInputTokens + sums.cachedInputTokens,
    outputTokens: line.outputTokens + sums.outputTokens,
    charge: plus(line.charge, sums.charge),
    providerCost: plus(line.providerCost, sums.providerCost),
  }
}

/** In whole USD first, for an amount and what is there may pass 2^53 nanoUSD together. */
function plus({ usd, nano }: Sum, amount: number): Sum {
  return normaliseSum(usd + Math.trunc(amount / nanoPerUsd), nano + (amount % nanoPerUsd))
}

function bucketStart(bucket: Bucket, hour: number): number {
  return bucket === 'hour' ? hour : windowOf(bucket, hour).start
}
