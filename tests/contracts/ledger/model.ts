import fc from 'fast-check'
import { it } from 'vitest'
import { leaseMs, type MakeLedger } from './harness.ts'
import { checkBooks } from './model-books.ts'
import { sweep } from './model-calls.ts'
import { check, start, take } from './model-run.ts'
import type { Script } from './script.ts'
import { scripts } from './scripts.ts'
import { World } from './world.ts'

export interface ModelOptions {
  /** Whether a crash ends every call that was under way: so where one process owns the ledger. */
  readonly crashSweeps: boolean
  /** How many random scripts to run, unless `FC_RUNS` says otherwise. */
  readonly runs: number
  /** Whether it can be given a small number of counters for end users: what needs that is not asked of others. */
  readonly capsEndUsers?: true
  /** How many calls come at once in the largest bursts; 1000 where absent. */
  readonly burst?: number
}

/** `FC_SEED` runs again what a failure printed. */
export function modelPromises(makeLedger: MakeLedger, options: ModelOptions): void {
  const { FC_RUNS, FC_SEED } = process.env
  const parameters = { numRuns: Number(FC_RUNS || options.runs), ...(FC_SEED && { seed: Number(FC_SEED) }) }
  it('answers as the model does, whatever happens in whatever order', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, (script) => play(makeLedger, script, options.crashSweeps)),
      parameters,
    )
  })
}

async function play(makeLedger: MakeLedger, script: Script, crashSweeps: boolean): Promise<void> {
  const clock = { time: script.start }
  const running = await makeLedger({ now: () => clock.time, leaseMs })
  try {
    const world = new World(running, clock, { budget: script.budget, crashSweeps })
    await start(world, script)
    for (const [count, step] of script.steps.entries()) {
      await take(world, step)
      await check(world, count)
    }
    clock.time += 100 * 86_400_000
    await sweep(world)
    await check(world)
    await checkBooks(world)
    clock.time = script.start
    await checkBooks(world)
  } finally {
    await running.destroy()
  }
}
