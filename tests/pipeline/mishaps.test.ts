import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Journal } from '../../src/pipeline/journal.ts'
import { endless, streamOf } from './cutting.ts'
import { scripted } from './scripted.ts'
import { catalogue, providers } from './two-providers.ts'
import { makeWorld, noon } from './world.ts'

/** Streams that are held for in steps, with a ledger that fails at any of them and a caller that leaves at any point. */

beforeEach(() => {
  vi.useFakeTimers({ now: noon })
})
afterEach(() => {
  vi.useRealTimers()
})

const nothingHeld = { cost: { held: 0 }, concurrency: { held: 0 }, requests: { held: 0 } }
const change = { actor: 'root' }

/** What a caller that stayed got at the end, by how its row ended. */
const endOf: Readonly<Record<string, RegExp>> = {
  ok: /^((?!"reason":"budget")[^])*$/,
  cut: /"reason":"budget"|ledger_unavailable/,
  cancelled: /^/,
}

interface Mishaps {
  readonly reads: readonly number[]
  /** Of each step that is sent: whether it arrives, and whether its answer does. */
  readonly steps: readonly ('answered' | 'lost' | 'answer lost')[]
  readonly amount: number
  readonly leavesAt: number
  readonly failsOpen: boolean
  readonly usage: boolean
}

async function play({ reads, steps, amount, leavesAt, failsOpen, usage }: Mishaps) {
  let point = 0
  let sent = 0
  const at = () => {
    if (point++ === leavesAt) caller.leave()
  }
  const journal: Journal = {
    complete: true,
    left: [],
    begin: async () => at(),
    end: async () => {},
    posted: () => {},
  }
  const transport = scripted([streamOf(...reads)], at)
  const world = await makeWorld({
    catalogue,
    providers,
    transport,
    journal,
    book: (book) => ({
      async extend(org, id, step) {
        at()
        const fate = steps[sent++ % steps.length]
        const answer = fate === 'lost' ? undefined : await book.extend(org, id, step)
        if (!answer || fate !== 'answered') throw new Error('the connection broke')
        return answer
      },
    }),
  })
  await world.learn('both', 100)
  if (failsOpen) await world.book.updateKey('acme', world.keyId, { failOpenAllowance: 200_000 }, change)
  const id = await world.addLimit({ metric: 'output_tokens', per: 'day', amount })
  const caller = world.callerWith({ 'x-weir-usage': String(usage) })
  const state = { ended: false }
  const calling = world.call({ ...endless, model: 'first/both' }, caller).finally(() => (state.ended = true))
  calling.catch(() => {})
  while (!state.ended) await vi.advanceTimersByTimeAsync(500)
  const served = await calling.catch(() => undefined)
  const text = served?.body.toString() ?? ''
  return { world, text, limit: await world.limit(id), rows: await world.rows() }
}

test('each call is settled once, as what it was; nothing stays held, nobody is overrun, no timer is left', async () => {
  const mishaps = fc.record<Mishaps>({
    reads: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
    steps: fc.array(fc.constantFrom('answered', 'lost', 'answer lost'), { minLength: 1, maxLength: 4 }),
    amount: fc.integer({ min: 120, max: 1500 }),
    leavesAt: fc.integer({ min: 2, max: 60 }),
    failsOpen: fc.boolean(),
    usage: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(mishaps, async (mishaps) => {
      const { world, text, limit, rows } = await play(mishaps)
      const [row, ...others] = rows.slice(20)
      expect(others).toEqual([])
      expect(row?.charge).toBe(row?.providerCost)
      expect(limit).toMatchObject({ spent: row?.usage.outputTokens, held: 0 })
      // What went on without the ledger is beyond its limits.
      const oneRead = Math.ceil(Math.max(...mishaps.reads) / 4)
      if (!mishaps.failsOpen) expect(limit.spent).toBeLessThanOrEqual(mishaps.amount + oneRead)
      expect(await world.counts()).toMatchObject(nothingHeld)
      expect(world.deps.outage.waiting).toBe(false)
      expect(vi.getTimerCount()).toBe(0)
      expect(text).toMatch(endOf[row?.outcome ?? 'none'] ?? 'none')
      expect(text.split('[DONE]').length).toBeLessThanOrEqual(2)
    }),
    { numRuns: 150 },
  )
})
