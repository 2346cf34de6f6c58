import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import type { Arena } from './arena.ts'
import { unlike } from './audit/lists.ts'

/** An org's books as they stand in the store itself, without any of the gateway's code. */
export interface RawBooks {
  /** Ids of calls that hold. */
  readonly holds: readonly string[]
  /** What each counter has in each window, where it is not nothing: `<counter> <start of the window>` to amount. */
  readonly spent: ReadonlyMap<string, bigint>
  readonly held: ReadonlyMap<string, bigint>
  readonly rowIds: readonly string[]
  /** What does not fit together in the store. */
  readonly faults: readonly string[]
}

export async function readRawBooks({ redis, folder }: Pick<Arena, 'redis' | 'folder'>, org: string) {
  if (!redis) return readSqlite(join(folder, 'data', 'orgs', `${org}.sqlite`))
  const client = new Redis(redis.url)
  try {
    return await readRedis(client, `weir:{${org}}:`)
  } finally {
    client.disconnect()
  }
}

/** Ids of calls that hold, of all orgs. */
export function heldInSqlite(folder: string): string[] {
  const orgs = join(folder, 'data', 'orgs')
  const files = readdirSync(orgs).filter((name) => name.endsWith('.sqlite'))
  return files.flatMap((name) => readSqlite(join(orgs, name)).holds)
}

function readSqlite(path: string): RawBooks {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA query_only = ON')
    const column = (text: string) =>
      database
        .prepare(text)
        .all()
        .map((row) => String(Object.values(row)[0]))
    const tallies = database.prepare('SELECT counter, window, spent FROM tallies').all()
    const spent = tallies.map(
      (row) => [`${row['counter']} ${row['window']}`, BigInt(Number(row['spent']))] as const,
    )
    return {
      holds: column('SELECT id FROM holds'),
      spent: new Map(spent.filter(([, amount]) => amount !== 0n)),
      // What is held follows from the open holds.
      held: new Map(),
      rowIds: column('SELECT id FROM requests'),
      faults: column('PRAGMA integrity_check').filter((line) => line !== 'ok'),
    }
  } finally {
    database.close()
  }
}

async function readRedis(client: Redis, prefix: string): Promise<RawBooks> {
  const [holds, leases, rows, marks] = await Promise.all([
    client.hkeys(`${prefix}holds`),
    client.zrange(`${prefix}leases`, '0', '-1'),
    client.hkeys(`${prefix}rows`),
    client.zrange(`${prefix}marks`, '0', '-1'),
  ])
  const tallies = await readTallies(client, prefix)
  return {
    holds: [...new Set([...holds, ...leases])],
    spent: tallies.spent,
    held: tallies.held,
    rowIds: rows,
    faults: [
      ...unlike(holds, leases).map((id) => `${id} has a hold without a lease, or a lease without a hold`),
      ...unlike(rows, marks).map((id) => `${id} has a row without a mark, or a mark without a row`),
    ],
  }
}

async function readTallies(client: Redis, prefix: string) {
  const amounts = { spent: new Map<string, bigint>(), held: new Map<string, bigint>() }
  const tallyPrefix = `${prefix}tally:`
  for (const key of await client.keys(`${tallyPrefix}*`)) {
    const counter = key.slice(tallyPrefix.length)
    for (const [window, tally] of Object.entries(await client.hgetall(key))) {
      const [spent = '', held = ''] = tally.split(' ')
      if (spent !== '0') amounts.spent.set(`${counter} ${window}`, BigInt(spent))
      if (held !== '0') amounts.held.set(`${counter} ${window}`, BigInt(held))
    }
  }
  return amounts
}
