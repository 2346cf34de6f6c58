import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Sql } from '../../core/sql.ts'

/** `normal` survives the death of the process, `full` the loss of power too (each commit waits for the disk). */
export type Durability = 'normal' | 'full'

export interface Database extends Sql {
  close(): void
}

/** Opens a SQLite file, making it if need be. Throws if it cannot be opened or written. */
export function openDatabase(path: string, durability: Durability): Database {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability.toUpperCase()}`)
  return sqlOver(database)
}

/** Opens a file that another connection writes, to read what that committed. Throws if there is none. */
export function openForReading(path: string): Database {
  // Not SQLite's own read-only mode, which cannot open a file whose log nobody else has open.
  if (!existsSync(path)) throw new Error('There is no such file.')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA query_only = ON')
  return sqlOver(database)
}

function sqlOver(database: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>()
  const prepared = (text: string) => {
    const known = statements.get(text)
    if (known) return known
    const statement = database.prepare(text)
    statements.set(text, statement)
    return statement
  }
  return {
    // Rows come with the columns that the text names: the caller says which.
    all: (text, ...values) => prepared(text).all(...values) as never,
    run: (text, ...values) => void prepared(text).run(...values),
    transaction(work) {
      prepared('BEGIN IMMEDIATE').run()
      try {
        const result = work()
        prepared('COMMIT').run()
        return result
      } catch (error) {
        if (database.isTransaction) prepared('ROLLBACK').run()
        throw error
      }
    },
    close: () => database.close(),
  }
}

/**
 * Takes a file for this process alone, until it ends: a second process that tries gets an error, even after a `kill -9` of the
 * first it gets the file at once, for the lock is the operating system's.
 */
export function takeExclusively(path: string): Database {
  try {
    const database = openDatabase(path, 'normal')
    database.all('PRAGMA locking_mode = EXCLUSIVE')
    database.run('CREATE TABLE IF NOT EXISTS owner (pid INTEGER)')
    database.transaction(() => {
      database.run('DELETE FROM owner')
      database.run('INSERT INTO owner VALUES (?)', process.pid)
    })
    return database
  } catch (error) {
    if (!isLocked(error)) throw error
    const message = `Another process has ${dirname(path)}; only one gateway may. Stop it, or set WEIR_DATA.`
    throw new Error(message, { cause: error })
  }
}

/** SQLITE_BUSY or SQLITE_LOCKED. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6)
}
