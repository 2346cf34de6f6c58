import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../core/log.ts'
import type { Book } from '../../ledger/book.ts'
import { connectLedger } from '../../ledger/connect.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { BookHost, type Done, type Operation } from '../../ledger/sql/book-host.ts'
import { sqlDirectory } from '../../ledger/sql/directory.ts'
import { openDatabase, takeExclusively, type Database, type Durability } from './database.ts'

export interface SqliteLedgerOptions {
  /** Folder of the files: `directory.sqlite`, and one file an org in `orgs/`. */
  readonly folder: string
  readonly durability: Durability
  readonly leaseMs: number
  readonly now: () => number
  readonly log: Log
}

/** More files than this are not kept open while idle. */
const keepOpen = 256
/** Turns of the event loop that operations wait for others to be written with. */
const maxTurns = 4
const sweepEveryMs = 5_000

/** The ledger of one Node process: SQLite files that no other process may write. Throws if another has the folder. */
export function sqliteLedger(options: SqliteLedgerOptions): Ledger {
  const { folder, now, log } = options
  mkdirSync(join(folder, 'orgs'), { recursive: true, mode: 0o700 })
  const directoryFile = takeExclusively(join(folder, 'directory.sqlite'))
  const directory = sqlDirectory(directoryFile, now)
  const orgs = new Map<string, OrgFile>()

  function open(slug: string): OrgFile {
    const known = orgs.get(slug)
    if (known) {
      // Moved to the end, so that the map stands in the order of last use.
      orgs.delete(slug)
      orgs.set(slug, known)
      return known
    }
    // First room, then the file: else it would be idle itself, and closed before it was used.
    if (orgs.size >= keepOpen) closeIdle()
    const file = new OrgFile(join(folder, 'orgs', `${slug}.sqlite`), options)
    orgs.set(slug, file)
    return file
  }

  function closeIdle(): void {
    for (const [slug, file] of orgs) {
      if (orgs.size < keepOpen) return
      if (file.closeIfIdle()) orgs.delete(slug)
    }
  }

  function knows(slug: string): boolean {
    return orgs.has(slug) || existsSync(join(folder, 'orgs', `${slug}.sqlite`))
  }

  const stopSweeping = startSweeping({ orgs, directory, open, log })
  let closed: Promise<void> | undefined
  const closeAll = async () => {
    stopSweeping()
    for (const file of orgs.values()) await file.close()
    directoryFile.close()
  }
  const absent = new BookHost({ sql: noDatabase, now, leaseMs: options.leaseMs })
  return connectLedger({
    book: (slug) => async (method, args) => {
      const operation = (book: Book) => (book[method] as (...args: unknown[]) => never)(...args)
      if (method !== 'createOrg' && !knows(slug)) return absent.run(operation)
      return open(slug).submit(operation) as Promise<never>
    },
    directory: async (method, args) => (directory[method] as (...args: unknown[]) => never)(...args),
    close: () => (closed ??= closeAll()),
  })
}

interface Sweeping {
  readonly orgs: ReadonlyMap<string, OrgFile>
  readonly directory: ReturnType<typeof sqlDirectory>
  readonly open: (slug: string) => OrgFile
  readonly log: Log
}

/** Settles what an earlier process left held (opening a file does), and from then on what outlives its lease. */
function startSweeping({ orgs, directory, open, log }: Sweeping): () => void {
  const stopping = new AbortController()
  const failed = (error: unknown) => log('error', 'sweep-failed', { reason: String(error) })
  const visitAll = async () => {
    for (let after = ''; !stopping.signal.aborted;) {
      const { data, hasMore } = directory.list({ after, limit: 100 })
      for (const { slug } of data)
        if (!stopping.signal.aborted) await open(slug).submit((book) => book.nextExpiry())
      after = data.at(-1)?.slug ?? after
      if (!hasMore) return
    }
  }
  visitAll().catch(failed)
  const timer = setInterval(() => {
    for (const file of orgs.values()) file.submit((book) => book.sweep('expired')).catch(failed)
  }, sweepEveryMs)
  timer.unref()
  return () => {
    stopping.abort()
    clearInterval(timer)
  }
}

/** One org's file. Operations that come together, within a few turns of the event loop, are written in one transaction. */
class OrgFile {
  readonly #database: Database
  readonly #host: BookHost
  #waiting: { operation: Operation; settle: (done: Done) => void }[] = []

  constructor(path: string, { durability, now, leaseMs }: SqliteLedgerOptions) {
    this.#database = openDatabase(path, durability)
    this.#host = new BookHost({ sql: this.#database, now, leaseMs })
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

  closeIfIdle(): boolean {
    if (this.#waiting.length > 0 || this.#host.run((book) => book.nextExpiry()) !== undefined) return false
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

/** Stands in for the file of an org that does not exist, so that asking for it makes none. */
const noDatabase = {
  all: () => [],
  run: () => {},
  transaction: <T>(work: () => T) => work(),
}
