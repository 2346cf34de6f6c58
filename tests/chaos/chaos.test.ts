import { expect, test } from 'vitest'
import { playChaos } from './chaos.ts'
import { reportOf } from './report.ts'
import { planScenario } from './scenario.ts'

/** Gateways, Redis, providers and clients go away in the midst of calls; the books are right all the same. `npm run chaos` is the long form. */

const seed = Number(process.env['CHAOS_SEED'] ?? 20_261_123)
/** One gateway needs time between two faults to do anything at all. */
const gapsMs = { sqlite: [500, 1_500], redis: [200, 900] } as const
const size = {
  seconds: 5,
  calmSeconds: 0,
  writers: 10,
  pace: { lease: 1.5, firstByte: 2, idle: 1, total: 5 },
} as const

test.concurrent.each(['sqlite', 'redis'] as const)(
  `on %s the books are right after chaos (CHAOS_SEED=${seed})`,
  async (ledger) => {
    const scenario = planScenario({ ...size, seed, ledger, gapMs: gapsMs[ledger] })
    const outcome = await playChaos(scenario)
    const broken = outcome.findings.filter(({ faults }) => faults.length > 0)
    expect(broken, reportOf(outcome)).toEqual([])
    expect(outcome.evidence.told.some(({ answered }) => answered)).toBe(true)
  },
  60_000,
)
