import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { endless, noting, streamOf, worldWithHabit } from './cutting.ts'
import { silence } from './scripted.ts'
import { noon } from './world.ts'

/** Streams that a limit does not cover to their end. At the first provider a token costs 1,000 nanoUSD. */

const perToken = 1_000
const nothingHeld = { cost: { held: 0 }, concurrency: { held: 0 }, requests: { held: 0 } }

describe('a budget that covers no more', () => {
  test('ends the stream as one that reached its cap, and says why; what went by is paid', async () => {
    const world = await worldWithHabit([streamOf(...Array.from({ length: 50 }, () => 60), silence)])
    const id = await world.addLimit({ metric: 'output_tokens', per: 'lifetime', amount: 350 })
    const served = await world.call(endless)
    const last = world.chunksOf(served.body).at(-1)
    expect(last?.choices).toEqual([expect.objectContaining({ index: 0, finish_reason: 'length' })])
    expect(last?.weir).toMatchObject({
      reason: 'budget',
      limit: { id, metric: 'output_tokens', amount: 350, spent: 0 },
    })
    expect(served.body.toString()).toMatch(/data: \[DONE\]\n\n$/)
    expect(world.sent[0]?.exchange.aborted).toBeDefined()
    const row = (await world.rows()).at(-1)
    expect(row).toMatchObject({ outcome: 'cut', source: 'counted', attempts: [{ status: 200 }] })
    expect(row?.charge).toBe(row?.providerCost)
    const { spent, held } = await world.limit(id)
    expect({ spent, held }).toEqual({ spent: row?.usage.outputTokens, held: 0 })
    // All of it was given out, to the last small step.
    expect(row?.hold.outputTokens).toBeGreaterThan(350 - 16)
    expect(spent).toBeGreaterThan((350 - 32) * 0.75)
    expect(await world.counts()).toMatchObject(nothingHeld)
  })

  test('is asked again only when the hold is used up, for half as much each time', async () => {
    const { book, steps } = noting()
    const world = await worldWithHabit([streamOf(...Array.from({ length: 200 }, () => 6))], { book })
    await world.addLimit({ metric: 'output_tokens', per: 'lifetime', amount: world.bound })
    await world.call(endless)
    const asked = steps.map(({ more }) => more.outputTokens)
    const expected = [world.bound]
    for (let step = world.bound; step > 16; expected.push(step)) step = Math.max(16, Math.floor(step / 2))
    expect(asked).toEqual(expected)
  })

  test('tells what it cost to nobody who did not ask for that', async () => {
    const world = await worldWithHabit([streamOf(...Array.from({ length: 50 }, () => 60))])
    await world.addLimit({ metric: 'output_tokens', per: 'lifetime', amount: 200 })
    const served = await world.call({ ...endless, stream_options: { include_usage: true } })
    const last = world.chunksOf(served.body).at(-1)
    expect(last?.usage).toBeDefined()
    expect(last?.weir).toBeUndefined()
  })

  test('is overrun by no more than one read, whatever comes and however it comes', async () => {
    const reads = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        reads,
        fc.integer({ min: 120, max: 1200 }),
        fc.boolean(),
        async (reads, amount, isCost) => {
          const world = await worldWithHabit([streamOf(...reads)])
          const limit = { per: 'lifetime', amount: isCost ? (amount + 250) * perToken : amount } as const
          const id = await world.addLimit({ ...limit, metric: isCost ? 'cost' : 'output_tokens' })
          const served = await world.call({ ...endless, model: 'first/both' })
          const row = (await world.rows()).at(-1)
          const total = reads.reduce((sum, read) => sum + read, 0)
          expect(row?.outcome).toMatch(/^(ok|cut)$/)
          expect(served.body.toString()).toMatch(/data: \[DONE\]\n\n$/)
          if (row?.outcome === 'ok') expect(row.usage.outputTokens).toBe(Math.ceil(total / 4))
          const { spent, held } = await world.limit(id)
          expect(held).toBe(0)
          const oneRead = Math.ceil(Math.max(...reads) / 4) * (isCost ? perToken : 1)
          expect(spent).toBeLessThanOrEqual(limit.amount + oneRead)
          expect(await world.counts()).toMatchObject(nothingHeld)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('at first, but has room again before the hold is used up, cuts nothing', async () => {
    let refusals = 0
    const { book, steps } = noting((real) => ({
      extend: (org, id, step) => {
        if (refusals++ > 0) return real.extend(org, id, step)
        return real.open(org, { id, keyHash: '', policyVersion: '', candidates: [] }).then(() => ({
          kind: 'refusal' as const,
          code: 'budget_held' as const,
          message: 'Held.',
          limit: { limit: limitOf(), spent: 0, held: 1, requested: 1 },
        }))
      },
    }))
    const world = await worldWithHabit([streamOf(...Array.from({ length: 20 }, () => 60))], { book })
    const served = await world.call(endless)
    expect(served.body.toString()).not.toContain('budget')
    const [whole, half] = steps.map(({ more }) => more.outputTokens)
    expect(half).toBe(Math.floor((whole ?? 0) / 2))
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'ok' })
  })
})

function limitOf() {
  const scope = { type: 'org', id: 'org_acme' } as const
  return { id: 'lim_1', scope, metric: 'cost', per: 'day', amount: 1, createdAt: 0 } as const
}

describe('a ledger that cannot be reached for more', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: noon })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const unreachable = () => noting(() => ({ extend: () => Promise.reject(new Error('no such host')) }))

  test('is waited for while the hold covers the stream, and five seconds in all; then an error ends it', async () => {
    const { book, steps } = unreachable()
    const world = await worldWithHabit([streamOf(...Array.from({ length: 10 }, () => 60))], { book })
    let ended = false
    const calling = world.call(endless).finally(() => (ended = true))
    await vi.advanceTimersByTimeAsync(4_999)
    expect(ended).toBe(false)
    expect(steps.length).toBeGreaterThan(3)
    await vi.advanceTimersByTimeAsync(1)
    const served = await calling
    expect(world.chunksOf(served.body).at(-1)?.error?.code).toBe('ledger_unavailable')
    expect(served.body.toString()).not.toContain('[DONE]')
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'cut', source: 'counted' })
    expect(await world.counts()).toMatchObject(nothingHeld)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('but answers in time is no harm', async () => {
    let failures = 0
    const { book } = noting((real) => ({
      extend: (...step) =>
        failures++ < 3 ? Promise.reject(new Error('no such host')) : real.extend(...step),
    }))
    const world = await worldWithHabit([streamOf(...Array.from({ length: 10 }, () => 60))], { book })
    const calling = world.call(endless)
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await calling).body.toString()).toContain('[DONE]')
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'ok' })
  })

  test('and a caller that leaves meanwhile is settled at once', async () => {
    const { book } = unreachable()
    const world = await worldWithHabit([streamOf(...Array.from({ length: 10 }, () => 60))], { book })
    const caller = world.callerWith()
    const calling = world.call(endless, caller)
    await vi.advanceTimersByTimeAsync(1_000)
    caller.leave()
    await vi.advanceTimersByTimeAsync(0)
    await calling
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'cancelled', source: 'counted' })
    expect(await world.counts()).toMatchObject(nothingHeld)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('because it swept the call is an error too, and what went by is paid', async () => {
    const { book } = noting((real) => ({
      extend: async (org, id, step) => {
        await real.sweep(org, 'all')
        return real.extend(org, id, step)
      },
    }))
    const world = await worldWithHabit([streamOf(...Array.from({ length: 10 }, () => 60))], { book })
    const served = await world.call(endless)
    expect(world.chunksOf(served.body).at(-1)?.error?.code).toBe('ledger_unavailable')
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'cut', source: 'counted' })
  })
})
