import { expect } from 'vitest'
import type { Receipt } from '../../../src/ledger/call.ts'
import { exported } from './exports.ts'
import {
  attemptOf,
  candidateOf,
  idOf,
  noon,
  refusalOf,
  root,
  settlementOf,
  small,
  type TestOrg,
} from './harness.ts'
import { expectedUsage, told } from './model-books.ts'
import { allPages } from './records.ts'
import * as old from './schema-1.ts'

type Book = TestOrg['book']

/** What the books of the first schema must answer in today's, at `noon`. */

/** Before anything was called: records, with no call under way any more. */
export async function proveRecords(book: Book): Promise<void> {
  expect(await book.org()).toEqual(old.org)
  expect(await book.projects({ limit: 9 })).toEqual({ data: old.projects, hasMore: false })
  expect(await book.keys({ limit: 9 })).toEqual({ data: old.keys, hasMore: false })
  const inProject = old.keys.filter(({ id }) => id !== 'key_old_2')
  expect(await book.keys({ limit: 9, projectId: 'prj_old_1' })).toEqual({ data: inProject, hasMore: false })
  expect(await book.audit({ limit: 9 })).toEqual({ data: old.audit.toReversed(), hasMore: false })
  const listed = await book.limits({ limit: 9 })
  expect(listed).toMatchObject({ data: old.limits.map((limit) => ({ limit })), hasMore: false })
  expect(await book.limits({ limit: 9, scopeId: 'key_old_1' })).toMatchObject({ data: [{}, {}, {}] })
  expect(await book.limitsOfKey('key_old_2')).toMatchObject([{ limit: { id: 'lim_old_1' } }])

  const first = { actor: 'root', idempotencyKey: 'first' }
  const made = await book.createProject({ id: 'prj_old_9', name: 'x' }, first)
  expect(made).toEqual({ kind: 'created', record: old.projects[0], replayed: true })
  const limit = {
    id: 'lim_old_9',
    scope: { type: 'org', id: 'org_old' },
    metric: 'requests',
    amount: 1,
  } as const
  const second = { actor: 'root', idempotencyKey: 'second', digest: 'digest' }
  expect(await book.createLimit(limit, second)).toMatchObject({ record: old.limits[0], replayed: true })
  expect(refusalOf(await book.createLimit(limit, { ...second, digest: 'other' })).code).toBe('conflict')
}

/** What was under way was swept to what is known of it; counters are what they were, and these rows on top. */
export async function proveCounters(book: Book): Promise<void> {
  expect(await book.nextExpiry()).toBeUndefined()
  expect(await book.request('req_old_8')).toMatchObject({
    outcome: 'swept', charge: 4, usage: { inputTokens: 8 }, tags: { team: 'c' }, startedAt: noon - 5000, endedAt: noon,
  }) // prettier-ignore
  expect(await book.request('req_old_9')).toMatchObject({ outcome: 'swept', charge: 11, model: 'a' })
  const counts = async (id: string) => {
    const state = await book.limit(id)
    return 'kind' in state ? state.code : [state.spent, state.held]
  }
  expect(await counts('lim_old_1')).toEqual([175 + 15, 0])
  expect(await counts('lim_old_2')).toEqual([51 + 8 + 13, 0])
  expect(await counts('lim_old_3')).toEqual([3, 0])
  expect(await counts('lim_old_4')).toEqual([0, 0])
  // Its bucket drained for ten seconds; what the lost calls held and did not use had drained already.
  expect(await counts('lim_old_5')).toEqual([200.5, 0])
}

/** Rows, their sums and their export. */
export async function proveReports(book: Book): Promise<void> {
  const rows = await allPages(
    (query) => book.requests(query),
    ({ id }) => id,
    4,
  )
  const swept = rows.filter(({ outcome }) => outcome === 'swept')
  const kept = old.rows.map(old.receiptFrom)
  expect(rows).toEqual([...kept, ...swept.toReversed()].toReversed())
  expect(swept).toHaveLength(2)

  const all = await exported(book, { limit: 3 })
  const byEnd = kept.toSorted((a, b) => a.endedAt - b.endedAt || (a.id < b.id ? -1 : 1))
  expect(all.slice(0, kept.length).map(({ row }) => row)).toEqual(byEnd)
  expect(
    all
      .slice(kept.length)
      .map(({ row }) => row.id)
      .toSorted(),
  ).toEqual(['req_old_8', 'req_old_9'])
  for (const [id, row] of Object.entries({ req_old_1: kept[0] })) expect(await book.request(id)).toEqual(row)
  await proveUsage(book, rows)
}

export async function proveUsage(book: Book, rows: readonly Receipt[]): Promise<void> {
  const ever = { from: 0, to: Date.UTC(2200, 0) }
  const groupings = [
    [],
    ['model'],
    ['key'],
    ['tag'],
    ['project', 'provider'],
    ['tag', 'model'],
    ['end_user'],
  ] as const
  for (const groupBy of groupings) {
    const lines = await book.usage({ ...ever, groupBy })
    if ('kind' in lines) throw new Error(lines.message)
    const found = Object.fromEntries(lines.map((line) => [Object.values(line.group).join(' '), told(line)]))
    expect(found).toEqual(expectedUsage(rows, groupBy))
  }
  const cached = rows.reduce((sum, { usage }) => sum + usage.cachedInputTokens, 0)
  expect(await book.usage({ ...ever, groupBy: [] })).toMatchObject([{ cachedInputTokens: cached }])
  const hours = await book.usage({ ...ever, bucket: 'hour', groupBy: [] })
  const hourMs = 3_600_000
  const starts = new Set(rows.map(({ startedAt }) => Math.floor(startedAt / hourMs) * hourMs))
  expect('kind' in hours ? [] : hours.map(({ start }) => start)).toEqual([...starts].toSorted())
}

/** Life goes on: keys call, old rows are settled better and corrected, and their sums follow. */
export async function proveLife(book: Book): Promise<void> {
  const policy = await book.policy(old.hashOf('key_old_1'))
  expect(policy).toMatchObject({
    kind: 'policy',
    keyId: 'key_old_1',
    version: '1',
    models: ['gpt-*', 'a'],
    habits: {},
  })
  expect(refusalOf(await book.policy(old.hashOf('key_old_3'))).code).toBe('invalid_key')
  const call = {
    id: idOf('req', old.slug),
    keyHash: old.hashOf('key_old_1'),
    policyVersion: '1',
    candidates: [candidateOf(small)],
    endUser: 'ann',
  }
  expect(await book.open(call)).toMatchObject({
    kind: 'hold',
    limits: [
      { spent: 190, held: 30 },
      { spent: 72, held: 30 },
      { spent: 3, held: 1 },
      { spent: 0, held: 1 },
      { spent: 230.5, held: 0 },
    ],
  })
  await book.settle(settlementOf(call.id, { cost: 6 }))
  expect(refusalOf(await book.open({ ...call, id: 'req_old_1' })).code).toBe('conflict')

  const better = [attemptOf({ inputTokens: 4, cost: 9 }, { model: 'gpt-5.2', provider: 'openai' })]
  await book.settle(settlementOf('req_old_3', {}, { attempts: better, charge: 50 }))
  expect(await book.limit('lim_old_1')).toMatchObject({ spent: 190 + 6 - 5, held: 0 })
  expect(await book.limit('lim_old_3')).toMatchObject({ spent: 3 + 1 + 1 })
  const rows = await allPages(
    (query) => book.requests(query),
    ({ id }) => id,
    50,
  )
  await proveUsage(book, rows)
  expect((await exported(book)).at(-1)?.row).toMatchObject({ id: 'req_old_3', charge: 50 })

  const correction = { id: idOf('adj', old.slug), requestId: 'req_old_2', charge: -20 }
  expect(await book.adjust(correction, root)).toMatchObject({ kind: 'created' })
  expect(await book.limit('lim_old_1')).toMatchObject({ spent: 171 })
  expect(await book.updateKey('key_old_1', { name: 'new' }, root)).toMatchObject({ name: 'new' })
  expect(await book.deleteLimit('lim_old_5', root)).toMatchObject({ id: 'lim_old_5' })
}
