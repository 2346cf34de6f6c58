/// <reference types="@cloudflare/vitest-plugin/types" />
import { abortAllDurableObjects } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { durableLedger, type LedgerBindings } from '../../../src/platform/workers/durable-ledger.ts'
import { testLedger } from './contract.ts'
import type { MakeLedger } from './harness.ts'

function hasLedgers(bindings: object): bindings is LedgerBindings {
  return 'ORG_LEDGER' in bindings && 'ORG_DIRECTORY' in bindings
}

/** Objects share the isolate of the tests, so they see its clock. */
const makeDurableLedger: MakeLedger = async ({ now }) => {
  if (!hasLedgers(env)) throw new Error('wrangler.toml binds no ledger.')
  const clock = vi.spyOn(Date, 'now').mockImplementation(now)
  const ledger = durableLedger(env)
  const crash = async () => {
    await abortAllDurableObjects()
    return ledger
  }
  return { ledger, crash, destroy: async () => clock.mockRestore() }
}

testLedger('durable object', makeDurableLedger, { crashSweeps: false, runs: 30 })
