import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { sqliteLedger } from '../../../src/platform/node/sqlite-ledger.ts'
import { leaseMs, type LedgerOptions, type LedgerUnderTest, type MakeLedger } from './harness.ts'

/** The sweeper's timer stands still, as the clock of the tests does. */
export function stopTimers(): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())
}

export interface SqliteUnderTest extends LedgerUnderTest {
  /** Where its files are now. */
  folder(): string
}

/** A ledger in a folder of its own. A crash copies the files as they are in that moment, while they are open, and opens the copy. */
export async function sqliteUnderTest(
  now: () => number,
  more: Pick<LedgerOptions, 'maxEndUsers'> = {},
): Promise<SqliteUnderTest> {
  const root = mkdtempSync(join(tmpdir(), 'weir-ledger-'))
  let lives = 0
  const folder = () => join(root, String(lives))
  let ledger = openLedger(folder(), now, more)
  const crash = async () => {
    const [dead, remains] = [ledger, folder()]
    lives += 1
    cpSync(remains, folder(), { recursive: true })
    await dead.close()
    ledger = openLedger(folder(), now, more)
    return ledger
  }
  const destroy = async () => {
    await ledger.close()
    rmSync(root, { recursive: true })
  }
  return { ledger, folder, crash, destroy }
}

export function openLedger(
  folder: string,
  now: () => number,
  more: Pick<LedgerOptions, 'maxEndUsers'> = {},
): Ledger {
  return sqliteLedger({ folder, now, leaseMs, durability: 'normal', log: () => {}, ...more })
}

export const makeSqliteLedger: MakeLedger = ({ now, ...more }) => sqliteUnderTest(now, more)
