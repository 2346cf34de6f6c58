import { peaks } from './audit/concurrency.ts'
import { quietCalls } from './audit/calls.ts'
import { exactSums } from './audit/bills.ts'
import { usdOf } from '../support/prices.ts'
import type { Outcome } from './chaos.ts'
import type { Evidence } from './evidence.ts'
import type { Follower } from './follower.ts'

/** A run as a plain table. */
export function reportOf({ scenario, evidence, findings, folder }: Outcome): string {
  const { ledger, seed, seconds, writers, gateways } = scenario
  const rows = evidence.books.flatMap((own) => own.rows)
  const sections: [string, Counts][] = [
    ['Calls', callCounts(evidence)],
    ['Refused calls, by code', tally(evidence.told, ({ refusal }) => refusal?.code)],
    ['Faults', faultCounts(evidence)],
    ['Rows, by source and outcome', tally(rows, (row) => `${row.usage_source} ${row.outcome}`)],
    ['Books', bookCounts(evidence)],
  ]
  return [
    `# ${ledger}, seed ${seed}: ${seconds} s, ${writers} writers, ${gateways} gateway(s)`,
    ...sections.flatMap(([title, counts]) => ['', title, ...linesOf(counts)]),
    '',
    'Invariants',
    ...findings.flatMap(({ claim, faults }) => [
      `  ${faults.length === 0 ? 'holds ' : 'BROKEN'}  ${claim}`,
      ...faults.slice(0, shownFaults).map((fault) => `            ${fault}`),
      ...(faults.length > shownFaults ? [`            … and ${faults.length - shownFaults} more`] : []),
    ]),
    ...(folder === undefined ? [] : ['', `To play it again: CHAOS_SEED=${seed}. Its data are in ${folder}`]),
    '',
  ].join('\n')
}

const shownFaults = 5

type Counts = Readonly<Record<string, number | string>>

function callCounts(evidence: Evidence): Counts {
  const { told } = evidence
  const heard = (how: string) => told.filter((call) => call.heard.how === how && !call.answered).length
  const status = (least: number) =>
    told.filter(
      ({ heard: { how, status = 0 } }) => how === 'whole' && status >= least && status < least + 100,
    ).length
  return {
    made: told.length,
    'answered in full': told.filter(({ answered }) => answered).length,
    'left by the client': heard('left'),
    'refused (4xx)': status(400),
    'failed (5xx)': status(500),
    'ended with an error in the stream': told.filter(
      ({ heard: { how, status: code }, answered }) => how === 'whole' && code === 200 && !answered,
    ).length,
    'cut off': heard('cut'),
    'nobody listened': heard('refused'),
    'never answered': heard('silent'),
    'served without the ledger': told.filter((call) => call.heard.withoutLedger).length,
    'answered in quiet times': quietCalls(evidence).length,
  }
}

function faultCounts({ faults }: Evidence): Counts {
  return tally(faults, ({ kind, exitCode }) =>
    kind === 'stop-gateway' ? `${kind}, ${exitCode === 0 ? 'gracefully' : 'killed in the end'}` : kind,
  )
}

function bookCounts(evidence: Evidence): Counts {
  const rows = evidence.books.flatMap((own) => own.rows)
  const sums = exactSums(evidence).map(({ provider, rows: own, bills }) => [
    `exact at ${provider}, rows and bill (USD)`,
    `${usdOf(own)} ${usdOf(bills)}`,
  ])
  const crowded = peaks(evidence)
    .filter(({ limit }) => limit.amount < 1_000n && limit.scope.type !== 'end_user')
    .map(({ limit, peak }) => [
      `concurrency of ${limit.scope.type} ${limit.scope.id.slice(-6)}, allowed and seen`,
      `${limit.amount} ${peak}`,
    ])
  return {
    rows: rows.length,
    'with more than one attempt': rows.filter(({ attempts }) => attempts.length > 1).length,
    'known better after they were swept': evidence.followers.reduce(
      (sum, { seen }) => sum + changed(seen),
      0,
    ),
    'with an end user': rows.filter(({ end_user: endUser }) => endUser !== null).length,
    'top-ups': evidence.acknowledged.topUps.length,
    corrections: evidence.acknowledged.adjustments.length,
    ...Object.fromEntries([...sums, ...crowded]),
  }
}

/** How many rows were told of more than once. */
function changed(seen: Follower['seen']): number {
  return [...seen.values()].filter(({ length }) => length > 1).length
}

function tally<T>(items: readonly T[], nameOf: (item: T) => string | undefined): Counts {
  const counts: Record<string, number> = {}
  for (const item of items) {
    const name = nameOf(item)
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function linesOf(counts: Counts): string[] {
  const width = Math.max(0, ...Object.keys(counts).map(({ length }) => length))
  return Object.entries(counts).map(
    ([name, count]) => `  ${name.padEnd(width)}  ${String(count).padStart(7)}`,
  )
}
