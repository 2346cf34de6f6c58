import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { openDatabase, type Database } from '../../../src/platform/node/database.ts'
import { bookOf, noon, root } from './harness.ts'
import { proveCounters, proveLife, proveRecords, proveReports } from './migration.ts'
import { slug, writeSchema1 } from './schema-1.ts'
import { openLedger, stopTimers } from './sqlite-harness.ts'

interface Table extends Record<string, string> {
  readonly name: string
}

/** What a database consists of: tables with their columns, and indexes. */
function shapeOf(database: Database): unknown {
  const text = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
  return database.all<Table>(text).map(({ name }) => ({
    name,
    columns: database.all(`SELECT name, type, "notnull", pk FROM pragma_table_info('${name}')`),
    indexed: database.all(`SELECT name FROM pragma_index_info('${name}')`),
  }))
}

describe('a SQLite file of the first schema', () => {
  let folder = ''
  let ledger: Ledger | undefined
  const fileOf = (org: string) => join(folder, 'orgs', `${org}.sqlite`)

  stopTimers()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-migration-'))
    mkdirSync(join(folder, 'orgs'))
    const database = openDatabase(fileOf(slug), 'normal')
    database.transaction(() => writeSchema1(database))
    database.close()
  })
  afterEach(async () => {
    await ledger?.close()
    rmSync(folder, { recursive: true })
  })

  function open() {
    ledger = openLedger(folder, () => noon)
    return bookOf(ledger, slug)
  }

  it('keeps its org, projects, keys, limits, trail and idempotency keys', async () => {
    await proveRecords(open())
  })

  it('keeps its counters, and sweeps what was under way', async () => {
    await proveCounters(open())
  })

  it('keeps its rows, sums them up, and exports each', async () => {
    await proveReports(open())
  })

  it('goes on from there', async () => {
    await proveLife(open())
  })

  it('is migrated once: opened again it answers the same', async () => {
    await proveCounters(open())
    await ledger?.close()
    const book = open()
    await proveCounters(book)
    await proveReports(book)
    await proveRecords(book)
    await proveLife(book)
  })

  it('has the tables that a new file has', async () => {
    await open().org()
    const fresh = bookOf(ledger ?? openLedger(folder, () => noon), 'fresh')
    await fresh.createOrg({ slug: 'fresh', name: 'Fresh' }, root)
    await ledger?.close()
    const [old, made] = [slug, 'fresh'].map((org) => {
      const database = openDatabase(fileOf(org), 'normal')
      const shape = shapeOf(database)
      database.close()
      return shape
    })
    expect(old).toEqual(made)
  })

  it('is left as it was where a newer gateway wrote it', async () => {
    const database = openDatabase(fileOf(slug), 'normal')
    database.run("UPDATE meta SET value = 99 WHERE name = 'schema'")
    const before = shapeOf(database)
    database.close()
    await expect(open().org()).rejects.toThrow(/newer gateway/)
    const again = openDatabase(fileOf(slug), 'normal')
    expect(shapeOf(again)).toEqual(before)
    again.close()
  })
})
