import { normaliseSum, type Sum } from '../../core/money.ts'
import type { ReportMethods } from '../book.ts'
import type { Receipt } from '../call.ts'
import type { Bucket, UsageLine, UsageQuery } from '../records.ts'
import { windowOf } from '../window.ts'
import type { MemoryOrg } from './memory-org.ts'
import { missing, page } from './memory-records.ts'

/** A row, and the limits that it posts to. */
export interface StoredReceipt {
  readonly receipt: Receipt
  readonly limits: readonly string[]
}

/** Questions about the rows, answered by going through all of them. */
export function memoryReports(rows: ReadonlyMap<string, StoredReceipt>, org: MemoryOrg): ReportMethods {
  const receipts = () => [...rows.values()].map((row) => row.receipt)
  return {
    request: (id) => rows.get(id)?.receipt ?? missing,
    requests: ({ limit, after, ...query }) => {
      const found = receipts()
        .filter((receipt) => matches(receipt, query))
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
      return org.exists ? page(found, { limit, ...(after !== undefined && { after }) }) : missing
    },
    usage: (query) => (org.exists ? usageOf(receipts(), query) : missing),
    audit: (query) => (org.exists ? page(org.records.trail, query) : missing),
  }
}

function matches(
  receipt: Receipt,
  query: { keyId?: string; projectId?: string; model?: string; from?: number; to?: number },
): boolean {
  if (query.keyId !== undefined && receipt.keyId !== query.keyId) return false
  if (query.projectId !== undefined && receipt.projectId !== query.projectId) return false
  if (query.model !== undefined && receipt.model !== query.model) return false
  return receipt.startedAt >= (query.from ?? -Infinity) && receipt.startedAt < (query.to ?? Infinity)
}

function usageOf(receipts: readonly Receipt[], query: UsageQuery): UsageLine[] {
  const lines = new Map<string, UsageLine>()
  for (const receipt of receipts) {
    if (receipt.startedAt < query.from || receipt.startedAt >= query.to) continue
    const start = query.bucket && bucketStart(query.bucket, receipt.startedAt)
    const named = {
      project: receipt.projectId ?? '',
      key: receipt.keyId,
      model: receipt.model,
      provider: receipt.provider,
    }
    const group = Object.fromEntries(query.groupBy.map((name) => [name, named[name]]))
    const name = JSON.stringify([start, group])
    lines.set(name, added(lines.get(name) ?? emptyLine(group, start), receipt))
  }
  return [...lines.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line)
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

function added(line: UsageLine, receipt: Receipt): UsageLine {
  return {
    ...line,
    requests: line.requests + 1,
    inputTokens: line.inputTokens + receipt.usage.inputTokens,
    cachedInputTokens: line.cachedInputTokens + receipt.usage.cachedInputTokens,
    outputTokens: line.outputTokens + receipt.usage.outputTokens,
    charge: normaliseSum(line.charge.usd, line.charge.nano + receipt.charge),
    providerCost: normaliseSum(line.providerCost.usd, line.providerCost.nano + receipt.providerCost),
  }
}

function bucketStart(bucket: Bucket, time: number): number {
  return bucket === 'hour' ? Math.floor(time / 3_600_000) * 3_600_000 : windowOf(bucket, time).start
}
