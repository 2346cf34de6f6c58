import type { ListQuery, RecordKind, RecordKinds, RecordStore } from '../store.ts'
import type { Sql, SqlValue } from '../../core/sql.ts'

/** A record as it is stored: JSON that this engine wrote itself, so it is read back as what it was. */
interface Stored extends Record<string, SqlValue> {
  readonly body: string
}

/** Records are read anew above this many in memory. */
const keepInMemory = 50_000

/** The records of an org in one table, and those that calls ask for in memory: whatever stands there is what the table says. */
export function sqlStore(sql: Sql): RecordStore {
  const records = new Map<string, unknown>()
  const limitsOf = new Map<string, unknown>()
  const remember = <T>(memory: Map<string, unknown>, name: string, value: T): T => {
    if (memory.size >= keepInMemory) memory.clear()
    memory.set(name, value)
    return value
  }
  const forgetLists = (kind: RecordKind) => kind === 'limit' && limitsOf.clear()
  return {
    get<K extends RecordKind>(kind: K, id: string) {
      const name = `${kind} ${id}`
      const known = records.get(name) as RecordKinds[K] | undefined
      if (known) return known
      const text = 'SELECT body FROM records WHERE kind = ? AND id = ?'
      const [row] = sql.all<Stored>(text, kind, id)
      return row && remember(records, name, JSON.parse(row.body) as RecordKinds[K])
    },
    put(kind, { id, owner, body }) {
      const text = 'INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)'
      sql.run(text, kind, id, owner ?? null, JSON.stringify(body))
      records.delete(`${kind} ${id}`)
      forgetLists(kind)
    },
    remove(kind, id) {
      sql.run('DELETE FROM records WHERE kind = ? AND id = ?', kind, id)
      records.delete(`${kind} ${id}`)
      forgetLists(kind)
    },
    list<K extends RecordKind>(kind: K, query: ListQuery) {
      const isAsked = kind === 'limit' && query.owner !== undefined && query.after === undefined
      if (!isAsked) return read<K>(sql, kind, query)
      const name = `${query.owner} ${query.limit}`
      const known = limitsOf.get(name) as readonly RecordKinds[K][] | undefined
      return known ?? remember(limitsOf, name, read<K>(sql, kind, query))
    },
  }
}

function read<K extends RecordKind>(sql: Sql, kind: K, query: ListQuery): readonly RecordKinds[K][] {
  const { owner, after, order, limit } = query
  const conditions = ['kind = ?', ...(owner === undefined ? [] : ['owner = ?'])]
  if (after !== undefined) conditions.push(order === 'ascending' ? 'id > ?' : 'id < ?')
  const values = [kind, owner, after].filter((value) => value !== undefined)
  const direction = order === 'ascending' ? 'ASC' : 'DESC'
  // Left to itself, SQLite goes through all of a kind: that is in the order of ids, too.
  const index = owner === undefined ? '' : 'INDEXED BY records_by_owner'
  const text = `SELECT body FROM records ${index} WHERE ${conditions.join(' AND ')} ORDER BY id ${direction} LIMIT ?`
  return sql.all<Stored>(text, ...values, limit).map(({ body }) => JSON.parse(body) as RecordKinds[K])
}
