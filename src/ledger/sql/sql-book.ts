import type { Book, CallMethods, LimitMethods, OrgMethods, ReportMethods } from '../book.ts'
import type { AuditEntry, Key, Page, Project } from '../records.ts'
import type { Limit } from '../limit.ts'
import { Calls } from './calls.ts'
import { list, read, type Stored } from './records.ts'
import { missing, Registry } from './registry.ts'
import { requestPage, usageLines } from './reports.ts'
import { readRow } from './rows.ts'
import type { Sql } from './sql.ts'
import { Tallies } from './tallies.ts'

export interface BookOptions {
  readonly sql: Sql
  /** The ledger's clock, Unix milliseconds. */
  readonly now: () => number
  readonly leaseMs: number
}

/** A book that still has to be told when to write. Reads may happen outside of a commit, changes may not. */
export interface SqlBook {
  readonly book: Book
  /** Runs changes as one transaction. If it throws, the book in memory is no longer that of the database: make a new one. */
  commit<T>(work: () => T): T
}

interface Parts {
  readonly sql: Sql
  readonly registry: Registry
  readonly tallies: Tallies
  readonly calls: Calls
  readonly now: () => number
}

/** One org's book in a database that has its tables: the engine of Durable Objects and of Node. */
export function sqlBook({ sql, now, leaseMs }: BookOptions): SqlBook {
  const registry = new Registry(sql, now)
  const tallies = new Tallies(sql)
  const calls = new Calls({ sql, registry, tallies, now, leaseMs })
  const parts = { sql, registry, tallies, calls, now }
  return {
    book: { ...callMethods(parts), ...orgMethods(parts), ...limitMethods(parts), ...reportMethods(parts) },
    commit: (work) =>
      sql.transaction(() => {
        const result = work()
        tallies.flush()
        return result
      }),
  }
}

function callMethods({ registry, calls }: Parts): CallMethods {
  return {
    policy: (keyHash) => registry.policyOf(keyHash),
    open: (call) => calls.open(call),
    extend: (id, step) => calls.extend(id, step),
    settle: (settlement) => calls.settle(settlement),
    sweep: (which) => calls.sweep(which),
    nextExpiry: () => calls.nextExpiry(),
  }
}

function orgMethods({ sql, registry, now }: Parts): OrgMethods {
  return {
    createOrg(org, change) {
      const known = registry.org()
      if (known) return { kind: 'created', record: known, replayed: true }
      const record = registry.putOrg({ ...org, createdAt: now() }, change, 'org-created')
      return { kind: 'created', record, replayed: false }
    },
    org: () => registry.org() ?? missing,
    updateOrg(update, change) {
      const org = registry.org()
      return org ? registry.putOrg({ ...org, ...update }, change, 'org-updated') : missing
    },
    createProject: (project, change) => registry.createProject(project, change),
    project: (id) => registry.project(id) ?? missing,
    projects: (query) => readPage<Project>(list(sql, { ...query, table: 'projects', order: 'ASC' })),
    createKey: (key, change) => registry.createKey(key, change),
    key: (id) => registry.key(id) ?? missing,
    keys({ projectId, ...query }) {
      const where = { 'project_id = ?': projectId }
      return readPage<Key>(list(sql, { ...query, table: 'keys', order: 'ASC', where }))
    },
    revokeKey: (id, change) => registry.revokeKey(id, change),
  }
}

function limitMethods({ sql, registry, tallies, calls, now }: Parts): LimitMethods {
  const stateOf = (limit: Limit) => tallies.state(limit, now())
  return {
    createLimit: (limit, change) => registry.createLimit(limit, change),
    limit(id) {
      const limit = registry.limit(id)
      return limit ? stateOf(limit) : missing
    },
    limits({ scopeId, ...query }) {
      const where = { 'scope_id = ?': scopeId }
      const page = readPage<Limit>(list(sql, { ...query, table: 'limits', order: 'ASC', where }))
      return { data: page.data.map(stateOf), hasMore: page.hasMore }
    },
    limitsOfKey(keyId) {
      const key = registry.key(keyId)
      if (!key) return missing
      const owner = { keyId, ...(key.projectId !== undefined && { projectId: key.projectId }) }
      return registry.limitsAbove(owner).map(stateOf)
    },
    updateLimit(id, update, change) {
      const limit = registry.limit(id)
      if (!limit) return missing
      const updated = { ...limit, ...update }
      // A bucket has drained at the old rate until now.
      tallies.fill(limit, now(), 0)
      registry.updateLimit(updated, change)
      calls.limitChanged(id, updated)
      return stateOf(updated)
    },
    deleteLimit(id, change) {
      const limit = registry.limit(id)
      if (!limit) return missing
      registry.deleteLimit(limit, change)
      calls.limitChanged(id, undefined)
      tallies.drop(limit)
      return limit
    },
  }
}

function reportMethods({ sql }: Parts): ReportMethods {
  return {
    request: (id) => readRow(sql, id)?.receipt ?? missing,
    requests: (query) => requestPage(sql, query),
    usage: (query) => usageLines(sql, query),
    audit: (query) => readPage<AuditEntry>(list(sql, { ...query, table: 'audit', order: 'DESC' })),
  }
}

function readPage<T>(page: Page<Stored>): Page<T> {
  return { data: page.data.map((row) => read<T>(row)), hasMore: page.hasMore }
}
