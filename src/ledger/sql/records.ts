import type { Sql, SqlValue } from './sql.ts'
import type { Page, PageQuery } from '../records.ts'

/** A record as it is stored: JSON that this engine wrote itself, so it is read back as what it was. */
export interface Stored extends Record<string, SqlValue> {
  readonly body: string
}

export function read<T>(row: Stored): T {
  return JSON.parse(row.body) as T
}

export function first<T>(rows: readonly Stored[]): T | undefined {
  return rows[0] && read<T>(rows[0])
}

interface Listing extends PageQuery {
  readonly table: 'projects' | 'keys' | 'limits' | 'requests' | 'audit'
  readonly order: 'ASC' | 'DESC'
  /** Conditions with one placeholder each, and their values; those without a value are left out. */
  readonly where?: Readonly<Record<string, SqlValue | undefined>>
}

/** One page of a table in the order of ids, which is the order of time. */
export function list<Row extends Record<string, SqlValue>>(sql: Sql, query: Listing): Page<Row> {
  const after = query.order === 'ASC' ? 'id > ?' : 'id < ?'
  const conditions = Object.entries({ ...query.where, [after]: query.after }).flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  )
  const where = conditions.length ? `WHERE ${conditions.map(({ condition }) => condition).join(' AND ')}` : ''
  const text = `SELECT * FROM ${query.table} ${where} ORDER BY id ${query.order} LIMIT ?`
  const rows = sql.all<Row>(text, ...conditions.map(({ value }) => value), query.limit + 1)
  return { data: rows.slice(0, query.limit), hasMore: rows.length > query.limit }
}
