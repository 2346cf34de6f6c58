import type { Book } from '../../ledger/book.ts'
import { BookHost, type Done, type Operation } from '../../ledger/sql/book-host.ts'
import { openDatabase, type Database, type Durability } from './database.ts'

export interface OrgFileOptions {
  readonly durability: Durability
  readonly leaseMs: number
  readonly now: () => number
  /** So many counters of end users live at once in one org; the others share one. */
  readonly maxEndUsers?: number
}

/** Turns of the event loop that operations wait for others to be written with. */
const maxTurns = 4

/** One org's file. Operations that come together, within a few turns of the event loop, are written in one transaction. */
export class OrgFile {
  readonly path: string
  readonly #database: Database
  readonly #host: BookHost
  #waiting: { operation: Operation; settle: (done: Done) => void }[] = []
  #readers = 0

  constructor(path: string, { durability, now, leaseMs, maxEndUsers }: OrgFileOptions) {
    this.path = path
    this.#database = openDatabase(path, durability)
    const cap = maxEndUsers !== undefined && { maxEndUsers }
    this.#host = new BookHost({ sql: this.#database, now, leaseMs, ...cap })
    // This process alone writes here, so whatever is held now was held by one that is dead.
    this.#host.run((book) => book.sweep('all'))
  }

  submit<T>(operation: Operation<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#gather(0, 1))
      this.#waiting.push({
        operation,
        settle: (done) => (done.ok ? resolve(done.value as T) : reject(done.error)),
      })
    })
  }

  /** Has somebody else read the file, which stays open meanwhile. */
  async reading<T>(read: (path: string) => Promise<T>): Promise<T> {
    this.#readers += 1
    try {
      return await read(this.path)
    } finally {
      this.#readers -= 1
    }
  }

  closeIfIdle(): boolean {
    if (this.#waiting.length > 0 || this.#readers > 0) return false
    if (this.#host.run((book: Book) => book.nextExpiry()) !== undefined) return false
    this.#database.close()
    return true
  }

  async close(): Promise<void> {
    if (this.#waiting.length > 0) await this.submit(() => undefined)
    this.#database.close()
  }

  /** A commit costs as much for one operation as for ten: while more keep coming, they are waited for, some turns long. */
  #gather(before: number, turn: number): void {
    const { length } = this.#waiting
    if (length === before || turn === maxTurns) this.#commit()
    else setImmediate(() => this.#gather(length, turn + 1))
  }

  #commit(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const done = this.#host.runAll(waiting.map(({ operation }) => operation))
    waiting.forEach(({ settle }, index) => settle(done[index] ?? { ok: false, error: new Error('Not run.') }))
  }
}
