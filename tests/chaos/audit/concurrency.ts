import { rowsByTag, type Evidence } from '../evidence.ts'
import type { Served } from '../provider-watch.ts'
import type { Limit, Row } from '../wire.ts'
import { concerns, counterOf, describe, groupBy, mayHaveLostItsHold } from './counting.ts'

/**
 * Providers never had more calls of a limit on concurrency under way than it allows. What is not counted of a call's stay: what comes
 * when a lease may have run out since the call began, if the call was lost or may have been (a pause, a Redis that was away).
 */

interface Stay {
  readonly from: number
  readonly to: number
}

export function providersSawNoMore(evidence: Evidence): string[] {
  return peaks(evidence)
    .filter(({ peak, limit }) => peak > Number(limit.amount))
    .map(
      ({ peak, limit, counter }) =>
        `Providers had ${peak} calls at once of the ${describe(limit)} (${counter})`,
    )
}

/** The most that providers had under way at once of each limit, as far as it is sure that the calls held. */
export function peaks(evidence: Evidence) {
  const rows = rowsByTag(evidence)
  const visits = evidence.served.flatMap((served) => {
    const row = rows.get(served.tag)
    return row ? [{ row, stay: sureStay(served, row, evidence.scenario.pace.lease) }] : []
  })
  return evidence.books.flatMap(({ org, limits }) => {
    const own = visits.filter(({ row }) => row.id.split('_')[1] === org)
    const concurrency = limits.filter(({ metric, mode }) => metric === 'concurrency' && mode === 'enforce')
    return concurrency.flatMap((limit) => peaksOf(limit, own))
  })
}

function peaksOf(limit: Limit, visits: readonly { row: Row; stay: Stay }[]) {
  const concerned = visits.filter(({ row }) => concerns(limit, row))
  const counters = groupBy(concerned, ({ row }) => counterOf(limit, row))
  return [...counters].map(([counter, own]) => ({
    limit,
    counter,
    peak: peakOf(own.map(({ stay }) => stay)),
  }))
}

function sureStay({ arrivedAt, leftAt }: Served, row: Row, lease: number): Stay {
  const sureUntil = mayHaveLostItsHold(row, lease) ? row.started_at + lease * 1000 : Infinity
  return { from: arrivedAt, to: Math.min(leftAt, sureUntil) }
}

function peakOf(stays: readonly Stay[]): number {
  const steps = stays
    .filter(({ from, to }) => to > from)
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.by - b.by)
  let [now, most] = [0, 0]
  for (const { by } of steps) {
    now += by
    most = Math.max(most, now)
  }
  return most
}
