import { rowsByTag, type Evidence } from '../evidence.ts'
import type { Exported, Row } from '../wire.ts'
import type { Told } from '../writers.ts'
import { repeated, unlike } from './lists.ts'

/** What clients and readers of the books were told must be in the books, once. */

const rank = { exact: 2, counted: 1, floor: 0 }

export function answeredCallsHaveRows({ told, books }: Evidence): string[] {
  const byId = new Map(books.flatMap(({ rows }) => rows.map((row) => [row.id, row] as const)))
  return told
    .filter(({ answered }) => answered)
    .flatMap(({ plan, heard }) => {
      const row = byId.get(heard.requestId ?? '')
      if (!row) return [`${heard.requestId} (call ${plan.tag}) was answered and has no row`]
      return row.tags['call'] === plan.tag ? [] : [`${row.id} is the row of another call than ${plan.tag}`]
    })
}

/** Each row is of one call of one client, under its key, for its end user. */
export function rowsAreOfCalls({ told, books }: Evidence): string[] {
  const calls = new Map(told.map((call) => [call.plan.tag, call.plan]))
  return books.flatMap(({ org, rows }) =>
    rows.flatMap((row) => {
      const plan = calls.get(row.tags['call'] ?? '')
      if (!plan) return [`${row.id} is of no call that was made`]
      const { caller, endUser = null } = plan
      const isOwn = caller.org === org && row.key_id === caller.keyId && row.project_id === caller.projectId
      // Where the gateway does not read the end user of a call, no limit of one holds either.
      return isOwn && (row.end_user === null || row.end_user === endUser)
        ? []
        : [`${row.id} is under another key or end user than call ${plan.tag}`]
    }),
  )
}

export function noCallIsTwice({ books }: Evidence): string[] {
  return books.flatMap(({ exported, rows, pagedIds, raw }) => [
    ...repeated(exported.map(({ id }) => id)).map((id) => `${id} is exported twice`),
    ...repeated(pagedIds).map((id) => `${id} is listed twice`),
    ...repeated(rows.map(({ tags }) => tags['call'] ?? '')).map((tag) => `call ${tag} has two rows`),
    ...unlike(
      rows.map(({ id }) => id),
      pagedIds,
    ).map((id) => `${id} is either exported or listed, not both`),
    ...unlike(
      exported.map(({ id }) => id),
      raw.rowIds,
    ).map((id) => `${id} is either exported or stored, not both`),
    ...raw.faults,
  ])
}

/** What the books told while the run went on is still so, unless better is known now. */
export function nothingTakenBack({ books, followers }: Evidence): string[] {
  return followers.flatMap(({ org, seen, disorder }) => {
    const now = new Map(books.find((one) => one.org === org)?.exported.map((row) => [row.id, row]))
    const missed = [...now.keys()].filter((id) => !seen.has(id))
    return [
      ...disorder.map((what) => `A reader by marks got ${what}`),
      ...missed.map((id) => `A reader by marks was never told of ${id}`),
      ...[...seen].flatMap(([id, versions]) =>
        takenBack(versions, now.get(id)).map((what) => `${id} ${what}`),
      ),
    ]
  })
}

function takenBack(versions: readonly Exported[], now: Exported | undefined): string[] {
  const last = versions.at(-1)
  if (!now || !last) return ['was in the books and is not any more']
  const changes = versions.slice(1).flatMap((later, index) => wrongChange(versions[index] ?? later, later))
  return textOf(last) === textOf(now) ? changes : [...changes, 'changed without a word to a reader by marks']
}

/** Only better knowledge replaces a row. It may be told twice, where it was replaced while it was being read. */
function wrongChange(earlier: Exported, later: Exported): string[] {
  if (textOf(earlier) === textOf(later)) return []
  if (earlier.type !== 'request' || later.type !== 'request') return ['is a correction that was rewritten']
  if (rank[later.usage_source] > rank[earlier.usage_source]) return []
  return [`was rewritten from ${earlier.usage_source} to ${later.usage_source}`]
}

/** A provider sees a request only after the call has its hold, and so its row. */
export function everyRequestHasARow(evidence: Evidence): string[] {
  const rows = rowsByTag(evidence)
  const tries = new Map<string, number>()
  for (const { tag, provider } of evidence.served)
    tries.set(`${tag} ${provider}`, (tries.get(`${tag} ${provider}`) ?? 0) + 1)
  return [...tries].flatMap(([name, count]) => {
    const [tag = '', provider = ''] = name.split(' ')
    const row = rows.get(tag)
    if (!row) return [`${provider} got call ${tag}, which has no row`]
    const noted = row.attempts.filter((attempt) => attempt.provider === provider).length
    // A swept row knows of one attempt only.
    return row.outcome === 'swept' || noted >= count
      ? []
      : [`${provider} got call ${tag} ${count} times, its row has ${noted} attempts there`]
  })
}

/** Who was told that a limit is reached, or that the ledger is away, must find that nothing was sent, and no row of a limit's refusal. */
export function refusedCallsWereNotSent(evidence: Evidence): string[] {
  const sent = new Set(evidence.served.map(({ tag }) => tag))
  const rows = rowsByTag(evidence)
  return evidence.told.flatMap(({ plan, refusal }) => {
    const isLimit = refusal?.limit !== undefined
    if (!isLimit && refusal?.code !== 'ledger_unavailable') return []
    const row = rows.get(plan.tag)
    // More of it may be asked for once a provider answered, and be refused: then nobody is charged.
    if (plan.isOpenEnded && row?.outcome === 'failed' && row.charge === 0n) return []
    const told = `call ${plan.tag} was refused (${refusal.code})`
    return [
      ...(sent.has(plan.tag) ? [`${told} and sent all the same`] : []),
      ...(isLimit && row ? [`${told} and has a row`] : []),
    ]
  })
}

/** After a fault its traces last: leases run out, connections come back, settlements are tried again. */
const aftermathMs = 6_000

/** A call that came whole while nothing was wrong is known exactly, unless its budget ended before it did. */
export function quietCallsAreExact(evidence: Evidence): string[] {
  const rows = rowsByTag(evidence)
  return quietCalls(evidence).flatMap(({ plan }) => {
    const row = rows.get(plan.tag)
    if (plan.script.usage === false || !row || row.outcome === 'cut' || isExact(row)) return []
    return [`${row.id} was answered while nothing was wrong, and is ${row.usage_source} and ${row.outcome}`]
  })
}

function isExact({ usage_source: source, outcome }: Row): boolean {
  return source === 'exact' && outcome === 'ok'
}

export function quietCalls({ told, faults }: Evidence): Told[] {
  const troubles = faults.filter(({ kind }) => kind !== 'fail-provider')
  const isQuiet = ({ startedAt, endedAt }: Told) =>
    !troubles.some(
      (fault) => fault.startedAt <= endedAt + aftermathMs && fault.endedAt + aftermathMs >= startedAt,
    )
  return told.filter((call) => call.answered && isQuiet(call))
}

function textOf(row: Exported | Row): string {
  return JSON.stringify(row, (name, value: unknown) =>
    name === 'mark' ? undefined : typeof value === 'bigint' ? String(value) : value,
  )
}
