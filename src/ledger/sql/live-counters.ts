import type { LiveCounters } from '../end-users.ts'
import type { Limit } from '../limit.ts'
import { sharesOf } from '../moves.ts'
import type { Sql } from '../../core/sql.ts'

/** Where room is not found, it is looked for again after this long. */
const lookAgainMs = 10_000

export interface SqlLiveCounters extends LiveCounters {
  /** Drops those of a limit that is gone. */
  forget(limit: Limit): readonly string[]
}

/** Which counters of end users live, in a table; `dropped` is told of those that went. */
export function sqlLiveCounters(sql: Sql, dropped: (counters: readonly string[]) => void): SqlLiveCounters {
  const known = new Map<string, number>()
  let count = sql.all<{ count: number }>('SELECT count(*) AS count FROM end_users')[0]?.count ?? 0
  let lookedAt = -Infinity
  const remove = (counters: readonly string[]) => {
    for (const counter of counters) {
      sql.run('DELETE FROM end_users WHERE counter = ?', counter)
      known.delete(counter)
    }
    count -= counters.length
    return counters
  }
  const named = (rows: readonly { counter: string }[]) => rows.map(({ counter }) => counter)
  return {
    until(counter) {
      const until = known.get(counter)
      if (until !== undefined) return until
      const text = 'SELECT until FROM end_users WHERE counter = ?'
      const row = sql.all<{ until: number }>(text, counter)[0]
      if (row) known.set(counter, row.until)
      return row?.until
    },
    keep(counter, until) {
      if (this.until(counter) === undefined) count += 1
      sql.run('INSERT OR REPLACE INTO end_users VALUES (?, ?)', counter, until)
      known.set(counter, until)
    },
    count: () => count,
    drop(now) {
      if (Math.abs(now - lookedAt) < lookAgainMs) return
      lookedAt = now
      const gone = sql.all<{ counter: string }>('SELECT counter FROM end_users WHERE until <= ?', now)
      dropped(remove(named(gone)))
    },
    forget(limit) {
      const text = 'SELECT counter FROM end_users WHERE counter >= ? AND counter < ?'
      return remove(named(sql.all<{ counter: string }>(text, ...sharesOf(limit))))
    },
  }
}
