import { formatUsd } from '../core/money.ts'
import { adjusting } from './adjustment.ts'
import type { LimitMethods, OrgMethods, ReportMethods } from './book.ts'
import type { Receipt, Refusal } from './call.ts'
import type { LimitRegistry } from './limit-registry.ts'
import type { Limit, LimitState } from './limit.ts'
import type { Move } from './moves.ts'
import type { Adjustment, PageQuery } from './records.ts'
import { missing, type Registry } from './registry.ts'

/** The methods of a book that are the same whatever it is kept in: they ask an engine for records and counters alone. */

export interface Row {
  readonly receipt: Receipt
  /** The counters that it posted to. */
  readonly limits: readonly string[]
}

/** What an engine knows of the counters of limits. */
export interface Counters {
  /** Where a limit stands now; of a limit that each end user has, the share of one. */
  stateOf(limit: Limit, endUser?: string): LimitState
  /** Notes how full a limit's bucket is, before it begins to drain at another rate. */
  settleBucket(limit: Limit): void
  /** Forgets the counters of a limit that is gone. */
  drop(limit: Limit): void
  move(moves: readonly Move[]): void
}

interface Parts {
  readonly registry: Registry
  readonly limits: LimitRegistry
  readonly counters: Counters
  readonly now: () => number
  readonly row: (id: string) => Row | undefined
  /** Puts a correction among the rows, once it is recorded. */
  readonly enter: (adjustment: Adjustment) => void
}

export function orgMethods({ registry, limits }: Pick<Parts, 'registry' | 'limits'>): OrgMethods {
  return {
    createOrg: (org, change) => registry.createOrg(org, change),
    org: () => registry.org() ?? missing,
    updateOrg: (update, change) => registry.updateOrg(update, change),
    createProject: (project, change) => registry.createProject(project, change),
    project: (id) => registry.project(id) ?? missing,
    projects: (query) => registry.page('project', query),
    updateProject: (id, update, change) => registry.updateProject(id, update, change),
    createKey: (key, change) => limits.createKey(key, change),
    key: (id) => registry.key(id) ?? missing,
    keys: ({ projectId, ...query }) => registry.page('key', ownedBy(projectId, query)),
    updateKey: (id, update, change) => registry.updateKey(id, update, change),
    revokeKey: (id, change) => registry.revokeKey(id, change),
    audit: (query) => registry.page('audit', { ...query, order: 'descending' }),
  }
}

export function limitMethods(parts: Pick<Parts, 'registry' | 'limits' | 'counters'>): LimitMethods {
  const { registry, limits, counters } = parts
  const withLimit = <T>(id: string, act: (limit: Limit) => T): T | Refusal => {
    const limit = limits.limit(id)
    return limit ? act(limit) : missing
  }
  return {
    createLimit: (limit, change) => limits.create(limit, change),
    limit: (id, endUser) => withLimit(id, (limit) => counters.stateOf(limit, endUser)),
    limits({ scopeId, ...query }) {
      const page = registry.page('limit', ownedBy(scopeId, query))
      return 'kind' in page ? page : { ...page, data: page.data.map((limit) => counters.stateOf(limit)) }
    },
    limitsOfKey(keyId, endUser) {
      const key = registry.key(keyId)
      if (!key) return missing
      const owner = { ...key, keyId, ...(endUser !== undefined && { endUser }) }
      return limits.above(owner).map((limit) => counters.stateOf(limit, endUser))
    },
    updateLimit: (id, update, change) =>
      withLimit(id, (limit) => {
        counters.settleBucket(limit)
        return counters.stateOf(limits.update(limit, update, change))
      }),
    deleteLimit: (id, change) =>
      withLimit(id, (limit) => {
        limits.remove(limit, change)
        counters.drop(limit)
        return limit
      }),
    topUp: (topUp, change) => limits.topUp(topUp, change),
    topUps: ({ limitId, ...query }) => registry.page('top-up', ownedBy(limitId, query)),
  }
}

export function adjustmentMethods(parts: Parts): Pick<ReportMethods, 'adjust' | 'adjustments'> {
  const { registry, counters, now, enter } = parts
  return {
    adjust: (wanted, change) =>
      registry.create('adjustment', { id: wanted.id, change }, () => {
        const made = adjusting(wanted, { ...parts, now: now() })
        if ('kind' in made) return made
        counters.move(made.moves)
        const { charge, requestId = null } = made.adjustment
        const details = { charge: formatUsd(charge), request_id: requestId }
        registry.put('adjustment', made.adjustment, { change, action: 'adjustment-created', details })
        enter(made.adjustment)
        return made.adjustment
      }),
    adjustments: (query) => registry.page('adjustment', { ...query, order: 'descending' }),
  }
}

function ownedBy(owner: string | undefined, query: PageQuery): PageQuery & { owner?: string } {
  return { ...query, ...(owner !== undefined && { owner }) }
}
