import { newId, orgId } from '../core/ids.ts'
import { formatUsd } from '../core/money.ts'
import { atCost } from '../core/rate.ts'

import { refuse, type Refusal } from './call.ts'
import { policyOf, type Policy } from './policy.ts'
import type {
  AuditEntry,
  Change,
  Created,
  Key,
  KeyUpdate,
  NewKey,
  Org,
  OrgUpdate,
  Page,
  PageQuery,
  Project,
  ProjectUpdate,
} from './records.ts'
import { rateToWire } from './rate-wire.ts'
import type { ListQuery, RecordKind, RecordKinds, RecordStore } from './store.ts'

export const missing: Refusal = refuse('not_found', 'Not found.')
const taken = refuse('conflict', 'There is one already.')
const usedForElse = refuse('conflict', 'The idempotency key was used for something else.')
/** There is one org in a book, so its record needs no other name. */
const theOrg = 'org'

/** An org, its projects and its keys, with the trail of their changes: the same rules over the records of any engine. */
export class Registry {
  readonly #records: RecordStore
  readonly #now: () => number

  constructor(records: RecordStore, now: () => number) {
    this.#records = records
    this.#now = now
  }

  org(): Org | undefined {
    return this.#records.get('org', theOrg)
  }

  createOrg(org: { slug: string; name: string }, change: Change): Created<Org> {
    const known = this.org()
    if (known) return { kind: 'created', record: known, replayed: true }
    const record = this.#putOrg({ ...org, createdAt: this.#now() }, { change, action: 'org-created' })
    return { kind: 'created', record, replayed: false }
  }

  updateOrg({ name, suspended, rate }: OrgUpdate, change: Change): Org | Refusal {
    const org = this.org()
    if (!org) return missing
    const renamed = { ...org, ...(name !== undefined && { name }), ...(rate && { rate }) }
    const updated = withSuspension(renamed, suspended)
    return this.#putOrg(revised(updated, suspended !== undefined || rate !== undefined), {
      change,
      action: 'org-updated',
    })
  }

  project(id: string): Project | undefined {
    return this.#records.get('project', id)
  }

  createProject(project: { id: string; name: string }, change: Change): Created<Project> | Refusal {
    return this.create('project', { id: project.id, change }, () => {
      const record: Project = { ...project, createdAt: this.#now() }
      return this.put('project', record, {
        change,
        action: 'project-created',
        details: { name: record.name },
      })
    })
  }

  updateProject(id: string, { name, suspended }: ProjectUpdate, change: Change): Project | Refusal {
    const project = this.project(id)
    if (!project) return missing
    const renamed = { ...project, ...(name !== undefined && { name }) }
    const updated = revised(withSuspension(renamed, suspended), suspended !== undefined)
    const details = { name: updated.name, suspended: updated.suspended ?? false }
    return this.put('project', updated, { change, action: 'project-updated', details })
  }

  key(id: string): Key | undefined {
    return this.#records.get('key', id)
  }

  keyByHash(hash: string): Key | undefined {
    const found = this.#records.get('hash', hash)
    return found && this.key(found.keyId)
  }

  /** Makes a key; `addLimits` makes the limits that come with it. */
  createKey(
    { limits: _limits, hash, ...key }: NewKey,
    change: Change,
    addLimits: () => void,
  ): Created<Key> | Refusal {
    return this.create('key', { id: key.id, change }, () => {
      if (key.projectId !== undefined && !this.project(key.projectId)) return missing
      if (this.#records.get('hash', hash)) return taken
      const record: Key = { ...key, createdAt: this.#now() }
      this.#records.put('hash', { id: hash, body: { keyId: key.id } })
      this.#putKey(record, { change, action: 'key-created', details: { name: key.name } })
      addLimits()
      return record
    })
  }

  updateKey(id: string, { name, failOpenAllowance }: KeyUpdate, change: Change): Key | Refusal {
    const key = this.key(id)
    if (!key) return missing
    const { failOpenAllowance: before, ...rest } = key
    const allowance = failOpenAllowance === undefined ? before : (failOpenAllowance ?? undefined)
    const updated = revised(
      {
        ...rest,
        ...(name !== undefined && { name }),
        ...(allowance !== undefined && { failOpenAllowance: allowance }),
      },
      failOpenAllowance !== undefined,
    )
    const details = {
      name: updated.name,
      fail_open: allowance === undefined ? null : { allowance: formatUsd(allowance) },
    }
    return this.#putKey(updated, { change, action: 'key-updated', details })
  }

  revokeKey(id: string, change: Change): Key | Refusal {
    const key = this.key(id)
    if (!key) return missing
    if (key.revokedAt !== undefined) return key
    const revoked: Key = { ...key, revokedAt: this.#now() }
    return this.#putKey(revoked, { change, action: 'key-revoked', details: {} })
  }

  policyOf(keyHash: string): Policy | Refusal {
    const key = this.keyByHash(keyHash)
    const project = key?.projectId === undefined ? undefined : this.project(key.projectId)
    return policyOf({ org: this.org(), project, key }, this.#now())
  }

  page<K extends RecordKind>(
    kind: K,
    { limit, after, owner, order = 'ascending' }: PageQuery & Partial<Pick<ListQuery, 'owner' | 'order'>>,
  ): Page<RecordKinds[K]> | Refusal {
    if (!this.org()) return missing
    const part = { order, limit: limit + 1, ...(after !== undefined && { after }) }
    const found = this.#records.list(kind, { ...part, ...(owner !== undefined && { owner }) })
    return { data: found.slice(0, limit), hasMore: found.length > limit }
  }

  /** Writes a record, and the line of the trail that tells of it. */
  put<K extends Named>(
    kind: K,
    record: RecordKinds[K],
    { owner, ...told }: Telling & { owner?: string },
  ): RecordKinds[K] {
    this.#records.put(kind, { id: record.id, body: record, ...(owner !== undefined && { owner }) })
    this.note(record.id, told)
    return record
  }

  /** Writes a line of the trail. */
  note(target: string, { change, action, details }: Telling): void {
    const id = newId('aud', this.org()?.slug ?? '')
    const entry: AuditEntry = { id, at: this.#now(), actor: change.actor, action, target, details }
    this.#records.put('audit', { id, body: entry })
  }

  /** Makes a record once for each id (the same call may come twice), and once for each idempotency key. */
  create<K extends Named>(
    kind: K,
    { id, change }: { id: string; change: Change },
    make: () => RecordKinds[K] | Refusal,
  ): Created<RecordKinds[K]> | Refusal {
    if (!this.org()) return missing
    const name = nameOf(change)
    const before = name === undefined ? undefined : this.#records.get('idempotency', name)
    const known = this.#records.get(kind, before?.target ?? id)
    if (before && (!known || before.digest !== change.digest)) return usedForElse
    if (known) return { kind: 'created', record: known, replayed: known.id !== id }
    const record = make()
    if (isRefusal(record)) return record
    const { digest } = change
    const body = { target: id, ...(digest !== undefined && { digest }) }
    if (name !== undefined) this.#records.put('idempotency', { id: name, body })
    return { kind: 'created', record, replayed: false }
  }

  #putKey(key: Key, told: Telling): Key {
    return this.put('key', key, { ...told, ...(key.projectId !== undefined && { owner: key.projectId }) })
  }

  #putOrg(org: Org, { change, action }: Omit<Telling, 'details'>): Org {
    this.#records.put('org', { id: theOrg, body: org })
    const { name, suspended = false, rate = atCost } = org
    const details = action === 'org-created' ? { name } : { name, suspended, rate: rateToWire(rate) }
    this.note(orgId(org.slug), { change, action, details })
    return org
  }
}

/** The kinds that have ids of their own. */
type Named = 'project' | 'key' | 'limit' | 'top-up' | 'adjustment'

/** What the trail tells of a change. */
export interface Telling {
  readonly change: Change
  readonly action: string
  readonly details: Readonly<Record<string, unknown>>
}

/** A record that policies tell of, one revision on. */
function revised<T extends { revision?: number }>(record: T, changed: boolean): T {
  return changed ? { ...record, revision: (record.revision ?? 0) + 1 } : record
}

function withSuspension<T extends { suspended?: true }>(record: T, suspended: boolean | undefined): T {
  const { suspended: before, ...rest } = record
  const now = suspended ?? before ?? false
  return { ...rest, ...(now && { suspended: true }) } as T
}

export function isRefusal(made: object): made is Refusal {
  return 'kind' in made && made.kind === 'refusal'
}

/** An idempotency key belongs to who uses it. */
function nameOf({ actor, idempotencyKey }: Change): string | undefined {
  return idempotencyKey === undefined ? undefined : `${actor} ${idempotencyKey}`
}
