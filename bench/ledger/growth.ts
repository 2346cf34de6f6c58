import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { sqliteLedger } from '../../src/platform/node/sqlite-ledger.ts'
import { medianOf } from './measure.ts'
import { open, org, setUp, settle } from './tenant.ts'

const dayMs = 86_400_000
const times = 2_001
/** Calls are spread over so many days, as a month's books are. */
const days = 30

/** One line of the table: what a call and a question take once there are so many rows and keys. */
export interface Grown {
  readonly rows: number
  readonly keys: number
  /** With a key that is in use. */
  readonly openUs: number
  /** With a key that was not used since the gateway started; undefined where there are too few. */
  readonly firstOpenUs: number | undefined
  readonly settleUs: number
  readonly usageUs: number
}

/** Fills a book, and measures what it then takes to open a call, to settle it, and to ask for a month by model and day. */
export async function grow(rows: number, keys: number): Promise<Grown> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  const clock = { now: Date.UTC(2026, 0, 1) }
  const start = () =>
    sqliteLedger({ folder, durability: 'normal', leaseMs: 120_000, now: () => clock.now, log: () => {} })
  let ledger = start()
  try {
    const hashes = await setUp(ledger, keys)
    await fill(ledger, { rows, hashes, tick: () => (clock.now += (days * dayMs) / rows) })
    const inUse = await measured(ledger, hashes[0] ?? '', clock)
    await ledger.close()
    ledger = start()
    return { rows, keys, ...inUse, firstOpenUs: await firstOpens(ledger, hashes) }
  } finally {
    await ledger.close()
    rmSync(folder, { recursive: true })
  }
}

async function fill(
  ledger: Ledger,
  { rows, hashes, tick }: { rows: number; hashes: readonly string[]; tick: () => void },
): Promise<void> {
  // Few enough that every hour of the month has some: sums are kept by the hour.
  const batch = Math.min(100, Math.ceil(rows / (days * 48)))
  for (let made = 0; made < rows; made += batch) {
    const calls = Array.from({ length: Math.min(batch, rows - made) }, (_, nth) => made + nth)
    await Promise.all(
      calls.map(async (nth) => {
        tick()
        await settle(ledger, await open(ledger, keyAt(hashes, nth)))
      }),
    )
  }
}

async function measured(ledger: Ledger, hash: string, clock: { now: number }) {
  const ids: string[] = []
  const openUs = await medianOf(async () => ids.push(await open(ledger, hash)), times)
  const settleUs = await medianOf(() => settle(ledger, ids.pop() ?? ''), times)
  const month = {
    from: clock.now - days * dayMs,
    to: clock.now + 1,
    bucket: 'day',
    groupBy: ['model'],
  } as const
  const usageUs = await medianOf(() => ledger.book.usage(org, month), 101)
  return { openUs, settleUs, usageUs }
}

/** Each with another key, spread over them all. */
async function firstOpens(ledger: Ledger, hashes: readonly string[]): Promise<number | undefined> {
  if (hashes.length < 2) return undefined
  let nth = 0
  return medianOf(() => open(ledger, keyAt(hashes, nth++ * 7919)), Math.min(hashes.length, times))
}

function keyAt(hashes: readonly string[], nth: number): string {
  return hashes[nth % hashes.length] ?? ''
}
