import { memoryLedger } from '../../../src/ledger/memory/memory-ledger.ts'
import { testLedger } from './contract.ts'

/** It forgets when its process ends, so a crash leaves it as it is. */
testLedger(
  'memory',
  async (options) => {
    const ledger = memoryLedger(options)
    return { ledger, crash: async () => ledger, destroy: () => ledger.close() }
  },
  { crashSweeps: false, runs: 200, capsEndUsers: true },
)
