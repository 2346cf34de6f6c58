import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { sqliteLedger } from '../../../src/platform/node/sqlite-ledger.ts'
import { testLedger } from './contract.ts'
import { leaseMs, noon, TestOrg, type LedgerUnderTest, type MakeLedger } from './harness.ts'

const open = (folder: string, now: () => number): Ledger =>
  sqliteLedger({ folder, now, leaseMs, durability: 'normal', log: () => {} })

/** A crash leaves the files as they are in that moment: a copy of them is opened, while the first ledger still has its own. */
const makeSqliteLedger: MakeLedger = async ({ now }) => (await ledgerIn(now)).running

async function ledgerIn(
  now: () => number,
): Promise<{ running: LedgerUnderTest; root: string; folder: () => string }> {
  const root = mkdtempSync(join(tmpdir(), 'weir-ledger-'))
  let lives = 0
  const folder = () => join(root, String(lives))
  let ledger = open(folder(), now)
  const crash = async () => {
    const [dead, remains] = [ledger, folder()]
    lives += 1
    cpSync(remains, folder(), { recursive: true })
    await dead.close()
    ledger = open(folder(), now)
    return ledger
  }
  const destroy = async () => {
    await ledger.close()
    rmSync(root, { recursive: true })
  }
  return { running: { ledger, crash, destroy }, root, folder }
}

// The timer of the sweeper stands still, for the clock of the tests does.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

testLedger('sqlite', makeSqliteLedger, { crashSweeps: true, runs: 200 })
