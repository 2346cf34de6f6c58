import { newId } from '../../core/ids.ts'
import { refuse, type Refusal } from '../call.ts'
import type { AuditEntry, Change, Created, Page, PageQuery } from '../records.ts'

const usedForElse = refuse('conflict', 'The idempotency key was used for something else.')

export const missing: Refusal = refuse('not_found', 'Not found.')

/** The trail of changes, and which idempotency key made what. */
export class MemoryRecords {
  readonly trail: AuditEntry[] = []
  readonly #made = new Map<string, { readonly id: string; readonly digest: string | undefined }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  note(change: Change, slug: string, entry: Pick<AuditEntry, 'action' | 'target' | 'details'>): void {
    this.trail.unshift({ id: newId('aud', slug), at: this.#now(), actor: change.actor, ...entry })
  }

  /** Makes a record once for each id, and once for each idempotency key. */
  create<T extends { id: string }>(
    into: Map<string, T>,
    { id, change }: { id: string; change: Change },
    make: () => T | Refusal,
  ): Created<T> | Refusal {
    const name = change.idempotencyKey && `${change.actor} ${change.idempotencyKey}`
    const before = name ? this.#made.get(name) : undefined
    const known = into.get(before?.id ?? id)
    if (before && before.digest !== change.digest) return usedForElse
    if (known) return { kind: 'created', record: known, replayed: known.id !== id }
    if (before) return usedForElse
    const record = make()
    if (isRefusal(record)) return record
    into.set(id, record)
    if (name) this.#made.set(name, { id, digest: change.digest })
    return { kind: 'created', record, replayed: false }
  }
}

function isRefusal(made: object): made is Refusal {
  return 'kind' in made && made.kind === 'refusal'
}

/** The records after the one named. An unknown name gives an empty page, never the first one again. */
export function page<T extends { id: string }>(all: readonly T[], { after, limit }: PageQuery): Page<T> {
  const start = after === undefined ? 0 : all.findIndex((record) => record.id === after) + 1
  const known = after === undefined || start > 0
  const data = known ? all.slice(start, start + limit) : []
  return { data, hasMore: known && all.length > start + limit }
}
