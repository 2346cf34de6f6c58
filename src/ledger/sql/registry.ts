import { newId, orgId } from '../../core/ids.ts'
import { refuse, type Refusal } from '../call.ts'
import type { Limit } from '../limit.ts'
import { policyOf, type Policy } from '../policy.ts'
import type { AuditEntry, Change, Created, Key, NewKey, NewLimit, Org, Project } from '../records.ts'
import { limitToWire } from '../wire.ts'
import { first, read, type Stored } from './records.ts'
import type { Sql } from './sql.ts'

export const missing: Refusal = refuse('not_found', 'Not found.')
const usedForElse = refuse('conflict', 'The idempotency key was used for something else.')

/** Keys and scopes are read anew above this many in memory. */
const keepInMemory = 10_000

/** What the org consists of: itself, projects, keys and limits, with the trail of their changes. */
export class Registry {
  readonly #sql: Sql
  readonly #now: () => number
  readonly #keysByHash = new Map<string, Key>()
  readonly #limitsByScope = new Map<string, readonly Limit[]>()
  #org: Org | undefined

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql
    this.#now = now
    this.#org = first<Org>(sql.all<Stored>('SELECT body FROM org'))
  }

  org(): Org | undefined {
    return this.#org
  }

  putOrg(org: Org, change: Change, action: string): Org {
    this.#sql.run('INSERT OR REPLACE INTO org VALUES (?, ?)', org.slug, JSON.stringify(org))
    this.#org = org
    this.note(change, { action, target: orgId(org.slug), details: { name: org.name } })
    return org
  }

  project(id: string): Project | undefined {
    return first<Project>(this.#sql.all<Stored>('SELECT body FROM projects WHERE id = ?', id))
  }

  createProject(project: { id: string; name: string }, change: Change): Created<Project> | Refusal {
    return this.#once(
      { id: project.id, change },
      (id) => this.project(id),
      () => {
        const record: Project = { ...project, createdAt: this.#now() }
        this.#sql.run('INSERT INTO projects VALUES (?, ?)', record.id, JSON.stringify(record))
        this.note(change, { action: 'project-created', target: record.id, details: { name: record.name } })
        return record
      },
    )
  }

  key(id: string): Key | undefined {
    return first<Key>(this.#sql.all<Stored>('SELECT body FROM keys WHERE id = ?', id))
  }

  createKey({ limits, hash, ...key }: NewKey, change: Change): Created<Key> | Refusal {
    return this.#once(
      { id: key.id, change },
      (id) => this.key(id),
      () => {
        if (key.projectId !== undefined && !this.project(key.projectId)) return missing
        const record: Key = { ...key, createdAt: this.#now() }
        const body = JSON.stringify(record)
        this.#sql.run('INSERT INTO keys VALUES (?, ?, ?, ?)', key.id, hash, key.projectId ?? null, body)
        this.note(change, { action: 'key-created', target: key.id, details: { name: key.name } })
        for (const limit of limits) this.#addLimit(limit, change)
        return record
      },
    )
  }

  revokeKey(id: string, change: Change): Key | Refusal {
    const key = this.key(id)
    if (!key) return missing
    if (key.revokedAt !== undefined) return key
    const revoked: Key = { ...key, revokedAt: this.#now() }
    this.#sql.run('UPDATE keys SET body = ? WHERE id = ?', JSON.stringify(revoked), id)
    this.note(change, { action: 'key-revoked', target: id, details: {} })
    return revoked
  }

  limit(id: string): Limit | undefined {
    return first<Limit>(this.#sql.all<Stored>('SELECT body FROM limits WHERE id = ?', id))
  }

  createLimit(limit: NewLimit, change: Change): Created<Limit> | Refusal {
    return this.#once(
      { id: limit.id, change },
      (id) => this.limit(id),
      () => (this.#scopeExists(limit.scope) ? this.#addLimit(limit, change) : missing),
    )
  }

  updateLimit(limit: Limit, change: Change): void {
    this.#sql.run('UPDATE limits SET body = ? WHERE id = ?', JSON.stringify(limit), limit.id)
    this.note(change, { action: 'limit-updated', target: limit.id, details: limitToWire(limit) })
  }

  deleteLimit(limit: Limit, change: Change): void {
    this.#sql.run('DELETE FROM limits WHERE id = ?', limit.id)
    this.note(change, { action: 'limit-deleted', target: limit.id, details: limitToWire(limit) })
  }

  /** The limits that a call of a key counts towards, widest scope first. */
  limitsAbove(owner: { keyId: string; projectId?: string }): readonly Limit[] {
    const org = this.#limitsOf(orgId(this.#org?.slug ?? ''))
    const project = owner.projectId === undefined ? [] : this.#limitsOf(owner.projectId)
    return [...org, ...project, ...this.#limitsOf(owner.keyId)]
  }

  policyOf(keyHash: string): Policy | Refusal {
    return policyOf(this.#org, this.#keyByHash(keyHash), this.#now())
  }

  /** Writes a line of the trail; every change makes one, and whatever is kept in memory of keys and limits is read anew. */
  note(change: Change, entry: Pick<AuditEntry, 'action' | 'target' | 'details'>): void {
    const id = newId('aud', this.#org?.slug ?? '')
    const record: AuditEntry = { id, at: this.#now(), actor: change.actor, ...entry }
    this.#sql.run('INSERT INTO audit VALUES (?, ?)', id, JSON.stringify(record))
    this.#keysByHash.clear()
    this.#limitsByScope.clear()
  }

  #addLimit(limit: NewLimit, change: Change): Limit {
    const record: Limit = { ...limit, createdAt: this.#now() }
    this.#sql.run('INSERT INTO limits VALUES (?, ?, ?)', record.id, record.scope.id, JSON.stringify(record))
    this.note(change, { action: 'limit-created', target: record.id, details: limitToWire(record) })
    return record
  }

  /** Makes a record once for each id (the same call may come twice), and once for each idempotency key. */
  #once<T extends { id: string }>(
    { id, change }: { id: string; change: Change },
    find: (id: string) => T | undefined,
    make: () => T | Refusal,
  ): Created<T> | Refusal {
    if (!this.#org) return missing
    const made = this.#madeBefore({ id, change }, find)
    if (made) return made
    const record = make()
    if (isRefusal(record)) return record
    const name = nameOf(change)
    if (name)
      this.#sql.run('INSERT INTO idempotency VALUES (?, ?, ?)', name, record.id, change.digest ?? null)
    return { kind: 'created', record, replayed: false }
  }

  #madeBefore<T extends { id: string }>(
    { id, change }: { id: string; change: Change },
    find: (id: string) => T | undefined,
  ): Created<T> | Refusal | undefined {
    const name = nameOf(change)
    const before = name === undefined ? undefined : this.#madeUnder(name)
    const known = find(before?.target ?? id)
    if (before && (!known || before.digest !== (change.digest ?? null))) return usedForElse
    return known && { kind: 'created', record: known, replayed: known.id !== id }
  }

  #madeUnder(name: string): { target: string; digest: string | null } | undefined {
    const text = 'SELECT target, digest FROM idempotency WHERE name = ?'
    return this.#sql.all<{ target: string; digest: string | null }>(text, name)[0]
  }

  #scopeExists({ type, id }: Limit['scope']): boolean {
    if (type === 'org') return this.#org !== undefined && id === orgId(this.#org.slug)
    return (type === 'project' ? this.project(id) : this.key(id)) !== undefined
  }

  #keyByHash(hash: string): Key | undefined {
    const known = this.#keysByHash.get(hash)
    if (known || !this.#org) return known
    const key = first<Key>(this.#sql.all<Stored>('SELECT body FROM keys WHERE hash = ?', hash))
    if (this.#keysByHash.size >= keepInMemory) this.#keysByHash.clear()
    if (key) this.#keysByHash.set(hash, key)
    return key
  }

  #limitsOf(scopeId: string): readonly Limit[] {
    const known = this.#limitsByScope.get(scopeId)
    if (known || !this.#org) return known ?? []
    const rows = this.#sql.all<Stored>('SELECT body FROM limits WHERE scope_id = ? ORDER BY id', scopeId)
    const limits = rows.map((row) => read<Limit>(row))
    if (this.#limitsByScope.size >= keepInMemory) this.#limitsByScope.clear()
    this.#limitsByScope.set(scopeId, limits)
    return limits
  }
}

function isRefusal(made: object): made is Refusal {
  return 'kind' in made && made.kind === 'refusal'
}

/** An idempotency key belongs to who uses it. */
function nameOf({ actor, idempotencyKey }: Change): string | undefined {
  return idempotencyKey === undefined ? undefined : `${actor} ${idempotencyKey}`
}
