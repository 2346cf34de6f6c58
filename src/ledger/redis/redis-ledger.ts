import { connectLedger } from '../connect.ts'
import type { Ledger } from '../ledger.ts'
import { drainRows, type Archive } from './drain.ts'
import { redisBook, type RedisBook } from './redis-book.ts'
import { redisDirectory } from './redis-directory.ts'
import { Space, type SpaceOptions } from './space.ts'

/** So many orgs are remembered at once. */
const keepInMemory = 1_000

/** A ledger in Redis, with what its host does from time to time. */
export interface RedisLedger extends Ledger {
  /** Brings the rows of an org to an archive, and deletes those that are old and stand there. */
  drain(org: string, draining: { archive: Archive; keepMs: number }): Promise<void>
}

/** The ledger in Redis, for any number of processes. */
export function redisLedger(options: SpaceOptions): RedisLedger {
  const books = new Map<string, RedisBook>()
  const bookOf = (org: string): RedisBook => {
    const known = books.get(org)
    if (known) return known
    if (books.size >= keepInMemory) books.clear()
    const book = redisBook(new Space(org, options))
    books.set(org, book)
    return book
  }
  const directory = redisDirectory(options.connection, options.clock)
  const ledger = connectLedger({
    book: (org) => (method, args) => (bookOf(org)[method] as (...args: unknown[]) => Promise<never>)(...args),
    directory: (method, args) => (directory[method] as (...args: unknown[]) => Promise<never>)(...args),
    close: () => options.connection.close(),
  })
  return { ...ledger, drain: (org, draining) => drainRows(new Space(org, options), org, draining) }
}
