import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { connectRedis, type RedisConnection } from '../../src/ledger/redis/connection.ts'
import { nextVersion } from '../../src/ledger/redis/kept.ts'
import { redisKeys } from '../../src/ledger/redis/keys.ts'
import { packPlans } from '../../src/ledger/redis/plan-wire.ts'
import { redisLedger } from '../../src/ledger/redis/redis-ledger.ts'
import { readAnswer, type Plan, type PlannedMove } from '../../src/ledger/redis/transact.ts'
import { bookOf, leaseMs, noon, settlementOf, small, TestOrg } from '../contracts/ledger/harness.ts'
import { startRedis, type RunningRedis } from '../support/redis.ts'

/** Plans that come to Redis together, as the script makes them. */

const keys = redisKeys('batch')
let redis: RunningRedis
let connection: RedisConnection
let raw: Redis

beforeAll(async () => {
  redis = await startRedis()
  connection = connectRedis({ url: redis.url, onError: () => {} })
  raw = new Redis(redis.url)
})
beforeEach(() => redis.flush())
afterAll(async () => {
  raw.disconnect()
  await connection.close()
  await redis.stop()
})

type Step = Omit<Plan, 'now' | 'moves'> & { readonly moves?: readonly PlannedMove[] }

/** Sends them in one go. */
async function together(...steps: readonly Step[]) {
  const plans = steps.map((step): Plan => ({ now: noon, moves: [], ...step }))
  const packed = packPlans(plans, { tolerance: undefined, mostLive: 100 })
  const texts = steps.map(({ id }, index) => `text ${index} of ${id ?? 'none'}`)
  return ((await connection.transact(keys.prefix, packed, texts)) as unknown[]).map(readAnswer)
}

const place = { counter: 'lim', capacity: 100_000 }
const held = (amount: number): PlannedMove => ({ place, held: amount, requested: amount })
const opened = (id: string): Step => ({ id, fresh: true, moves: [held(30)], keep: noon + leaseMs })
const settled = (id: string, version: number): Step => ({
  id, version, drop: true, enter: true, list: true, moves: [{ place, held: -30, spent: 12 }],
}) // prettier-ignore
const version = noon + leaseMs
const statuses = (answers: readonly { status: string }[]) => answers.map(({ status }) => status)

it('a call that is opened twice is opened once', async () => {
  expect(statuses(await together(opened('a'), opened('a'), opened('b')))).toEqual(['ok', 'exists', 'ok'])
  expect(await raw.hgetall(keys.holds)).toEqual({ a: 'text 0 of a', b: 'text 2 of b' })
  expect(await raw.hgetall(keys.tally('lim'))).toEqual({ 0: '0 60 0' })
  expect(statuses(await together(opened('a')))).toEqual(['exists'])
})

it('each plan meets what those before it did, though nothing of it is written yet', async () => {
  const renewed = nextVersion(version, version)
  const answers = await together(
    opened('a'),
    { id: 'a', version, moves: [held(5)], keep: renewed },
    settled('a', version),
    settled('a', renewed),
    settled('a', renewed),
    opened('a'),
    { id: 'a', mark: '1', enter: true, moves: [{ place, spent: 1 }] },
    { id: 'a', mark: '1', enter: true, moves: [{ place, spent: 1 }] },
  )
  expect(statuses(answers)).toEqual(['ok', 'ok', 'hold', 'ok', 'hold', 'exists', 'ok', 'row'])
  expect(answers[1]).toEqual({ status: 'ok', standing: [{ spent: 0, held: 30 }] })
  expect(await raw.exists(keys.holds, keys.leases)).toBe(0)
  expect(await raw.hgetall(keys.rows)).toEqual({ a: 'text 6 of a' })
  expect(await raw.zrange(keys.marks, '0', '-1', 'WITHSCORES')).toEqual(['a', '2'])
  expect(await raw.zrange(keys.requests, '0', '-1')).toEqual(['a'])
  expect(await raw.hgetall(keys.tally('lim'))).toEqual({ 0: '13 5 0' })
  expect(statuses(await together(opened('b'), settled('b', version)))).toEqual(['ok', 'ok'])
  expect(await raw.zscore(keys.marks, 'b')).toBe('3')
})

it('what an admin changes counts for those after it, and takes in what those before it did', async () => {
  const answers = await together(
    { ...opened('a'), revision: '0' },
    { edits: '0', revise: true, writes: [['HSET', keys.tally('lim'), '0', '500 30 0']] },
    { ...opened('b'), revision: '0' },
    { edits: '0', writes: [['SET', `${keys.prefix}never`, '1']] },
    { ...opened('c'), revision: '1' },
  )
  expect(statuses(answers)).toEqual(['ok', 'ok', 'revision', 'edits', 'ok'])
  expect(answers[4]).toEqual({ status: 'ok', standing: [{ spent: 500, held: 30 }] })
  expect(await raw.hkeys(keys.holds)).toEqual(['a', 'c'])
  expect(await raw.hgetall(keys.tally('lim'))).toEqual({ 0: '500 60 0' })
  expect(await raw.mget(keys.revision, keys.edits, `${keys.prefix}never`)).toEqual(['1', '1', null])
})

it('a plan that fails or is refused leaves nothing, and those beside it are made', async () => {
  await raw.set(keys.tally('broken'), 'no hash')
  const broken = { place: { counter: 'broken', capacity: 1 }, held: 1, requested: 1 }
  const failing: Step = { ...opened('b'), moves: [held(30), broken] }
  const plans = [opened('a'), failing, { ...opened('c'), moves: [held(30), held(200_000)] }, opened('d')]
  const packed = packPlans(
    plans.map((step) => ({ now: noon, moves: [], ...step })),
    { tolerance: undefined, mostLive: 100 },
  )
  const answers = (await connection.transact(keys.prefix, packed, ['a', 'b', 'c', 'd'])) as unknown[][]
  expect(answers.map(([status]) => status)).toEqual(['ok', 'failed', 'refused', 'ok'])
  expect(await raw.hkeys(keys.holds)).toEqual(['a', 'd'])
  expect(await raw.hgetall(keys.tally('lim'))).toEqual({ 0: '0 60 0' })
})

it('one that fails half made fails all, and nothing is written', async () => {
  await raw.set(`${keys.prefix}broken`, 'no hash')
  const line = { hash: 'broken', field: 'f', count: 1 }
  const failing = { ...opened('b'), sums: [{ line, amounts: [1] }] }
  await expect(together(opened('a'), failing, opened('c'))).rejects.toThrow('WRONGTYPE')
  expect(await raw.keys('*')).toEqual([`${keys.prefix}broken`])
})

it('more is written than one command takes', async () => {
  const steps = Array.from({ length: 1_100 }, (_, call) => {
    const lines = Array.from({ length: 5 }, (_, line) => ({
      hash: 'sums',
      field: `${call} ${line}`,
      count: 2,
    }))
    return {
      ...settled(`call ${call}`, version),
      sums: lines.map((line) => ({ line, amounts: [call, 0.5] })),
    }
  })
  await together(...steps.map(({ id = '' }) => opened(id)))
  expect(await Promise.all([raw.hlen(keys.holds), raw.zcard(keys.leases)])).toEqual([1_100, 1_100])
  await together(...steps)
  expect(await Promise.all([raw.hlen(keys.holds), raw.zcard(keys.leases)])).toEqual([0, 0])
  const counts = [raw.hlen(keys.rows), raw.zcard(keys.marks), raw.zcard(keys.requests)]
  expect(await Promise.all(counts)).toEqual([1_100, 1_100, 1_100])
  expect(await raw.hlen(`${keys.prefix}sums`)).toBe(5_500)
  expect(await raw.hget(`${keys.prefix}sums`, '1099 4')).toBe('1099 0.5')
  expect(await raw.hgetall(keys.tally('lim'))).toEqual({ 0: '13200 0 0' })
})

it('every number comes back as it was, and every text', async () => {
  const bucket = { counter: 'lim/ü 漢 🙂\u0000', rateAmount: 7, rateMs: 60_000, capacity: 1e15 }
  const odd = 8_000_000_000_000 / 3
  const fill = (amount: number): PlannedMove => ({ place: bucket, fill: amount, requested: amount })
  const huge = { place: { counter: 'huge', capacity: 2 ** 60 }, spent: 2 ** 53 - 1, requested: 0 }
  const [first, second, third] = await together(
    { moves: [fill(odd), huge] },
    { moves: [fill(-1), huge] },
    { id: 'x'.repeat(100_000), fresh: true, moves: [fill(0), huge], keep: version },
  )
  expect(first).toMatchObject({ standing: [{ spent: 0 }, { spent: 0 }] })
  expect(second).toMatchObject({ standing: [{ spent: odd }, { spent: 2 ** 53 - 1 }] })
  expect(third).toMatchObject({ standing: [{ spent: odd - 1 }, { spent: 2 ** 53 - 1 }] })
  expect(await raw.hget(keys.buckets, bucket.counter)).toBe(`${odd - 1} ${noon}`)
  expect(await raw.hkeys(keys.holds)).toEqual(['x'.repeat(100_000)])
})

it('a hold that others renewed, were it twice in one millisecond, is settled as it is now', async () => {
  const clock = { time: noon }
  const open = () =>
    redisLedger({
      connection: connectRedis({ url: redis.url, onError: () => {} }),
      clock: { now: () => clock.time, correct: () => {} },
      leaseMs,
    })
  const [ledger, elsewhere] = [open(), open()]
  const org = await new TestOrg(
    { ledger, crash: async () => ledger, destroy: async () => {} },
    clock,
  ).create()
  const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1_000 })
  const id = await org.open(small)
  const other = bookOf(elsewhere, org.slug)
  for (const seq of [1, 2]) {
    const step = { seq, more: small, soFar: small, candidate: 0 }
    expect(await other.extend(id, step)).toEqual({ kind: 'extension', leaseUntil: noon + leaseMs })
  }
  expect(await org.counts(limit)).toEqual({ spent: 0, held: 90 })
  expect(await org.book.nextExpiry()).toBe(noon + leaseMs)
  const receipt = await org.book.settle(settlementOf(id, { cost: 70 }))
  expect(receipt).toMatchObject({ kind: 'receipt', hold: { cost: 90 } })
  expect(await org.counts(limit)).toEqual({ spent: 70, held: 0 })
  await Promise.all([ledger.close(), elsewhere.close()])
})
