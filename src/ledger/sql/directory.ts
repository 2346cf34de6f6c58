import type { Directory, Listing } from '../ledger.ts'
import type { Sql } from '../../core/sql.ts'

const schema = [
  'CREATE TABLE IF NOT EXISTS orgs (slug TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
]

interface Row extends Record<string, string | number | null> {
  readonly slug: string
  readonly name: string
  readonly created_at: number
}

function listingOf(row: Row): Listing {
  return { slug: row.slug, name: row.name, createdAt: row.created_at }
}

/** The directory in a database. */
export function sqlDirectory(sql: Sql, now: () => number): Directory {
  for (const statement of schema) sql.run(statement)
  const find = (slug: string) => sql.all<Row>('SELECT * FROM orgs WHERE slug = ?', slug)[0]
  const setting = (name: string) =>
    sql.all<{ value: string }>('SELECT value FROM settings WHERE name = ?', name)[0]?.value
  return {
    claim({ slug, name }) {
      const known = find(slug)
      if (known) return { claimed: false, listing: listingOf(known) }
      const listing = { slug, name, createdAt: now() }
      sql.run('INSERT INTO orgs VALUES (?, ?, ?)', slug, name, listing.createdAt)
      return { claimed: true, listing }
    },
    rename: (slug, name) => sql.run('UPDATE orgs SET name = ? WHERE slug = ?', name, slug),
    list({ after, limit }) {
      const text = 'SELECT * FROM orgs WHERE slug > ? ORDER BY slug LIMIT ?'
      const rows = sql.all<Row>(text, after ?? '', limit + 1)
      return { data: rows.slice(0, limit).map(listingOf), hasMore: rows.length > limit }
    },
    setting,
    keepSetting(name, value) {
      sql.run('INSERT OR IGNORE INTO settings VALUES (?, ?)', name, value)
      return setting(name) ?? value
    },
  }
}
