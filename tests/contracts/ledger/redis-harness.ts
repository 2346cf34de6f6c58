import { afterAll, beforeAll } from 'vitest'
import { connectRedis } from '../../../src/ledger/redis/connection.ts'
import { redisLedger } from '../../../src/ledger/redis/redis-ledger.ts'
import { startRedis, type RunningRedis } from '../../support/redis.ts'
import type { MakeLedger } from './harness.ts'

/** A ledger on a real redis-server, that is emptied for each. A crash is the end of the connection. */
export function redisUnderTest({ cluster = false } = {}): MakeLedger {
  let redis: RunningRedis | undefined
  beforeAll(async () => void (redis = await startRedis({ cluster })))
  afterAll(async () => redis?.stop())
  return async ({ now, leaseMs, ...more }) => {
    if (!redis) throw new Error('Redis does not run.')
    const url = cluster ? redis.url.replace('redis:', 'redis+cluster:') : redis.url
    await redis.flush()
    const open = () =>
      redisLedger({
        connection: connectRedis({ url, onError: () => {} }),
        clock: { now, correct: () => {} },
        leaseMs,
        ...more,
      })
    let ledger = open()
    const crash = async () => {
      await ledger.close()
      ledger = open()
      return ledger
    }
    return { ledger, crash, destroy: () => ledger.close() }
  }
}
