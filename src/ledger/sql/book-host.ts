import type { Book } from '../book.ts'
import { refuse } from '../call.ts'
import { bookMethods } from '../connect.ts'
import { missing } from '../registry.ts'
import { isCreated, migrate } from './schema.ts'
import { sqlBook, type BookOptions, type SqlBook } from './sql-book.ts'

/** One call of a book's method: run it on a book, and get the answer. */
export type Operation<T = unknown> = (book: Book) => T

export type Done =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

/** Keeps one org's book loaded, creates its tables on the day that its org is created, and commits. */
export class BookHost {
  readonly #options: BookOptions
  #loaded: SqlBook | undefined

  constructor(options: BookOptions) {
    this.#options = options
  }

  /** Runs one operation as one transaction. Throws what it throws, with nothing changed. */
  run<T>(operation: Operation<T>): T {
    const loaded = this.#load()
    if (!loaded) return operation(this.#unwritten())
    try {
      return loaded.commit(() => operation(loaded.book))
    } catch (error) {
      this.#loaded = undefined
      throw error
    }
  }

  /** Runs many as one transaction; should one of them throw, each on its own, so that it harms no other. */
  runAll(operations: readonly Operation[]): Done[] {
    try {
      // Until the org is created one at a time, for one of them may create it for the rest.
      if (operations.length > 1 && !this.#load())
        return operations.flatMap((operation) => this.runAll([operation]))
      return this.run((book) => operations.map((operation) => ({ ok: true, value: operation(book) })))
    } catch (error) {
      if (operations.length === 1) return [{ ok: false, error }]
      return operations.flatMap((operation) => this.runAll([operation]))
    }
  }

  #load(): SqlBook | undefined {
    const { sql } = this.#options
    if (!this.#loaded && isCreated(sql)) {
      sql.transaction(() => migrate(sql))
      this.#loaded = sqlBook(this.#options)
    }
    return this.#loaded
  }

  /** The book of an org that was never created: it refuses everything and writes nothing, until the org is created. */
  #unwritten(): Book {
    const noKey = () => refuse('invalid_key', 'This key does not exist.')
    const refusing = Object.fromEntries(bookMethods.map((method) => [method, () => missing]))
    return {
      // Every method refuses with the same answer, which is one of each of them.
      ...(refusing as unknown as Book),
      policy: noKey,
      open: noKey,
      sweep: () => 0,
      prune: () => 0,
      nextExpiry: () => undefined,
      createOrg: (org, change) => {
        const { sql } = this.#options
        sql.transaction(() => migrate(sql))
        return this.run((book) => book.createOrg(org, change))
      },
    }
  }
}
