import type { Book, ReportMethods } from '../book.ts'
import type { Refusal } from '../call.ts'
import { shareOf } from '../end-users.ts'
import { LimitRegistry } from '../limit-registry.ts'
import { adjustmentMethods, limitMethods, orgMethods, type Counters } from '../methods.ts'
import type { Adjustment } from '../records.ts'
import { missing, Registry } from '../registry.ts'
import { Calls } from './calls.ts'
import { Habits } from './habits.ts'
import { pruneRows } from './prune.ts'
import { exportedRows, requestPage, usageLines } from './reports.ts'
import { Rollups } from './rollups.ts'
import { readRow, writeAdjustment } from './rows.ts'
import { sqlStore } from './sql-store.ts'
import type { Sql } from '../../core/sql.ts'
import { Tallies } from './tallies.ts'

export interface BookOptions {
  readonly sql: Sql
  /** The ledger's clock, Unix milliseconds. */
  readonly now: () => number
  readonly leaseMs: number
  /** So many counters of end users live at once; the others share one. */
  readonly maxEndUsers?: number
}

/** A book that still has to be told when to write. Reads may happen outside of a commit, changes may not. */
export interface SqlBook {
  readonly book: Book
  /** Runs changes as one transaction. If it throws, the book in memory is no longer that of the database: make a new one. */
  commit<T>(work: () => T): T
}

/** One org's book in a database that has its tables: the engine of Durable Objects and of Node. */
export function sqlBook({ sql, now, leaseMs, maxEndUsers }: BookOptions): SqlBook {
  const records = sqlStore(sql)
  const registry = new Registry(records, now)
  const limits = new LimitRegistry(records, registry, now)
  const tallies = new Tallies(sql, maxEndUsers)
  const rollups = new Rollups(sql)
  const habits = new Habits(sql)
  const calls = new Calls({ sql, registry, limits, tallies, rollups, habits, now, leaseMs })
  const enter = (adjustment: Adjustment) => {
    writeAdjustment(sql, adjustment)
    rollups.add(adjustment)
  }
  const counters = countersOf(tallies, now)
  const parts = { registry, limits, counters, now, row: (id: string) => readRow(sql, id), enter }
  return {
    book: {
      ...calls.methods(),
      ...orgMethods(parts),
      ...limitMethods(parts),
      ...adjustmentMethods(parts),
      ...reportMethods({ sql, registry, rollups }),
    },
    commit: (work) =>
      sql.transaction(() => {
        const result = work()
        tallies.flush()
        rollups.flush()
        habits.flush()
        return result
      }),
  }
}

function countersOf(tallies: Tallies, now: () => number): Counters {
  return {
    stateOf(limit, endUser) {
      const at = now()
      const [counter = limit.id] = tallies.peek([limit], endUser, at)
      return { ...tallies.state({ limit, counter }, at), ...shareOf(limit, endUser) }
    },
    settleBucket: (limit) => tallies.settle(limit, now()),
    drop: (limit) => tallies.drop(limit),
    move: (moves) => moves.forEach((move) => tallies.move(move, now())),
  }
}

interface Reporting {
  readonly sql: Sql
  readonly registry: Registry
  readonly rollups: Rollups
}

function reportMethods({ sql, registry, rollups }: Reporting): Omit<ReportMethods, 'adjust' | 'adjustments'> {
  const inOrg = <T>(answer: () => T): T | Refusal => (registry.org() ? answer() : missing)
  return {
    request: (id) => readRow(sql, id)?.receipt ?? missing,
    requests: (query) => inOrg(() => requestPage(sql, query)),
    usage: (query) =>
      inOrg(() => {
        // What was gathered in this transaction counts too.
        rollups.flush()
        return usageLines(sql, query)
      }),
    exportRows: (query) => inOrg(() => exportedRows(sql, query)),
    prune: (endedBefore) => pruneRows(sql, endedBefore),
  }
}
