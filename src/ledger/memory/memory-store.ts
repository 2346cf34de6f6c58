import type { ListQuery, RecordKind, RecordStore } from '../store.ts'

interface Kept {
  readonly owner: string | undefined
  readonly body: unknown
}

/** Records in maps. */
export function memoryStore(): RecordStore {
  const kinds = new Map<RecordKind, Map<string, Kept>>()
  const of = (kind: RecordKind) => {
    const records = kinds.get(kind) ?? new Map<string, Kept>()
    kinds.set(kind, records)
    return records
  }
  return {
    get: (kind, id) => of(kind).get(id)?.body as never,
    put: (kind, { id, owner, body }) => void of(kind).set(id, { owner, body }),
    remove: (kind, id) => void of(kind).delete(id),
    list: (kind, query) => listed(of(kind), query) as never,
  }
}

function listed(records: ReadonlyMap<string, Kept>, { owner, after, order, limit }: ListQuery): unknown[] {
  const sign = order === 'ascending' ? 1 : -1
  return [...records.entries()]
    .filter(([, kept]) => owner === undefined || kept.owner === owner)
    .toSorted(([a], [b]) => (a < b ? -sign : sign))
    .filter(([id]) => after === undefined || (order === 'ascending' ? id > after : id < after))
    .slice(0, limit)
    .map(([, kept]) => kept.body)
}
