import type { Sql } from '../core/sql.ts'
import type { Renewal, StoredKind, StoredText } from './store.ts'

/** So many texts whose time is over are deleted with each new one. */
const reapedAtOnce = 4

/** The store on SQLite, all orgs in one file. */
export interface SqlTexts {
  put(org: string, stored: StoredText): void
  get(org: string, kind: StoredKind, id: string): string | undefined
  renew(org: string, kind: StoredKind, renewal: Renewal): void
  delete(org: string, kind: StoredKind, id: string): boolean
}

export function sqlTexts(sql: Sql, now: () => number): SqlTexts {
  sql.run(`CREATE TABLE IF NOT EXISTS texts (
    org TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (org, kind, id)
  )`)
  sql.run('CREATE INDEX IF NOT EXISTS texts_by_end ON texts (until)')

  const get = (org: string, kind: StoredKind, id: string) =>
    sql.all<{ text: string }>(
      'SELECT text FROM texts WHERE org = ? AND kind = ? AND id = ? AND until > ?',
      org,
      kind,
      id,
      now(),
    )[0]?.text
  return {
    put: (org, { kind, id, text, keepMs }) =>
      sql.transaction(() => {
        sql.run(
          'DELETE FROM texts WHERE rowid IN (SELECT rowid FROM texts WHERE until <= ? ORDER BY until LIMIT ?)',
          now(),
          reapedAtOnce,
        )
        sql.run('REPLACE INTO texts VALUES (?, ?, ?, ?, ?)', org, kind, id, text, now() + keepMs)
      }),
    get,
    renew: (org, kind, { ids, keepMs }) =>
      sql.run(
        `UPDATE texts SET until = max(until, ?) WHERE org = ? AND kind = ? AND until > ?
          AND id IN (SELECT value FROM json_each(?))`,
        now() + keepMs,
        org,
        kind,
        now(),
        JSON.stringify(ids),
      ),
    delete: (org, kind, id) =>
      sql.transaction(() => {
        const known = get(org, kind, id) !== undefined
        sql.run('DELETE FROM texts WHERE org = ? AND kind = ? AND id = ?', org, kind, id)
        return known
      }),
  }
}
