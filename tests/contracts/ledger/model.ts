import fc from 'fast-check'
import { expect, it } from 'vitest'
import { normaliseSum } from '../../../src/core/money.ts'
import type { Receipt } from '../../../src/ledger/call.ts'
import { coversModel, isRate, type Limit } from '../../../src/ledger/limit.ts'
import type { UsageLine } from '../../../src/ledger/report.ts'
import { windowOf } from '../../../src/ledger/window.ts'
import { leaseMs, type MakeLedger } from './harness.ts'
import { ModelRun } from './model-run.ts'
import { allPages } from './records.ts'
import { scripts, type Script } from './script.ts'

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
    const run = new ModelRun(running, clock, { budget: script.budget, crashSweeps })
    await run.start(script)
    for (const step of script.steps) {
      await run.take(step)
      await run.check()
    }
    clock.time += 100 * 86_400_000
    await run.sweep()
    await run.check()
    await checkBooks(run)
    clock.time = script.start
    await checkBooks(run)
  } finally {
    await running.destroy()
  }
}

/** With nothing under way, every counter is the sum over the rows that it counts, and so is every usage query. */
async function checkBooks(run: ModelRun): Promise<void> {
  expect(await run.org.book.nextExpiry()).toBeUndefined()
  const rows = await allPages(
    (query) => run.org.book.requests(query),
    (row) => row.id,
    7,
  )
  expect(rows).toEqual(
    await allPages(
      (query) => run.model.requests(query),
      (row) => row.id,
      100,
    ),
  )
  expect(rows.map(({ id }) => id)).toEqual(run.granted.map(({ call }) => call.id).toReversed())

  const states = await allPages(
    (query) => run.org.book.limits(query),
    ({ limit }) => limit.id,
    3,
  )
  for (const { limit, spent, held } of states) {
    expect(held).toBe(0)
    const opened = new Set(
      run.granted.filter(({ limits }) => limits.includes(limit.id)).map(({ call }) => call.id),
    )
    const counted = rows.filter(
      (row) => opened.has(row.id) && inWindow(limit, row.startedAt, run.org.clock.time),
    )
    if (!isRate(limit))
      expect({ limit, spent }).toEqual({ limit, spent: sumOf(counted, (row) => countOf(limit, row)) })
  }
  await checkReports(run, rows)
}

async function checkReports(run: ModelRun, rows: readonly Receipt[]): Promise<void> {
  for (const bucket of [undefined, 'hour', 'day', 'month'] as const) {
    const groupBy = bucket ? (['model', 'key'] as const) : (['project', 'key', 'model', 'provider'] as const)
    const query = { from: 0, to: Number.MAX_SAFE_INTEGER, groupBy, ...(bucket && { bucket }) }
    const lines = await run.both((book) => book.usage(query))
    if ('kind' in lines) throw new Error(lines.message)
    expect(sumOf(lines, (line) => line.requests)).toBe(rows.length)
    expect(sumOf(lines, (line) => line.inputTokens)).toBe(sumOf(rows, (row) => row.usage.inputTokens))
    expect(sumOf(lines, (line) => line.outputTokens)).toBe(sumOf(rows, (row) => row.usage.outputTokens))
    expect(moneyOf(lines, 'charge')).toEqual(
      normaliseSum(
        0,
        sumOf(rows, (row) => row.charge),
      ),
    )
    expect(moneyOf(lines, 'providerCost')).toEqual(
      normaliseSum(
        0,
        sumOf(rows, (row) => row.providerCost),
      ),
    )
  }
  const trail = async (book: ModelRun['model']) => {
    const lines = await allPages(
      (query) => book.audit(query),
      (line) => line.id,
      50,
    )
    return lines.map(({ at, actor, action, target }) => `${at} ${actor} ${action} ${target}`).toSorted()
  }
  expect(await trail(run.org.book)).toEqual(await trail(run.model))
}

function inWindow(limit: Limit, time: number, now: number): boolean {
  const { start, end } = windowOf(limit.per, now)
  return time >= start && time < end
}

/** What a row counts towards a limit that its call was opened under. */
function countOf(limit: Limit, row: Receipt): number {
  if (!coversModel(limit, row.model)) return 0
  const { inputTokens, outputTokens } = row.usage
  const sent = row.attempts.length > 0 ? 1 : 0
  const counts = {
    requests: sent,
    tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  }
  return { ...counts, cost: row.charge, concurrency: 0 }[limit.metric]
}

function sumOf<T>(records: readonly T[], count: (record: T) => number): number {
  return records.reduce((sum, record) => sum + count(record), 0)
}

function moneyOf(lines: readonly UsageLine[], field: 'charge' | 'providerCost') {
  return normaliseSum(
    sumOf(lines, (line) => line[field].usd),
    sumOf(lines, (line) => line[field].nano),
  )
}
