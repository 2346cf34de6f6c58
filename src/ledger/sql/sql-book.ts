import type { Book } from '../book.ts'
import type { AuditEntry, Key, Project } from '../records.ts'
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

/** One org's book in a database that has its tables: the engine of Durable Objects and of Node. */
export function sqlBook({ sql, now, leaseMs }: BookOptions): SqlBook {
  const registry = new Registry(sql, now)
  const tallies = new Tallies(sql)
  const calls = new Calls({ sql, registry, tallies, now, leaseMs })
  const stateOf = (limit: Limit) => tallies.state(limit, now())

  const book: Book = {
    policy: (keyHash) => registry.policyOf(keyHash),
    open: (call) => calls.open(call),
    extend: (id, step) => calls.extend(id, step),
    settle: (settlement) => calls.settle(settlement),
    sweep: (which) => calls.sweep(which),
    nextExpiry: () => calls.nextExpiry(),

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
    projects: (query) => records<Project>(list(sql, { ...query, table: 'projects', order: 'ASC' })),
    createKey: (key, change) => registry.createKey(key, change),
    key: (id) => registry.key(id) ?? missing,
    keys: ({ projectId, ...query }) =>
      records<Key>(
        list(sql, { ...query, table: 'keys', order: 'ASC', where: { 'project_id = ?': projectId } }),
      ),
    revokeKey: (id, change) => registry.revokeKey(id, change),
    createLimit: (limit, change) => registry.createLimit(limit, change),
    limit(id) {
      const limit = registry.limit(id)
      return limit ? stateOf(limit) : missing
    },
    limits({ scopeId, ...query }) {
      const page = list<Stored>(sql, {
        ...query,
        table: 'limits',
        order: 'ASC',
        where: { 'scope_id = ?': scopeId },
      })
      return { data: page.data.map((row) => stateOf(read<Limit>(row))), hasMore: page.hasMore }
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

    request: (id) => readRow(sql, id)?.receipt ?? missing,
    requests: (query) => requestPage(sql, query),
    usage: (query) => usageLines(sql, query),
    audit: (query) => records<AuditEntry>(list(sql, { ...query, table: 'audit', order: 'DESC' })),
  }

  return {
    book,
    commit: (work) =>
      sql.transaction(() => {
        const result = work()
        tallies.flush()
        return result
      }),
  }
}

function records<T>(page: { data: readonly Stored[]; hasMore: boolean }) {
  return { data: page.data.map((row) => read<T>(row)), hasMore: page.hasMore }
}
