import type { Book, ReportMethods } from '../book.ts'
import type { Refusal } from '../call.ts'
import { LimitRegistry } from '../limit-registry.ts'
import { adjustmentMethods, limitMethods, orgMethods } from '../methods.ts'
import { missing, Registry } from '../registry.ts'
import { dimensionOf, oneDimension } from '../rollup.ts'
import { MemoryCalls, type MemoryOptions } from './memory-calls.ts'
import { exportedRows, requestPage, usageOf } from './memory-reports.ts'
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
    counters: calls.counters(),
    now,
    row: (id: string) => calls.rows.get(id),
    enter: calls.enter,
  }
  return {
    ...calls.methods(),
    ...orgMethods(parts),
    ...limitMethods(parts),
    ...adjustmentMethods(parts),
    ...reportMethods(registry, calls),
  }
}

function reportMethods(
  registry: Registry,
  calls: MemoryCalls,
): Omit<ReportMethods, 'adjust' | 'adjustments'> {
  const inOrg = <T>(answer: () => T): T | Refusal => (registry.org() ? answer() : missing)
  return {
    request: (id) => calls.rows.get(id)?.receipt ?? missing,
    requests: (query) => inOrg(() => requestPage(calls.rows.values(), query)),
    usage: (query) => inOrg(() => (dimensionOf(query.groupBy) ? usageOf(calls.all(), query) : oneDimension)),
    exportRows: (query) => inOrg(() => exportedRows(calls.all(), query)),
    // Sums are made from the rows here, so the rows must stay.
    prune: () => 0,
  }
}
