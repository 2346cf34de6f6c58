import type { Book, ReportMethods } from '../book.ts'
import type { Refusal } from '../call.ts'
import { LimitRegistry } from '../limit-registry.ts'
import { adjustmentMethods, limitMethods, orgMethods } from '../methods.ts'
import { missing, Registry } from '../registry.ts'
import { dimensionOf, oneDimension } from '../rollup.ts'
import { MemoryCalls } from './memory-calls.ts'
import type { MemoryOptions } from './memory-counters.ts'
import { exportedRows, requestPage, usageOf } from './memory-reports.ts'
import type { MemoryRows } from './memory-rows.ts'
import { memoryStore } from './memory-store.ts'

/**
 * The smallest legal book: everything in maps, nothing counted ahead. What is spent is summed from the rows each time it is
 * asked for, so it is the measure by which the other engines are tested. For tests only: it forgets when the process ends.
 */
export function memoryBook(options: MemoryOptions): Book {
  const records = memoryStore()
  const { now } = options
  const registry = new Registry(records, now)
  const limits = new LimitRegistry(records, registry, now)
  const calls = new MemoryCalls(options, registry, limits)
  const parts = {
    registry,
    limits,
    counters: calls.counters,
    now,
    row: (id: string) => calls.rows.get(id),
    enter: calls.rows.enter,
  }
  return {
    ...calls.methods(),
    ...orgMethods(parts),
    ...limitMethods(parts),
    ...adjustmentMethods(parts),
    ...reportMethods(registry, calls.rows),
  }
}

function reportMethods(registry: Registry, rows: MemoryRows): Omit<ReportMethods, 'adjust' | 'adjustments'> {
  const inOrg = <T>(answer: () => T): T | Refusal => (registry.org() ? answer() : missing)
  return {
    request: (id) => rows.get(id)?.receipt ?? missing,
    requests: (query) => inOrg(() => requestPage(rows.receipts(), query)),
    usage: (query) =>
      inOrg(() =>
        dimensionOf(query.groupBy) ? usageOf(rows.countedWithAdjustments(), query) : oneDimension,
      ),
    exportRows: (query) => inOrg(() => exportedRows(rows.all(), query)),
    prune: (endedBefore) => rows.prune(endedBefore),
  }
}
