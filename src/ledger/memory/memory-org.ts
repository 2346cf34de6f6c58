import { orgId } from '../../core/ids.ts'
import type { OrgMethods } from '../book.ts'
import type { Refusal } from '../call.ts'
import type { Scope } from '../limit.ts'
import { policyOf, type Policy } from '../policy.ts'
import type { Change, Created, Key, NewKey, NewLimit, Org, Project } from '../records.ts'
import { MemoryRecords, missing, page } from './memory-records.ts'

type StoredKey = Key & { readonly hash: string }

/** An org, its projects and its keys. */
export class MemoryOrg {
  readonly records: MemoryRecords
  readonly #now: () => number
  readonly #projects = new Map<string, Project>()
  readonly #keys = new Map<string, StoredKey>()
  #org: Org | undefined
  #addLimits: (limits: readonly NewLimit[], change: Change) => void = () => {}

  constructor(now: () => number) {
    this.#now = now
    this.records = new MemoryRecords(now)
  }

  get slug(): string {
    return this.#org?.slug ?? ''
  }

  get exists(): boolean {
    return this.#org !== undefined
  }

  /** Where the limits go that come with a key. */
  onLimits(add: (limits: readonly NewLimit[], change: Change) => void): void {
    this.#addLimits = add
  }

  key(id: string): Key | undefined {
    const key = this.#keys.get(id)
    return key && bare(key)
  }

  has({ type, id }: Scope): boolean {
    if (type === 'org') return this.exists && id === orgId(this.slug)
    return type === 'project' ? this.#projects.has(id) : this.#keys.has(id)
  }

  policyOf(hash: string): Policy | Refusal {
    const key = [...this.#keys.values()].find((each) => each.hash === hash)
    return policyOf(this.#org, key, this.#now())
  }

  methods(): OrgMethods {
    return {
      createOrg: (org, change) => this.#createOrg(org, change),
      org: () => this.#org ?? missing,
      updateOrg: (update, change) => this.#updateOrg(update, change),
      createProject: (project, change) => this.#createProject(project, change),
      project: (id) => this.#projects.get(id) ?? missing,
      projects: (query) => (this.exists ? page([...this.#projects.values()], query) : missing),
      createKey: (key, change) => this.#createKey(key, change),
      key: (id) => this.key(id) ?? missing,
      keys: ({ projectId, ...query }) => {
        const found = [...this.#keys.values()].filter(
          (key) => projectId === undefined || key.projectId === projectId,
        )
        return this.exists ? page(found.map(bare), query) : missing
      },
      revokeKey: (id, change) => this.#revokeKey(id, change),
    }
  }

  #createOrg(org: { slug: string; name: string }, change: Change): Created<Org> {
    if (this.#org) return { kind: 'created', record: this.#org, replayed: true }
    this.#org = { ...org, createdAt: this.#now() }
    this.#note(change, 'org-created', { target: orgId(org.slug), name: org.name })
    return { kind: 'created', record: this.#org, replayed: false }
  }

  #updateOrg(update: { name: string }, change: Change): Org | Refusal {
    if (!this.#org) return missing
    this.#org = { ...this.#org, ...update }
    this.#note(change, 'org-updated', { target: orgId(this.slug), name: update.name })
    return this.#org
  }

  #createProject(project: { id: string; name: string }, change: Change): Created<Project> | Refusal {
    return this.records.create(this.#projects, { id: project.id, change }, () => {
      if (!this.exists) return missing
      this.#note(change, 'project-created', { target: project.id, name: project.name })
      return { ...project, createdAt: this.#now() }
    })
  }

  #createKey({ limits, ...key }: NewKey, change: Change): Created<Key> | Refusal {
    const created = this.records.create(this.#keys, { id: key.id, change }, () => {
      const homeless = key.projectId !== undefined && !this.#projects.has(key.projectId)
      if (!this.exists || homeless) return missing
      this.#note(change, 'key-created', { target: key.id, name: key.name })
      this.#addLimits(limits, change)
      return { ...key, createdAt: this.#now() }
    })
    return created.kind === 'refusal' ? created : { ...created, record: bare(created.record) }
  }

  #revokeKey(id: string, change: Change): Key | Refusal {
    const key = this.#keys.get(id)
    if (!key) return missing
    if (key.revokedAt === undefined) {
      this.#keys.set(id, { ...key, revokedAt: this.#now() })
      this.records.note(change, this.slug, { action: 'key-revoked', target: id, details: {} })
    }
    return this.key(id) ?? missing
  }

  #note(change: Change, action: string, { target, name }: { target: string; name: string }): void {
    this.records.note(change, this.slug, { action, target, details: { name } })
  }
}

function bare({ hash: _hash, ...key }: StoredKey): Key {
  return key
}
