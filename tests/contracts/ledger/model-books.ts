import { expect } from 'vitest'
import type { Receipt } from '../../../src/ledger/call.ts'
import { coversModel, eachEndUser, isRate, type Limit } from '../../../src/ledger/limit.ts'
import type { Adjustment } from '../../../src/ledger/records.ts'
import type { GroupBy, UsageLine } from '../../../src/ledger/report.ts'
import { windowOf } from '../../../src/ledger/window.ts'
import { exported } from './exports.ts'
import { poll } from './model-run.ts'
import { allPages } from './records.ts'
import { endUsers } from './scripts.ts'
import type { World } from './world.ts'

const ever = { from: 0, to: Number.MAX_SAFE_INTEGER }

/** With nothing under way, every counter is the sum over the rows that it counts, and so is every usage query. */
export async function checkBooks(world: World): Promise<void> {
  expect(await world.org.book.nextExpiry()).toBeUndefined()
  await poll(world, 5)
  await checkRows(world)
  for (const limit of world.limits) {
    if (isRate(limit)) continue
    const isOfEach = limit.scope.type === 'end_user' && limit.scope.id === eachEndUser
    for (const endUser of isOfEach ? endUsers : [undefined]) {
      const { spent, held } = await world.org.state(limit.id, endUser)
      expect({ limit, endUser, spent, held }).toEqual({
        limit,
        endUser,
        spent: spentOf(world, limit, endUser),
        held: 0,
      })
    }
  }
  await checkUsage(world)
  const trail = async (book: World['model']) => {
    const lines = await allPages(
      (query) => book.audit(query),
      (line) => line.id,
      50,
    )
    return lines.map(({ at, actor, action, target }) => `${at} ${actor} ${action} ${target}`).toSorted()
  }
  expect(await trail(world.org.book)).toEqual(await trail(world.model))
}

/** An exporter has every row as it is now, each once; what is left after pruning is listed and exported, the same in both. */
async function checkRows(world: World): Promise<void> {
  const { org, seen, calls } = world
  const rows = await allPages(
    (query) => world.both((book) => book.requests(query)),
    ({ id }) => id,
    7,
  )
  const corrections = await allPages(
    (query) => world.both((book) => book.adjustments(query)),
    ({ id }) => id,
    5,
  )
  await allPages(
    (query) => world.both((book) => book.topUps(query)),
    ({ id }) => id,
    5,
  )
  await allPages(
    (query) => world.both((book) => book.keys(query)),
    ({ id }) => id,
    2,
  )
  const { projectId } = org
  const inProject = await allPages(
    (query) => world.both((book) => book.keys({ ...query, projectId })),
    ({ id }) => id,
    2,
  )
  const own = world.keys.filter((key) => key.projectId === projectId)
  expect(inProject.map(({ id }) => id)).toEqual(own.map(({ id }) => id))
  const present = calls.filter(({ isGone }) => !isGone).map(({ call }) => call.id)
  expect(rows.map(({ id }) => id)).toEqual(present.toReversed())
  expect(corrections.map(({ id }) => id)).toEqual(
    world.adjustments.map(({ record }) => record.id).toReversed(),
  )
  for (const row of [...rows, ...corrections]) expect(seen.get(row.id)).toEqual(row)
  expect(seen.size).toBe(calls.length + corrections.length)

  const all = await exported(org.book)
  const expected = (await exported(world.model)).map(({ row }) => row.id)
  const ids = all.map(({ row }) => row.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(expected.toSorted())
  for (const { row } of all) expect(seen.get(row.id)).toEqual(row)
  expect(ids.filter((id) => id.startsWith('req')).toSorted()).toEqual(present.toSorted())
}

/** What the rows and corrections come to that a limit counts in the window of now. */
function spentOf(world: World, limit: Limit, endUser: string | undefined): number {
  const { start, end } = windowOf(limit.per, world.clock.time, limit.timezone)
  const counts = (row: { endUser?: string }, time: number) =>
    time >= start && time < end && (endUser === undefined || row.endUser === endUser)
  const spent = world.calls.map(({ call, limits }) => {
    const row = world.seen.get(call.id)
    return row?.kind === 'receipt' && limits.includes(limit.id) && counts(row, row.startedAt)
      ? countOf(limit, row)
      : 0
  })
  const corrected = world.adjustments.map(({ record, limits }) =>
    limits.includes(limit.id) && counts(record, record.at) ? record.charge : 0,
  )
  return sumOf([...spent, ...corrected], (amount) => amount)
}

/** What a row counts towards a limit that its call was opened under. */
function countOf(limit: Limit, row: Receipt): number {
  if (!coversModel(limit, row.model)) return 0
  const { inputTokens, outputTokens } = row.usage
  const sent = row.attempts.length > 0 ? 1 : 0
  const counts = {
    requests: sent,
    tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  }
  return { ...counts, cost: row.charge, concurrency: 0 }[limit.metric]
}

const groupings: readonly (readonly GroupBy[])[] = [
  [],
  ['project', 'key', 'model', 'provider'],
  ['model'],
  ['key'],
  ['end_user'],
  ['end_user', 'model'],
  ['tag'],
  ['tag', 'project'],
]

async function checkUsage(world: World): Promise<void> {
  for (const groupBy of groupings) {
    for (const bucket of ['hour', 'day', 'month'] as const)
      await world.both((book) => book.usage({ ...ever, groupBy, bucket }))
    const lines = await world.both((book) => book.usage({ ...ever, groupBy }))
    if ('kind' in lines) throw new Error(lines.message)
    const expected = expectedUsage([...world.seen.values()], groupBy)
    expect(
      Object.fromEntries(lines.map((line) => [Object.values(line.group).join(' '), told(line)])),
    ).toEqual(expected)
  }
}

export function told({ requests, inputTokens, outputTokens, charge, providerCost }: UsageLine) {
  return { requests, inputTokens, outputTokens, charge, providerCost }
}

/** The sums of rows by group, without those that come to nothing. */
export function expectedUsage(rows: readonly (Receipt | Adjustment)[], groupBy: readonly GroupBy[]) {
  const groups = new Map<string, (Receipt | Adjustment)[]>()
  for (const row of rows)
    for (const group of groupsOf(row, groupBy)) groups.set(group, [...(groups.get(group) ?? []), row])
  const lines = [...groups].map(([group, members]) => {
    const calls = members.flatMap((row) => (row.kind === 'receipt' ? [row] : []))
    const line = {
      requests: calls.length,
      inputTokens: sumOf(calls, ({ usage }) => usage.inputTokens),
      outputTokens: sumOf(calls, ({ usage }) => usage.outputTokens),
      charge: moneyOf(members.map(({ charge }) => charge)),
      providerCost: moneyOf(calls.map(({ providerCost }) => providerCost)),
    }
    return [group, line] as const
  })
  return Object.fromEntries(
    lines.filter(([, { requests, charge }]) => requests > 0 || charge.usd !== 0 || charge.nano !== 0),
  )
}

/** Exact, whatever it comes to. */
function moneyOf(amounts: readonly number[]): UsageLine['charge'] {
  const total = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n)
  return { usd: Number(total / 1_000_000_000n), nano: Number(total % 1_000_000_000n) }
}

/** The names of the groups in which a row counts: one for each tag, none where it has no end user. */
function groupsOf(row: Receipt | Adjustment, groupBy: readonly GroupBy[]): string[] {
  const values: Record<GroupBy, readonly string[]> = {
    project: [row.projectId ?? ''],
    key: [row.keyId ?? ''],
    model: [row.model],
    provider: [row.provider],
    end_user: row.endUser === undefined ? [] : [row.endUser],
    tag: Object.entries(row.tags).map(([name, value]) => `${name}=${value}`),
  }
  return groupBy
    .reduce<string[][]>(
      (groups, name) => groups.flatMap((group) => values[name].map((value) => [...group, value])),
      [[]],
    )
    .map((group) => group.join(' '))
}

function sumOf<T>(records: readonly T[], count: (record: T) => number): number {
  return records.reduce((sum, record) => sum + count(record), 0)
}
