import { expect, it } from 'vitest'
import { connectRedis } from '../../src/ledger/redis/connection.ts'
import { redisLedger } from '../../src/ledger/redis/redis-ledger.ts'
import { TestOrg } from '../contracts/ledger/harness.ts'
import { startRedis } from '../support/redis.ts'

const hourMs = 3_600_000

it.each([-26 * hourMs, -hourMs, hourMs, 26 * hourMs])(
  'a gateway whose own clock is off by %i ms opens, settles and counts by the clock of Redis',
  async (error) => {
    const redis = await startRedis()
    let corrected = 0
    const clock = {
      now: () => Date.now() + error + corrected,
      tolerance: 100,
      correct: (now: number) => (corrected = now - Date.now() - error),
    }
    const connection = connectRedis({ url: redis.url, onError: () => {} })
    const ledger = redisLedger({ connection, clock, leaseMs: 120_000 })
    const running = { ledger, crash: async () => ledger, destroy: async () => {} }
    const org = await new TestOrg(running, { time: 0 }).create()
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const opened = await org.book.open(org.call({ cost: 30 }))
    if (opened.kind !== 'hold') throw new Error('It was not opened.')
    expect(Math.abs(opened.openedAt - Date.now())).toBeLessThan(2_000)
    expect(opened.leaseUntil).toBe(opened.openedAt + 120_000)
    await org.settle(opened.id, { cost: 20 })
    expect(await org.counts(limit)).toEqual({ spent: 20, held: 0 })
    expect(await org.book.sweep('expired')).toBe(0)
    await ledger.close()
    await redis.stop()
  },
)
