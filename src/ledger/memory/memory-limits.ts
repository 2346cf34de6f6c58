import { orgId } from '../../core/ids.ts'
import type { LimitMethods } from '../book.ts'
import type { Refusal } from '../call.ts'
import type { Limit, LimitState } from '../limit.ts'
import type { Change, Created, NewLimit } from '../records.ts'
import { limitToWire } from '../wire.ts'
import type { MemoryOrg } from './memory-org.ts'
import { missing, page } from './memory-records.ts'

interface Watcher {
  readonly stateOf: (limit: Limit) => LimitState
  /** Told of a limit that is about to change. */
  readonly beforeChange: (limit: Limit) => void
}

/** The limits of an org, its projects and its keys. */
export class MemoryLimits {
  readonly #org: MemoryOrg
  readonly #watcher: Watcher
  readonly #now: () => number
  readonly #limits = new Map<string, Limit>()

  constructor(org: MemoryOrg, { now, ...watcher }: Watcher & { readonly now: () => number }) {
    this.#org = org
    this.#now = now
    this.#watcher = watcher
  }

  /** Those above a key, widest scope first. */
  above(owner: { keyId: string; projectId?: string }): Limit[] {
    const scopes = [orgId(this.#org.slug), owner.projectId, owner.keyId]
    return scopes.flatMap((id) => [...this.#limits.values()].filter((limit) => limit.scope.id === id))
  }

  /** Those of the limits that still exist. */
  named(ids: readonly string[]): Limit[] {
    return ids.flatMap((id) => this.#limits.get(id) ?? [])
  }

  /** Adds a limit whose scope is known to exist. */
  add(limit: NewLimit, change: Change): Limit {
    const record: Limit = { ...limit, createdAt: this.#now() }
    this.#limits.set(record.id, record)
    this.#note(change, 'limit-created', record)
    return record
  }

  methods(): LimitMethods {
    const { stateOf } = this.#watcher
    return {
      createLimit: (limit, change) => this.#create(limit, change),
      limit: (id) => this.#with(id, stateOf),
      limits: ({ scopeId, ...query }) => {
        const all = [...this.#limits.values()]
        const found = all.filter((limit) => scopeId === undefined || limit.scope.id === scopeId)
        if (!this.#org.exists) return missing
        const { data, hasMore } = page(found, query)
        return { data: data.map(stateOf), hasMore }
      },
      limitsOfKey: (keyId) => {
        const key = this.#org.key(keyId)
        if (!key) return missing
        const owner = { keyId, ...(key.projectId !== undefined && { projectId: key.projectId }) }
        return this.above(owner).map(stateOf)
      },
      updateLimit: (id, update, change) =>
        this.#with(id, (limit) => {
          const updated = { ...limit, ...update }
          this.#watcher.beforeChange(limit)
          this.#limits.set(id, updated)
          this.#note(change, 'limit-updated', updated)
          return stateOf(updated)
        }),
      deleteLimit: (id, change) =>
        this.#with(id, (limit) => {
          this.#limits.delete(id)
          this.#note(change, 'limit-deleted', limit)
          return limit
        }),
    }
  }

  #create(limit: NewLimit, change: Change): Created<Limit> | Refusal {
    return this.#org.records.create(this.#limits, { id: limit.id, change }, () =>
      this.#org.has(limit.scope) ? this.add(limit, change) : missing,
    )
  }

  #with<T>(id: string, act: (limit: Limit) => T): T | Refusal {
    const limit = this.#limits.get(id)
    return limit ? act(limit) : missing
  }

  #note(change: Change, action: string, limit: Limit): void {
    const details = limitToWire(limit)
    this.#org.records.note(change, this.#org.slug, { action, target: limit.id, details })
  }
}
