import { newId, orgId } from '../../core/ids.ts'
import type { Book } from '../book.ts'
import { refuse, type Refusal } from '../call.ts'
import type { Limit, LimitState } from '../limit.ts'
import type { Policy } from '../policy.ts'
import type { AuditEntry, Change, Created, Key, Org, Page, PageQuery, Project } from '../records.ts'

type RegistryMethods = Pick<
  Book,
  | 'createOrg'
  | 'org'
  | 'updateOrg'
  | 'createProject'
  | 'project'
  | 'projects'
  | 'createKey'
  | 'key'
  | 'keys'
  | 'revokeKey'
  | 'createLimit'
  | 'limit'
  | 'limits'
  | 'limitsOfKey'
  | 'updateLimit'
  | 'deleteLimit'
  | 'audit'
>

export interface MemoryRegistry {
  readonly methods: RegistryMethods
  org(): Org | undefined
  policyOf(keyHash: string): Policy | Refusal
  limitsAbove(owner: { keyId: string; projectId?: string }): readonly Limit[]
  /** Those of the limits that still exist. */
  limitsNamed(ids: readonly string[]): readonly Limit[]
}

interface Clockwork {
  readonly now: () => number
  readonly stateOf: (limit: Limit) => LimitState
  /** Told of a limit that is about to change. */
  readonly beforeChange: (limit: Limit) => void
}

/** What an org consists of, in maps. */
export function memoryRegistry({ now, stateOf, beforeChange }: Clockwork): MemoryRegistry {
  let theOrg: Org | undefined
  const projects = new Map<string, Project>()
  const keys = new Map<string, Key & { readonly hash: string }>()
  const limits = new Map<string, Limit>()
  const trail: AuditEntry[] = []
  const made = new Map<string, string>()
  const missing = refuse('not_found', 'Not found.')

  function note(change: Change, action: string, target: string, details: object = {}): void {
    const id = newId('aud', theOrg?.slug ?? '')
    trail.unshift({ id, at: now(), actor: change.actor, action, target, details: { ...details } })
  }

  function create<T extends { id: string }>(
    into: Map<string, T>,
    change: Change,
    make: () => T | Refusal,
  ): Created<T> | Refusal {
    const once = change.idempotencyKey && `${change.actor} ${change.idempotencyKey}`
    const before = once ? made.get(once) : undefined
    if (before !== undefined) {
      const record = into.get(before)
      return record
        ? { kind: 'created', record, replayed: true }
        : refuse('conflict', 'The idempotency key was used for something else.')
    }
    const record = make()
    if ('kind' in record) return record as Refusal
    into.set(record.id, record)
    if (once) made.set(once, record.id)
    return { kind: 'created', record, replayed: false }
  }

  function scopeExists({ type, id }: Limit['scope']): boolean {
    if (type === 'org') return id === orgId(theOrg?.slug ?? '')
    return type === 'project' ? projects.has(id) : keys.has(id)
  }

  function limitsAbove(owner: { keyId: string; projectId?: string }): Limit[] {
    const scopes = [orgId(theOrg?.slug ?? ''), owner.projectId, owner.keyId]
    return scopes.flatMap((id) => [...limits.values()].filter((limit) => limit.scope.id === id))
  }

  const methods: RegistryMethods = {
    createOrg(org, change) {
      if (theOrg) return { kind: 'created', record: theOrg, replayed: true }
      theOrg = { ...org, createdAt: now() }
      note(change, 'org-created', orgId(org.slug), { name: org.name })
      return { kind: 'created', record: theOrg, replayed: false }
    },
    org: () => theOrg ?? missing,
    updateOrg(update, change) {
      if (!theOrg) return missing
      theOrg = { ...theOrg, ...update }
      note(change, 'org-updated', orgId(theOrg.slug), update)
      return theOrg
    },
    createProject: (project, change) =>
      create(projects, change, () => {
        if (!theOrg) return missing
        note(change, 'project-created', project.id, { name: project.name })
        return { ...project, createdAt: now() }
      }),
    project: (id) => projects.get(id) ?? missing,
    projects: (query) => (theOrg ? page([...projects.values()], query) : missing),
    createKey({ limits: newLimits, ...key }, change) {
      const created = create(keys, change, () => {
        if (!theOrg || (key.projectId !== undefined && !projects.has(key.projectId))) return missing
        for (const limit of newLimits) limits.set(limit.id, { ...limit, createdAt: now() })
        note(change, 'key-created', key.id, { name: key.name })
        for (const limit of newLimits) note(change, 'limit-created', limit.id, limit)
        return { ...key, createdAt: now() }
      })
      return created.kind === 'refusal' ? created : { ...created, record: bare(created.record) }
    },
    key: (id) => bareOr(keys.get(id), missing),
    keys: ({ projectId, ...query }) => {
      const found = [...keys.values()].filter((key) => projectId === undefined || key.projectId === projectId)
      return theOrg ? page(found.map(bare), query) : missing
    },
    revokeKey(id, change) {
      const key = keys.get(id)
      if (!key) return missing
      if (key.revokedAt === undefined) {
        keys.set(id, { ...key, revokedAt: now() })
        note(change, 'key-revoked', id)
      }
      return bareOr(keys.get(id), missing)
    },
    createLimit: (limit, change) =>
      create(limits, change, () => {
        if (!theOrg || !scopeExists(limit.scope)) return missing
        note(change, 'limit-created', limit.id, limit)
        return { ...limit, createdAt: now() }
      }),
    limit: (id) => {
      const limit = limits.get(id)
      return limit ? stateOf(limit) : missing
    },
    limits: ({ scopeId, ...query }) => {
      const found = [...limits.values()].filter(
        (limit) => scopeId === undefined || limit.scope.id === scopeId,
      )
      if (!theOrg) return missing
      const { data, hasMore } = page(found, query)
      return { data: data.map((limit) => stateOf(limit)), hasMore }
    },
    limitsOfKey(keyId) {
      const key = keys.get(keyId)
      if (!key) return missing
      const owner = { keyId, ...(key.projectId !== undefined && { projectId: key.projectId }) }
      return limitsAbove(owner).map((limit) => stateOf(limit))
    },
    updateLimit(id, update, change) {
      const limit = limits.get(id)
      if (!limit) return missing
      const updated = { ...limit, ...update }
      beforeChange(limit)
      limits.set(id, updated)
      note(change, 'limit-updated', id, update)
      return stateOf(updated)
    },
    deleteLimit(id, change) {
      const limit = limits.get(id)
      if (!limit) return missing
      limits.delete(id)
      note(change, 'limit-deleted', id)
      return limit
    },
    audit: (query) => (theOrg ? page(trail, query) : missing),
  }

  return {
    methods,
    org: () => theOrg,
    policyOf: (hash) => policyOf([...keys.values()].find((key) => key.hash === hash)),
    limitsAbove,
    limitsNamed: (ids) => ids.flatMap((id) => limits.get(id) ?? []),
  }

  function policyOf(key: Key | undefined): Policy | Refusal {
    if (!theOrg || !key) return refuse('invalid_key', 'This key does not exist.')
    if (key.revokedAt !== undefined) return refuse('invalid_key', 'This key was revoked.')
    if (key.expiresAt !== undefined && key.expiresAt <= now())
      return refuse('invalid_key', 'This key has expired.')
    return {
      kind: 'policy',
      version: '1',
      org: theOrg.slug,
      keyId: key.id,
      keyName: key.name,
      scopes: key.scopes,
      ...(key.projectId !== undefined && { projectId: key.projectId }),
      ...(key.models && { models: key.models }),
      ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }),
    }
  }
}

function bare({ hash: _hash, ...key }: Key & { readonly hash?: string }): Key {
  return key
}

function bareOr(key: Key | undefined, missing: Refusal): Key | Refusal {
  return key ? bare(key) : missing
}

/** The records after the one named. An unknown name gives an empty page, never the first one again. */
export function page<T extends { id: string }>(all: readonly T[], { after, limit }: PageQuery): Page<T> {
  const start = after === undefined ? 0 : all.findIndex((record) => record.id === after) + 1
  const known = after === undefined || start > 0
  const data = known ? all.slice(start, start + limit) : []
  return { data, hasMore: known && all.length > start + limit }
}
