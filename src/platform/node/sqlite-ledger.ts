import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../core/log.ts'
import type { Book } from '../../ledger/book.ts'
import { connectLedger } from '../../ledger/connect.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { BookHost } from '../../ledger/sql/book-host.ts'
import { sqlDirectory } from '../../ledger/sql/directory.ts'
import { takeExclusively } from './database.ts'
import { OrgFile, type OrgFileOptions } from './org-file.ts'
import { ReportReader, reportMethods, type ReportMethod } from './report-reader.ts'

export interface SqliteLedgerOptions extends OrgFileOptions {
  /** Folder of the files: `directory.sqlite`, and one file an org in `orgs/`. */
  readonly folder: string
  readonly log: Log
  /** Rows that ended longer ago are deleted; absent where they stay. */
  readonly retentionMs?: number
}

/** More files than this are not kept open while idle. */
const keepOpen = 256
const sweepEveryMs = 5_000
const pruneEveryMs = 600_000

/** The ledger of one Node process: SQLite files that no other process may write. Throws if another has the folder. */
export function sqliteLedger(options: SqliteLedgerOptions): Ledger {
  const { folder, now } = options
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

  const reader = new ReportReader()
  const stopUpkeep = startUpkeep({ orgs, directory, open, options })
  let closed: Promise<void> | undefined
  const closeAll = async () => {
    stopUpkeep()
    await reader.close()
    for (const file of orgs.values()) await file.close()
    directoryFile.close()
  }
  const absent = new BookHost({ sql: noDatabase, now, leaseMs: options.leaseMs })
  return connectLedger({
    book: (slug) => async (method, args) => {
      const operation = (book: Book) => (book[method] as (...args: unknown[]) => never)(...args)
      if (method !== 'createOrg' && !knows(slug)) return absent.run(operation)
      const file = open(slug)
      if (!isReport(method)) return file.submit(operation) as Promise<never>
      return file.reading((path) => reader.ask(path, method, args)) as Promise<never>
    },
    directory: async (method, args) => (directory[method] as (...args: unknown[]) => never)(...args),
    close: () => (closed ??= closeAll()),
  })
}

function isReport(method: string): method is ReportMethod {
  return (reportMethods as readonly string[]).includes(method)
}

interface Upkeep {
  readonly orgs: ReadonlyMap<string, OrgFile>
  readonly directory: ReturnType<typeof sqlDirectory>
  readonly open: (slug: string) => OrgFile
  readonly options: SqliteLedgerOptions
}

/**
 * Settles what an earlier process left held (opening a file does), and from then on what outlives its lease; deletes rows that
 * are too old. Returns how to stop.
 */
function startUpkeep({ orgs, directory, open, options: { log, now, retentionMs } }: Upkeep): () => void {
  const stopping = new AbortController()
  const failed = (error: unknown) => log('error', 'ledger-upkeep-failed', { reason: String(error) })
  const prune = async (file: OrgFile) => {
    if (retentionMs === undefined) return
    while (!stopping.signal.aborted && (await file.submit((book) => book.prune(now() - retentionMs))) > 0);
  }
  const visitAll = async () => {
    for (let after = ''; !stopping.signal.aborted;) {
      const { data, hasMore } = directory.list({ after, limit: 100 })
      for (const { slug } of data)
        if (!stopping.signal.aborted) await open(slug).submit((book) => book.nextExpiry())
      for (const { slug } of data) if (!stopping.signal.aborted) await prune(open(slug))
      after = data.at(-1)?.slug ?? after
      if (!hasMore) return
    }
  }
  visitAll().catch(failed)
  const sweeping = setInterval(() => {
    for (const file of orgs.values()) file.submit((book) => book.sweep('expired')).catch(failed)
  }, sweepEveryMs)
  const pruning = setInterval(() => visitAll().catch(failed), pruneEveryMs)
  for (const timer of [sweeping, pruning]) timer.unref()
  return () => {
    stopping.abort()
    clearInterval(sweeping)
    clearInterval(pruning)
  }
}

/** Stands in for the file of an org that does not exist, so that asking for it makes none. */
const noDatabase = {
  all: () => [],
  run: () => {},
  transaction: <T>(work: () => T) => work(),
}
