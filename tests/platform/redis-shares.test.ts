import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { connectRedis } from '../../src/ledger/redis/connection.ts'
import { redisKeys } from '../../src/ledger/redis/keys.ts'
import { redisLedger } from '../../src/ledger/redis/redis-ledger.ts'
import { noon, root, TestOrg } from '../contracts/ledger/harness.ts'
import { startRedis } from '../support/redis.ts'

/** More than are settled or dropped in one step. */
const endUsers = Array.from({ length: 450 }, (_, nth) => `user ${nth}`)

it('a limit that hundreds of end users have is changed and deleted for all of them, and nothing of it stays', async () => {
  const redis = await startRedis()
  const clock = { time: noon }
  const ledger = redisLedger({
    connection: connectRedis({ url: redis.url, onError: () => {} }),
    clock: { now: () => clock.time, correct: () => {} },
    leaseMs: 120_000,
  })
  const org = await new TestOrg(
    { ledger, crash: async () => ledger, destroy: async () => {} },
    clock,
  ).create()
  const limit = await org.limit({ on: 'end_user', metric: 'tokens', per: 'hour', amount: 3_600 })
  for (const endUser of endUsers) await org.open({ outputTokens: 1_800 }, { endUser })
  clock.time += 900_000
  // Half of what was taken has drained at the old rate; nothing more does at the new one.
  await org.book.updateLimit(limit, { amount: 0, burst: 2_000 }, root)
  clock.time += 3_600_000
  for (const endUser of endUsers)
    expect(await org.book.limit(limit, endUser)).toMatchObject({ spent: 900, endUser })

  await org.book.deleteLimit(limit, root)
  const raw = new Redis(redis.url)
  const keys = redisKeys(org.slug)
  expect(await raw.zcard(keys.live)).toBe(0)
  expect(await raw.hlen(keys.buckets)).toBe(0)
  expect(await raw.keys(keys.tally('*'))).toEqual([])
  raw.disconnect()
  await ledger.close()
  await redis.stop()
})
