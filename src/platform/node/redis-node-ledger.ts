import type { Log } from '../../core/log.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { serverClock } from '../../ledger/redis/clock.ts'
import { connectRedis, type RedisConnection } from '../../ledger/redis/connection.ts'
import { durabilityFaults } from '../../ledger/redis/durability.ts'
import { redisLedger, type RedisLedger } from '../../ledger/redis/redis-ledger.ts'
import { fileArchive } from './archive.ts'

export interface RedisNodeLedgerOptions {
  readonly url: string
  readonly leaseMs: number
  /** Folder to which rows are brought before they are deleted from Redis. */
  readonly archiveFolder: string
  readonly log: Log
}

const sweepEveryMs = 5_000
const drainEveryMs = 60_000
/** Rows stay in Redis for so long. */
const keepRowsMs = 48 * 3_600_000

/** The ledger of a Node process among others that share a Redis. */
export function redisNodeLedger({ url, leaseMs, archiveFolder, log }: RedisNodeLedgerOptions): Ledger {
  const connection = connectRedis({
    url,
    onError: (reason) => log('warn', 'redis-unreachable', { reason }),
  })
  const ledger = redisLedger({ connection, clock: serverClock(), leaseMs })
  let looked = false
  const lookOnce = async () => {
    if (!looked) await warnOfFaults(connection, log)
    looked = true
  }
  lookOnce().catch(() => {})
  const draining = { archive: fileArchive(archiveFolder), keepMs: keepRowsMs }
  const stops = [
    repeat(sweepEveryMs, lookOnce, log),
    repeat(sweepEveryMs, () => visit(ledger, (org) => ledger.book.sweep(org, 'expired'), log), log),
    repeat(drainEveryMs, () => visit(ledger, (org) => ledger.drain(org, draining), log), log),
  ]
  return {
    ...ledger,
    async close() {
      for (const stop of stops) stop()
      await ledger.close()
    },
  }
}

/** Looks at how Redis keeps its data, once it can be reached. */
async function warnOfFaults(connection: RedisConnection, log: Log): Promise<void> {
  for (const fault of await durabilityFaults(connection)) log('warn', 'redis-not-durable', { fault })
}

/** Does something for every org; what goes wrong in one is logged, and keeps no other waiting. */
async function visit(ledger: RedisLedger, work: (org: string) => Promise<unknown>, log: Log): Promise<void> {
  for (let after: string | undefined; ;) {
    const { data, hasMore } = await ledger.directory.list({
      limit: 100,
      ...(after !== undefined && { after }),
    })
    for (const { slug } of data)
      await work(slug).catch((error: unknown) =>
        log('error', 'ledger-upkeep-failed', { org: slug, reason: String(error) }),
      )
    after = data.at(-1)?.slug
    if (!hasMore) return
  }
}

/** Does something again and again, with a pause after each time; failures are logged. Returns how to stop. */
function repeat(everyMs: number, work: () => Promise<void>, log: Log): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = () => {
    if (stopped) return
    // Not all processes at once.
    timer = setTimeout(run, everyMs * (0.75 + Math.random() / 2))
    timer.unref()
  }
  const run = () => {
    work()
      .catch((error: unknown) => log('warn', 'ledger-upkeep-failed', { reason: String(error) }))
      .finally(schedule)
  }
  schedule()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
