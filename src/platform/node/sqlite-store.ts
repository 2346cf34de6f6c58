import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sqlTexts } from '../../store/sql-texts.ts'
import type { Store } from '../../store/store.ts'
import { openDatabase } from './database.ts'

/** The store in a SQLite file. Throws if the file cannot be opened. */
export function sqliteStore(folder: string, now: () => number): Store {
  mkdirSync(folder, { recursive: true })
  const database = openDatabase(join(folder, 'store.sqlite'), 'normal')
  const texts = sqlTexts(database, now)
  return {
    put: async (org, stored) => texts.put(org, stored),
    get: async (org, kind, id) => texts.get(org, kind, id),
    renew: async (org, kind, renewal) => texts.renew(org, kind, renewal),
    delete: async (org, kind, id) => texts.delete(org, kind, id),
    close: async () => database.close(),
  }
}
