import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { noUsage } from '../../src/core/usage.ts'
import type { Settlement } from '../../src/ledger/call.ts'
import { hashKey } from '../../src/ledger/key-hash.ts'
import type { Journal } from '../../src/pipeline/journal.ts'
import { Outage } from '../../src/pipeline/outage.ts'
import { endless, streamOf } from './cutting.ts'
import { nothingHeld, notingJournal, usd, worldWithOutage } from './outages.ts'
import { costAtFirst } from './two-providers.ts'
import { noon } from './world.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: noon })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a call that was opened, and loses the ledger in the middle', () => {
  const long = streamOf(...Array.from({ length: 20 }, () => 60))

  async function begin(allowance: number, journal: Partial<Journal> = {}) {
    const world = await worldWithOutage([long], {
      allowance,
      journal,
      book: () => ({ extend: () => Promise.reject(new Error('no such host')) }),
    })
    world.reach.down = false
    await world.learn('both', 100)
    world.deps.authenticator.forget(world.callerWith())
    return world
  }

  test('goes on within the allowance, and is in the books once', async () => {
    const world = await begin(usd)
    const calling = world.call(endless)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(world.points).not.toContain('begin')
    await vi.advanceTimersByTimeAsync(1_000)
    const served = await calling
    expect(served.body.toString()).toContain('[DONE]')
    expect(world.points.filter((point) => /^(begin|end|posted)$/.test(point))).toEqual([
      'begin',
      'end',
      'posted',
    ])
    const rows = await world.rows()
    expect(rows.at(-1)).toMatchObject({ outcome: 'ok', usage: { outputTokens: 300 } })
    expect(rows).toHaveLength(21)
    expect(await world.counts()).toMatchObject(nothingHeld)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends with an error where it cannot be journalled, and is settled all the same', async () => {
    const world = await begin(usd, { begin: () => Promise.reject(new Error('disk full')) })
    const calling = world.call(endless)
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await calling).body.toString()).toContain('ledger_unavailable')
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'cut', source: 'counted' })
    expect(await world.counts()).toMatchObject(nothingHeld)
  })

  test('ends with an error where the allowance covers no more', async () => {
    const world = await begin(150_000)
    const calling = world.call({ ...endless, model: 'first/both' })
    await vi.advanceTimersByTimeAsync(5_000)
    const served = await calling
    expect(served.body.toString()).toContain('ledger_unavailable')
    const row = (await world.rows()).at(-1)
    expect(row).toMatchObject({ outcome: 'cut', source: 'counted' })
    expect(row?.usage.outputTokens).toBeGreaterThan(100)
    expect(await world.counts()).toMatchObject(nothingHeld)
    expect(world.deps.outage.waiting).toBe(false)
  })
})

describe('what an earlier life of the process left', () => {
  const usage = { ...noUsage, inputTokens: 10, outputTokens: 4 }
  const attempt = { provider: 'first', model: 'both', status: 200, latencyMs: 1, usage } as const
  const ended = (id: string): Settlement => ({
    id,
    attempts: [{ ...attempt, source: 'exact', providerCost: costAtFirst }],
    served: 0,
    source: 'exact',
    outcome: 'ok',
    charge: costAtFirst,
  })
  const floor = { inputTokens: 10, outputTokens: 0, cost: 11_000 }

  test.each([
    ['as it ended', true, { outcome: 'ok', source: 'exact', charge: costAtFirst, providerCost: costAtFirst }],
    [
      'as swept, where nobody knows how',
      false,
      { outcome: 'swept', source: 'floor', charge: 11_000, providerCost: 10_000 },
    ],
  ])('is posted when the ledger can be reached: %s', async (_, isSettled, row) => {
    const world = await worldWithOutage([])
    const id = newId('req', 'acme')
    const candidate = {
      model: 'both',
      provider: 'first',
      hold: { ...floor, outputTokens: 9 },
      floor,
      floorProviderCost: 10_000,
    }
    const call = { id, keyHash: hashKey(world.key), policyVersion: '1', candidates: [candidate] }
    const entry = { org: 'acme', call, openedAt: Date.now() }
    const points: string[] = []
    const left = [{ ...entry, ...(isSettled && { settlement: ended(id) }) }]
    const outage = new Outage({ ...world.deps, journal: notingJournal(points, { left }) })
    const stop = outage.keepPosting()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(points).toEqual([])
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(4_000)
    expect(points).toEqual(['posted'])
    expect(await world.rows()).toMatchObject([{ id, ...row }])
    await stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is dropped, and told to the operator, where the books will never take it', async () => {
    const world = await worldWithOutage([])
    world.reach.down = false
    const id = newId('req', 'acme')
    const call = { id, keyHash: 'unknown', policyVersion: '1', candidates: [] }
    const points: string[] = []
    const left = [{ org: 'acme', call, openedAt: 0, settlement: ended(id) }]
    const outage = new Outage({ ...world.deps, journal: notingJournal(points, { left }) })
    await outage.keepPosting()()
    expect(points).toEqual(['posted'])
    expect(world.logged).toContainEqual(['error', 'post-refused'])
  })
})
