import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { serverClock } from '../../src/ledger/redis/clock.ts'
import { connectRedis } from '../../src/ledger/redis/connection.ts'
import { redisLedger } from '../../src/ledger/redis/redis-ledger.ts'
import { sqliteLedger } from '../../src/platform/node/sqlite-ledger.ts'
import { startRedis } from '../../tests/support/redis.ts'

/** An engine, and what it stands on alone: two durable writes of a text, one for each step of a call. */
export interface Engine {
  readonly name: string
  readonly ledger: Ledger
  readonly raw: () => Promise<void>
  readonly rawName: string
  close(): Promise<void>
}

/** As long as a hold and a row are. */
const text = 'x'.repeat(1_100)
const leaseMs = 120_000

export function sqliteEngine(): Engine {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  const database = new DatabaseSync(join(folder, 'raw.sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  database.exec('CREATE TABLE texts (id TEXT PRIMARY KEY, body TEXT NOT NULL)')
  const insert = database.prepare('INSERT INTO texts VALUES (?, ?)')
  let count = 0
  const ledger = sqliteLedger({
    folder: join(folder, 'ledger'),
    durability: 'normal',
    leaseMs,
    now: () => Date.now(),
    log: () => {},
  })
  return {
    name: 'SQLite',
    rawName: 'two transactions of one insert',
    ledger,
    async raw() {
      for (let step = 0; step < 2; step++) {
        database.exec('BEGIN IMMEDIATE')
        insert.run(String(count++), text)
        database.exec('COMMIT')
      }
    },
    async close() {
      await ledger.close()
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const rawLua = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return redis.call('INCR', KEYS[1] .. ':count')"

export async function redisEngine(): Promise<Engine & { url: string }> {
  const server = await startRedis({ appendfsync: 'everysec', args: ['--auto-aof-rewrite-percentage', '0'] })
  const redis = new Redis(server.url)
  const sha = String(await redis.script('LOAD', rawLua))
  let count = 0
  const connection = connectRedis({ url: server.url, onError: () => {} })
  const ledger = redisLedger({ connection, clock: serverClock(), leaseMs })
  return {
    name: 'Redis',
    url: server.url,
    rawName: 'two EVALSHA of two writes',
    ledger,
    async raw() {
      for (let step = 0; step < 2; step++) await redis.evalsha(sha, 1, 'raw', String(count++), text)
    },
    async close() {
      await ledger.close()
      redis.disconnect()
      await server.stop()
    },
  }
}
