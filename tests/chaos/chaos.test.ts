import { expect, test } from 'vitest'
import { playChaos } from './chaos.ts'
import { reportOf } from './report.ts'
import { planScenario } from './scenario.ts'

/** Gateways, Redis, providers and clients go away in the midst of calls; the books are right all the same. `npm run chaos` is the long form. */

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_123)
const pace = { lease: 2, firstByte: 3, idle: 1, total: 8 }

test.concurrent.each(['sqlite', 'redis'] as const)(
  `on %s the books are right after chaos (CHAOS_SEED=${seed})`,
  async (ledger) => {
    const scenario = planScenario({
      seed,
      ledger,
      seconds: 6,
      calmSeconds: 0,
      writers: 12,
      pace,
      gapMs: [200, 900],
    })
    const outcome = await playChaos(scenario)
    const broken = outcome.findings.filter(({ faults }) => faults.length > 0)
    expect(broken, reportOf(outcome)).toEqual([])
    expect(outcome.evidence.told.some(({ answered }) => answered)).toBe(true)
  },
  60_000,
)
