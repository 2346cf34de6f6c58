import { afterAll, beforeAll } from 'vitest'
import { connectLedger } from '../../../src/ledger/connect.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { connectRedis } from '../../../src/ledger/redis/connection.ts'
import { redisLedger } from '../../../src/ledger/redis/redis-ledger.ts'
import { startRedis, type RunningRedis } from '../../support/redis.ts'
import type { MakeLedger } from './harness.ts'

interface Options {
  /** How many connections share the books, each with a memory of its own, as processes have. */
  readonly connections: number
  readonly cluster?: boolean
}

/** Ledgers on one real redis-server, that is emptied for each. A crash is the end of every connection. */
export function redisUnderTest({ connections, cluster = false }: Options): MakeLedger {
  let redis: RunningRedis | undefined
  beforeAll(async () => void (redis = await startRedis({ cluster })))
  afterAll(async () => redis?.stop())
  return async ({ now, leaseMs, ...more }) => {
    if (!redis) throw new Error('Redis does not run.')
    const url = cluster ? redis.url.replace('redis:', 'redis+cluster:') : redis.url
    await redis.flush()
    const open = () =>
      sharing(
        Array.from({ length: connections }, () =>
          redisLedger({
            connection: connectRedis({ url, onError: () => {} }),
            clock: { now, correct: () => {} },
            leaseMs,
            ...more,
          }),
        ),
      )
    let ledger = open()
    const crash = async () => {
      await ledger.close()
      ledger = open()
      return ledger
    }
    return { ledger, crash, destroy: () => ledger.close() }
  }
}

/** One ledger that asks several in turn. */
function sharing(ledgers: readonly Ledger[]): Ledger {
  let turn = 0
  const next = () => {
    const ledger = ledgers[turn++ % ledgers.length]
    if (!ledger) throw new Error('No ledger.')
    return ledger
  }
  return connectLedger({
    book: (org) => (method, args) =>
      (next().book[method] as (org: string, ...args: unknown[]) => Promise<never>)(org, ...args),
    directory: (method, args) =>
      (next().directory[method] as (...args: unknown[]) => Promise<never>)(...args),
    close: async () => void (await Promise.all(ledgers.map((ledger) => ledger.close()))),
  })
}
