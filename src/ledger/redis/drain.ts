import type { Exported } from '../report.ts'
import { exportedRows, pruneRows } from './reports.ts'
import type { Space } from './space.ts'

/** Where rows go to stay. A row may come more than once: its id and mark say that it is the same. */
export interface Archive {
  /** Resolves when the rows are safe. */
  append(org: string, rows: readonly Exported[]): Promise<void>
}

interface Draining {
  readonly archive: Archive
  /** Rows stay in Redis for so long after they ended. */
  readonly keepMs: number
}

const batch = 500
/** Whoever drains an org has it for so long; another may go on where it died. */
const turnSeconds = 60

/**
 * Brings the rows of an org that were written since the last time to the archive, and then deletes those that are old: never one
 * that the archive does not have. Does nothing while another process is at it.
 */
export async function drainRows(space: Space, org: string, { archive, keepMs }: Draining): Promise<void> {
  const { connection, keys } = space
  const turn = await connection.command('SET', keys.drainer, '1', 'NX', 'EX', String(turnSeconds))
  if (turn !== 'OK') return
  try {
    let drained = Number((await connection.command('GET', keys.drained)) ?? 0)
    for (;;) {
      const rows = await exportedRows(space, { after: drained, limit: batch })
      const last = rows.at(-1)
      if (!last) break
      await archive.append(org, rows)
      drained = last.mark
      await connection.command('SET', keys.drained, String(drained))
      await connection.command('EXPIRE', keys.drainer, String(turnSeconds))
    }
    const before = { endedBefore: space.now() - keepMs, upTo: drained }
    while ((await pruneRows(space, before)) > 0);
  } finally {
    await connection.command('DEL', keys.drainer)
  }
}
