import type { Book } from '../book.ts'
import { connectLedger } from '../connect.ts'
import type { Ledger } from '../ledger.ts'
import { memoryBook } from './memory-book.ts'
import type { MemoryOptions } from './memory-counters.ts'
import { memoryDirectory } from './memory-directory.ts'

/** A whole ledger in memory, for unit tests. */
export function memoryLedger(options: MemoryOptions): Ledger {
  const books = new Map<string, Book>()
  const directory = memoryDirectory(options.now)
  const bookOf = (org: string) => {
    const book = books.get(org) ?? memoryBook(options)
    books.set(org, book)
    return book
  }
  return connectLedger({
    book: (org) => async (method, args) => (bookOf(org)[method] as (...args: unknown[]) => never)(...args),
    directory: async (method, args) => (directory[method] as (...args: unknown[]) => never)(...args),
    close: async () => {},
  })
}
