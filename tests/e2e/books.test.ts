import { describe, expect, test } from 'vitest'
import { expectBooksToAgree } from '../support/books.ts'
import { hosts } from '../support/hosts.ts'
import { expectFormula, playCalls } from '../support/mix.ts'
import { startWorld } from '../support/world.ts'

/** After a mix of calls that finished, failed and were cancelled, every row can be told from what callers and providers saw. */

const seed = Number(process.env['BOOKS_SEED'] ?? 20_261_123)
const calls = Number(process.env['BOOKS_CALLS'] ?? 200)

describe.each(hosts)('the books ($host)', (host) => {
  test(`agree to the nanoUSD after ${calls} calls of all kinds (BOOKS_SEED=${seed})`, async () => {
    const world = await startWorld(host)
    try {
      const limits = [
        { metric: 'cost', per: 'month', amount: '1000' },
        { metric: 'tokens', per: 'lifetime', amount: 100_000_000, models: ['acme-chat'] },
        { metric: 'requests', per: 'lifetime', amount: 1_000_000 },
      ]
      const tenant = await world.tenant({ keyLimits: limits, projectLimits: limits })
      const played = await playCalls(world, tenant, { seed, calls })
      const rows = await tenant.settled(played.length)
      await expectBooksToAgree(tenant)
      expectFormula(world, rows, played)
      expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['ok', 'failed', 'cancelled']))
      expect(new Set(rows.map((row) => row.usage_source))).toEqual(new Set(['exact', 'counted', 'floor']))
    } finally {
      await world.stop()
    }
  }, 60_000)
})
