import { parentPort } from 'node:worker_threads'
import { exportedRows, requestPage, usageLines } from '../../ledger/sql/reports.ts'
import type { Sql } from '../../core/sql.ts'
import { openForReading, type Database } from './database.ts'
import type { ReportAnswer, ReportMethod, ReportQuestion } from './report-reader.ts'

/** The thread that answers reports: it has connections of its own, and sees what was committed. */

/** Files that are kept open here at once. */
const keepOpen = 16
const files = new Map<string, Database>()

const reports: Record<ReportMethod, (sql: Sql, query: never) => unknown> = {
  requests: requestPage,
  usage: usageLines,
  exportRows: exportedRows,
}

function fileAt(path: string): Database {
  const known = files.get(path)
  if (known) return known
  for (const [oldest, file] of files) {
    if (files.size < keepOpen) break
    file.close()
    files.delete(oldest)
  }
  const file = openForReading(path)
  files.set(path, file)
  return file
}

function answer({ id, path, method, args }: ReportQuestion): ReportAnswer {
  try {
    return { id, ok: true, value: reports[method](fileAt(path), args[0] as never) }
  } catch (error) {
    return { id, ok: false, message: String(error) }
  }
}

parentPort?.on('message', (question: ReportQuestion) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(answer(question))
})
