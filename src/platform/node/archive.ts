import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Archive } from '../../ledger/redis/drain.ts'
import type { Exported } from '../../ledger/report.ts'
import { exportedToWire } from '../../ledger/wire.ts'

/** Rows in files: one folder an org, one file a day (UTC) on which they were written, one line of JSON a row. */
export function fileArchive(folder: string): Archive {
  return {
    async append(org, rows) {
      await mkdir(join(folder, org), { recursive: true, mode: 0o700 })
      for (const [day, lines] of byDay(rows)) {
        const file = await open(join(folder, org, `${day}.ndjson`), 'a', 0o600)
        try {
          await file.appendFile(lines.join(''))
          await file.sync()
        } finally {
          await file.close()
        }
      }
    },
  }
}

function byDay(rows: readonly Exported[]): Map<string, string[]> {
  const days = new Map<string, string[]>()
  for (const exported of rows) {
    const { row } = exported
    const at = row.kind === 'receipt' ? row.endedAt : row.createdAt
    const day = new Date(at).toISOString().slice(0, 10)
    const lines = days.get(day) ?? []
    lines.push(`${JSON.stringify(exportedToWire(exported))}\n`)
    days.set(day, lines)
  }
  return days
}
