import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectRedis } from '../../src/ledger/redis/connection.ts'
import { durabilityFaults } from '../../src/ledger/redis/durability.ts'
import type { Archive } from '../../src/ledger/redis/drain.ts'
import { redisLedger, type RedisLedger } from '../../src/ledger/redis/redis-ledger.ts'
import { fileArchive } from '../../src/platform/node/archive.ts'
import { noon, settlementOf, TestOrg } from '../contracts/ledger/harness.ts'
import { startRedis, type RunningRedis } from '../support/redis.ts'

const hourMs = 3_600_000
const keepMs = 48 * hourMs

describe('rows in Redis', () => {
  let redis: RunningRedis
  let ledger: RedisLedger
  let org: TestOrg
  let folder: string
  const clock = { time: noon }

  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis.stop())
  beforeEach(async () => {
    await redis.flush()
    clock.time = noon
    folder = mkdtempSync(join(tmpdir(), 'weir-archive-'))
    ledger = redisLedger({
      connection: connectRedis({ url: redis.url, onError: () => {} }),
      clock: { now: () => clock.time, correct: () => {} },
      leaseMs: 120_000,
    })
    const running = { ledger, crash: async () => ledger, destroy: async () => {} }
    org = await new TestOrg(running, clock).create()
    return async () => {
      await ledger.close()
      rmSync(folder, { recursive: true })
    }
  })

  const drain = (archive: Archive = fileArchive(folder)) => ledger.drain(org.slug, { archive, keepMs })
  const called = async (cost: number) => {
    const id = await org.open({ cost })
    await org.settle(id, { cost, inputTokens: 1 })
    return id
  }
  const listed = async () => {
    const page = await org.book.requests({ limit: 100 })
    return 'kind' in page ? [] : page.data.map(({ id }) => id).toReversed()
  }
  const archived = () =>
    readdirSync(join(folder, org.slug)).flatMap((day) =>
      readFileSync(join(folder, org.slug, day), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => ({ day, ...(JSON.parse(line) as { id: string; mark: number; charge: string }) })),
    )

  it('come to the archive at once, and leave Redis after 48 hours; their sums stay', async () => {
    const first = await called(5)
    clock.time += 47 * hourMs
    const second = await called(7)
    await drain()
    expect(archived()).toMatchObject([
      { day: '2031-01-15.ndjson', id: first, charge: '0.000000005' },
      { day: '2031-01-17.ndjson', id: second, charge: '0.000000007' },
    ])
    expect(await listed()).toEqual([first, second])
    clock.time += hourMs + 1
    await drain()
    expect(await listed()).toEqual([second])
    expect(archived()).toHaveLength(2)
    const ever = { from: 0, to: clock.time + 1, groupBy: [] } as const
    expect(await org.book.usage(ever)).toMatchObject([{ requests: 2, charge: { nano: 12 } }])
  })

  it('that changed come to the archive again, under a later mark', async () => {
    const id = await org.open({ cost: 9 })
    await org.settle(id, { cost: 9 }, { source: 'counted' })
    await drain()
    await org.settle(id, { cost: 4 })
    await drain()
    expect(archived().map(({ charge }) => charge)).toEqual(['0.000000009', '0.000000004'])
    expect(archived()[1]?.mark).toBeGreaterThan(archived()[0]?.mark ?? 0)
  })

  it('stay in Redis for as long as the archive does not take them', async () => {
    const ids = [await called(1), await called(2)]
    clock.time += 100 * hourMs
    await expect(drain({ append: () => Promise.reject(new Error('The disk is full.')) })).rejects.toThrow(
      'full',
    )
    expect(await listed()).toEqual(ids)
    await drain()
    expect(await listed()).toEqual([])
    expect(archived().map(({ id }) => id)).toEqual(ids)
  })

  it('are brought by one process at a time', async () => {
    for (let cost = 1; cost <= 20; cost++) await called(cost)
    await Promise.all([drain(), drain(), drain()])
    expect(archived()).toHaveLength(20)
  })

  it('that corrections are stand among them', async () => {
    const id = await called(100)
    const wanted = { id: `adj_${org.slug}_1`, requestId: id, charge: -30 }
    await org.book.adjust(wanted, { actor: 'root' })
    await drain()
    expect(archived()).toMatchObject([
      { type: 'request' },
      { type: 'adjustment', request_id: id, charge: '-0.00000003' },
    ])
  })

  it('cannot be settled anew once they left, and say so', async () => {
    const id = await org.open({ cost: 9 })
    await org.settle(id, { cost: 9 }, { source: 'counted' })
    clock.time += 100 * hourMs
    await drain()
    expect(await org.book.settle(settlementOf(id, { cost: 4 }))).toMatchObject({ code: 'not_found' })
  })
})

describe('a Redis that forgets', () => {
  it('is named at the start, with what to set', async () => {
    const redis = await startRedis({ args: ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'] })
    const connection = connectRedis({ url: redis.url, onError: () => {} })
    const faults = await durabilityFaults(connection)
    expect(faults.join(' ')).toMatch(/appendonly is no; set it to yes.*maxmemory-policy is allkeys-lru/)
    await connection.close()
    await redis.stop()
  })

  it('is not named where all is well, and where nothing can be read it is said so', async () => {
    const redis = await startRedis()
    const connection = connectRedis({ url: redis.url, onError: () => {} })
    expect(await durabilityFaults(connection)).toEqual([])
    const mute = { command: () => Promise.reject(new Error('NOPERM')) }
    expect((await durabilityFaults(mute)).join(' ')).toMatch(/appendonly cannot be read/)
    await connection.close()
    await redis.stop()
  })
})
