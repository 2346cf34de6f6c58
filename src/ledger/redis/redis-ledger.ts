import { connectLedger } from '../connect.ts'
import type { Ledger } from '../ledger.ts'
import type { RedisBook } from './redis-book.ts'
import { redisBook } from './redis-book.ts'
import { redisDirectory } from './redis-directory.ts'
import { Space, type SpaceOptions } from './space.ts'

/** So many orgs are remembered at once. */
const keepInMemory = 1_000

/** The ledger in Redis, for any number of processes. */
export function redisLedger(options: SpaceOptions): Ledger {
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
  return connectLedger({
    book: (org) => (method, args) => (bookOf(org)[method] as (...args: unknown[]) => Promise<never>)(...args),
    directory: (method, args) => (directory[method] as (...args: unknown[]) => Promise<never>)(...args),
    close: () => options.connection.close(),
  })
}
