import type { Sql } from '../../core/sql.ts'

/** So many rows are looked at in one go, that nobody waits long for it. */
const batch = 500

/** Deletes the oldest rows that ended before a time, and counts them: oldest first, as far as the first that is to stay. */
export function pruneRows(sql: Sql, endedBefore: number): number {
  const text = 'SELECT mark, ended_at FROM requests ORDER BY mark LIMIT ?'
  const oldest = sql.all<{ mark: number; ended_at: number }>(text, batch)
  const stays = oldest.findIndex(({ ended_at }) => ended_at >= endedBefore)
  const gone = stays < 0 ? oldest : oldest.slice(0, stays)
  const last = gone.at(-1)
  if (last) sql.run('DELETE FROM requests WHERE mark <= ?', last.mark)
  return gone.length
}
