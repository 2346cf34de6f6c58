import type { OrgBooks } from '../books.ts'
import { openEndedCalls, type Evidence } from '../evidence.ts'
import type { Limit, Row } from '../wire.ts'
import {
  concerns,
  counterOf,
  describe,
  groupBy,
  heldOf,
  isEachEndUsers,
  isRate,
  spentOf,
} from './counting.ts'

/** Buckets of minute and hour limits drain meanwhile, so their filling is known within bounds only. */

const minuteMs = 60_000

interface Drop {
  readonly at: number
  readonly held: number
  readonly spent: number
  /** What drained while the call went on: by so much its refund may differ from what it did not use. */
  readonly slack: number
}

function perMs({ per, amount }: Limit): number {
  return Number(amount) / (per === 'hour' ? 60 * minuteMs : minuteMs)
}

function dropsOf(limit: Limit, rows: readonly Row[]): Drop[] {
  return rows
    .filter((row) => concerns(limit, row))
    .map((row) => {
      const [held, spent] = [Number(heldOf(limit, row)), Number(spentOf(limit, row))]
      const gone = (row.ended_at - row.started_at) * perMs(limit)
      return { at: row.started_at, held, spent, slack: Math.min(gone, Math.max(held, spent)) }
    })
    .toSorted((a, b) => a.at - b.at)
}

/** A bucket has what its calls used, less what drained since the first. */
export function bucketsAreSums({ books }: Evidence): string[] {
  return books.flatMap((own) =>
    bucketsOf(own).flatMap(({ limit, rows }) => {
      const drops = dropsOf(limit, rows)
      const spent = drops.reduce((sum, drop) => sum + drop.spent, 0)
      const slack = drops.reduce((sum, drop) => sum + drop.slack, 0)
      const drained = (own.readAt - (drops[0]?.at ?? own.readAt)) * perMs(limit)
      const [least, most] = [spent - slack - drained - 1, spent + slack + 1]
      const told = Number(limit.spent)
      return told >= least && told <= most
        ? []
        : [`The bucket of the ${describe(limit)} has ${told}; its rows come to ${least} to ${most}`]
    }),
  )
}

/** Buckets with their rows: of each limit, or of each end user's share in it. */
function bucketsOf({ limits, shares, rows }: OrgBooks) {
  const own = limits
    .filter((limit) => isRate(limit) && !isEachEndUsers(limit))
    .map((limit) => ({ limit, rows }))
  const shared = shares
    .filter(({ limit }) => isRate(limit))
    .map(({ limit, endUser }) => ({ limit, rows: rows.filter((row) => row.end_user === endUser) }))
  return [...own, ...shared]
}

/** A bucket filled with no more than what calls really used has room for each call that was let in. */
export function ratesHeld(evidence: Evidence): string[] {
  const { books, scenario } = evidence
  const openEnded = openEndedCalls(evidence)
  const isSure = (row: Row) => !openEnded.has(row.tags['call'] ?? '')
  const toleranceMs = scenario.ledger === 'redis' ? 200 : 1
  return books.flatMap(({ limits, rows }) =>
    limits
      .filter((limit) => isRate(limit) && limit.mode === 'enforce')
      .flatMap((limit) => {
        const concerned = rows.filter((row) => concerns(limit, row))
        return [...groupBy(concerned, (row) => counterOf(limit, row)).values()].flatMap((ofCounter) =>
          overflow(limit, dropsOf(limit, ofCounter.filter(isSure)), toleranceMs),
        )
      }),
  )
}

function overflow(limit: Limit, drops: readonly Drop[], toleranceMs: number): string[] {
  // Steps may come in another order than their times say: by as much as drains meanwhile.
  const most = Number(limit.capacity) + toleranceMs * perMs(limit) + 1
  const faults: string[] = []
  let used = 0
  let last = drops[0]?.at ?? 0
  for (const { at, held, spent, slack } of drops) {
    used = Math.max(0, used - (at - last) * perMs(limit))
    last = at
    if (used + held > most)
      faults.push(`The ${describe(limit)} let a call in at ${used} + ${held} of ${most}`)
    used += Math.max(0, Math.min(held, spent) - slack)
  }
  return faults
}
