import { playChaos } from './chaos.ts'
import { reportOf } from './report.ts'
import { planScenario, type Scenario } from './scenario.ts'

/**
 * `npm run chaos`: the long form. CHAOS_SECONDS (150), CHAOS_SEED (a new one each time), CHAOS_WRITERS (32) and CHAOS_LEDGER
 * (`sqlite`, `redis`, or both where absent) say what is played. Ends with 1 if anything is wrong with the books.
 */

function numberFrom(name: string, usual: number): number {
  const text = process.env[name]
  const number = text ? Number(text) : usual
  if (!Number.isFinite(number)) throw new Error(`${name} must be a number.`)
  return number
}

function ledgers(): Scenario['ledger'][] {
  const named = process.env['CHAOS_LEDGER']
  if (named === undefined || named === '') return ['sqlite', 'redis']
  if (named === 'sqlite' || named === 'redis') return [named]
  throw new Error('CHAOS_LEDGER must be sqlite or redis.')
}

/** Where there is but one gateway, it must have time to do something in between. */
const gapsMs = { sqlite: [1_000, 6_000], redis: [300, 3_000] } as const

const seed = numberFrom('CHAOS_SEED', Math.floor(Math.random() * 1_000_000))
const seconds = numberFrom('CHAOS_SECONDS', 150)
const writers = numberFrom('CHAOS_WRITERS', 32)

for (const ledger of ledgers()) {
  console.log(`Playing ${seconds} s on ${ledger} with CHAOS_SEED=${seed} …`)
  const pace = { lease: 3, firstByte: 5, idle: 2, total: 20 }
  const outcome = await playChaos(
    planScenario({ seed, ledger, seconds, writers, pace, calmSeconds: 15, gapMs: gapsMs[ledger] }),
  )
  console.log(`\n${reportOf(outcome)}`)
  if (outcome.folder !== undefined) process.exitCode = 1
}
