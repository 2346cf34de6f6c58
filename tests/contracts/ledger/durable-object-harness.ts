/// <reference types="@cloudflare/vitest-plugin/types" />
import { abortAllDurableObjects } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { durableLedger, type LedgerBindings } from '../../../src/platform/workers/durable-ledger.ts'
import type { MakeLedger } from './harness.ts'

function hasLedgers(bindings: object): bindings is LedgerBindings {
  return 'ORG_LEDGER' in bindings && 'ORG_DIRECTORY' in bindings
}

export function ledgerBindings(): LedgerBindings {
  if (!hasLedgers(env)) throw new Error('wrangler.toml binds no ledger.')
  return env
}

/** The object of an org. */
export function objectOf(org: string) {
  const { ORG_LEDGER } = ledgerBindings()
  return ORG_LEDGER.get(ORG_LEDGER.idFromName(org))
}

/** Objects share the isolate of the tests, so they see its clock. All of them are aborted in a crash. */
export const makeDurableLedger: MakeLedger = async ({ now }) => {
  const clock = vi.spyOn(Date, 'now').mockImplementation(now)
  const ledger = durableLedger(ledgerBindings())
  const crash = async () => {
    await abortAllDurableObjects()
    return ledger
  }
  return { ledger, crash, destroy: async () => clock.mockRestore() }
}
