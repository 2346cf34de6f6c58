import type { Exported, ExportQuery } from '../../ledger/report.ts'
import type { Sink } from '../../pipeline/answer.ts'
import type { Lines } from './export-lines.ts'

/** So many rows are in memory at once. */
export const pageRows = 500

export interface Export {
  readonly lines: Lines
  /** The next page; rejects where the ledger cannot tell. */
  readonly read: (query: ExportQuery) => Promise<readonly Exported[]>
  /** The last mark that was seen; 0 for the beginning. */
  readonly after: number
  readonly maxRows: number
  /** Whether the reader went away. */
  readonly left: () => boolean
  /** Told why an export broke off. */
  readonly failed: (error: unknown) => void
}

const encoder = new TextEncoder()

/**
 * Reads the first page, so that what is wrong can still be told; answers with what writes it and all that come after it.
 * A page is read only once the one before is gone. An export that cannot go on is cut, for a clean end would say that
 * this was all.
 */
export async function startExport(wanted: Export): Promise<(sink: Sink) => Promise<void>> {
  const first = await wanted.read({ after: wanted.after, limit: nextLimit(wanted, 0) })
  return async (sink) => {
    try {
      for await (const text of pages(wanted, first)) {
        if (text !== '') await sink.write(encoder.encode(text))
        if (wanted.left()) return
      }
    } catch (error) {
      wanted.failed(error)
      sink.cut()
    }
  }
}

async function* pages(wanted: Export, first: readonly Exported[]): AsyncGenerator<string> {
  const { lines, maxRows } = wanted
  yield lines.head
  let page = first
  let written = 0
  for (;;) {
    yield page.map(lines.line).join('')
    // A page that is not full is the end: an org whose calls go on would else be read for ever.
    const isLast = page.length < nextLimit(wanted, written)
    written += page.length
    const after = page.at(-1)?.mark
    if (isLast || after === undefined || written >= maxRows) return
    page = await wanted.read({ after, limit: nextLimit(wanted, written) })
  }
}

function nextLimit({ maxRows }: Export, written: number): number {
  return Math.min(pageRows, maxRows - written)
}
