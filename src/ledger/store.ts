import type { Adjustment, AuditEntry, Key, Org, Project, TopUp } from './records.ts'
import type { Limit } from './limit.ts'

/** A name that was used for a create, so that the same create makes nothing new. */
export interface MadeUnder {
  readonly target: string
  readonly digest?: string
}

/** The kinds of records that make up an org, each by its id: keys also by their hash, as `hash` records that name them. */
export interface RecordKinds {
  readonly org: Org
  readonly project: Project
  readonly key: Key
  readonly hash: { readonly keyId: string }
  readonly limit: Limit
  readonly 'top-up': TopUp
  readonly adjustment: Adjustment
  readonly audit: AuditEntry
  readonly idempotency: MadeUnder
}

export type RecordKind = keyof RecordKinds

export interface ListQuery {
  /** Only those that belong to it: keys to a project, limits to a scope, top-ups to a limit. */
  readonly owner?: string
  readonly after?: string
  readonly order: 'ascending' | 'descending'
  readonly limit: number
}

/** Where the records of one org are kept: all that the registry asks of an engine. */
export interface RecordStore {
  get<K extends RecordKind>(kind: K, id: string): RecordKinds[K] | undefined
  /** Writes a record over the one with its id. Its owner never changes. */
  put<K extends RecordKind>(kind: K, record: { id: string; owner?: string; body: RecordKinds[K] }): void
  remove(kind: RecordKind, id: string): void
  /** In the order of ids, which is the order of time. */
  list<K extends RecordKind>(kind: K, query: ListQuery): readonly RecordKinds[K][]
}
