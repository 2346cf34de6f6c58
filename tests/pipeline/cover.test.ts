import { describe, expect, test, vi } from 'vitest'
import { endless, noting, streamOf, worldWithHabit } from './cutting.ts'
import { catalogue } from './two-providers.ts'

/** Streams for which less is held at first than they may put out. At the first provider a token costs 1,000 nanoUSD. */

const perToken = 1_000
const nothingHeld = { cost: { held: 0 }, concurrency: { held: 0 }, requests: { held: 0 } }

describe('a stream whose like is known', () => {
  test('is held for by its habit, not by all that the model can put out', async () => {
    const { book, heldAtFirst } = noting()
    const world = await worldWithHabit([streamOf(40)], { book })
    await world.call(endless)
    expect(world.bound).toBeGreaterThanOrEqual(100)
    expect(heldAtFirst()).toBe(world.bound)
    expect(JSON.parse(Buffer.from(world.sent[0]?.request.body ?? []).toString())).toMatchObject({
      max_completion_tokens: 1000,
    })
  })

  test.each([
    ['one that is not streamed', { ...endless, stream: false, max_tokens: 900 }, 900],
    ['one of another model', { ...endless, model: 'other' }, 1000],
    ['one with a cap near its habit', { ...endless, max_tokens: 150 }, 150],
  ])('%s is held for in full', async (_, body, held) => {
    const { book, heldAtFirst } = noting()
    const world = await worldWithHabit([streamOf(40)], { book })
    await world.call(body)
    expect(heldAtFirst()).toBe(held)
  })

  test('one of a model that hides output is held for in full', async () => {
    const { book, heldAtFirst } = noting()
    const hiding = new Map([
      ['both', (catalogue.models.get('both') ?? []).map((offer) => ({ ...offer, hidesOutput: true }))],
    ])
    const world = await worldWithHabit([streamOf(40)], { book, catalogue: { ...catalogue, models: hiding } })
    await world.call(endless)
    expect(heldAtFirst()).toBe(1000)
  })
})

describe('as it goes on', () => {
  test('more is held before it goes down, in steps that double, and never more than the cap', async () => {
    const { book, steps } = noting()
    const reads = Array.from({ length: 60 }, () => 50)
    const world = await worldWithHabit([streamOf(...reads)], { book })
    const served = await world.call(endless)
    const { bound } = world
    expect(steps.map(({ more }) => more.outputTokens)).toEqual(
      [bound, 2 * bound, 4 * bound, 1000 - 8 * bound].filter((tokens) => tokens > 0),
    )
    expect(steps.map(({ seq }) => seq)).toEqual(steps.map((_, index) => index + 1))
    for (const { more } of steps)
      expect(more).toMatchObject({ inputTokens: 0, cost: more.outputTokens * perToken })
    for (const [index, { soFar, providerCostSoFar }] of steps.entries()) {
      const held = bound * 2 ** index
      expect(soFar.outputTokens).toBeLessThanOrEqual(held)
      expect(soFar.cost).toBe(providerCostSoFar)
    }
    expect(served.body.toString()).toContain('[DONE]')
    expect(await world.counts()).toMatchObject(nothingHeld)
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'ok', hold: { outputTokens: 1000 } })
  })

  test('nothing is asked for where it stays well within its habit', async () => {
    const { book, steps } = noting()
    const world = await worldWithHabit([streamOf(40, 40)], { book })
    await world.call(endless)
    expect(steps).toEqual([])
  })

  test('no more is read than is held, plus one read, until more is', async () => {
    let grant = () => {}
    const asked = new Promise<void>((resolve) => (grant = resolve))
    const { book } = noting((real) => ({
      extend: async (...step) => {
        await asked
        return real.extend(...step)
      },
    }))
    const reads = Array.from({ length: 20 }, () => 60)
    const world = await worldWithHabit([streamOf(...reads)], { book })
    const calling = world.call(endless)
    const readsThatCover = Math.ceil((world.bound * 3) / 60)
    const last = `read ${1 + readsThatCover}`
    await vi.waitFor(() => expect(world.points.at(-1)).toBe(last))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(world.points.at(-1)).toBe(last)
    grant()
    expect((await calling).body.toString()).toContain('[DONE]')
  })

  test('an answer that was lost is asked for again under the same number, and counts once', async () => {
    let lost = 0
    const { book, steps } = noting((real) => ({
      extend: async (...step) => {
        const answer = await real.extend(...step)
        if (lost++ === 0) throw new Error('the connection broke')
        return answer
      },
    }))
    const world = await worldWithHabit([streamOf(...Array.from({ length: 10 }, () => 60))], { book })
    await world.call(endless)
    expect(steps[1]).toEqual(steps[0])
    const [first, , second] = steps
    expect(second?.seq).toBe((first?.seq ?? 0) + 1)
    const held = steps.slice(1).reduce((sum, { more }) => sum + more.outputTokens, world.bound)
    expect((await world.rows()).at(-1)?.hold.outputTokens).toBe(held)
  })
})

test('the next candidate has what is held for itself, and its own steps', async () => {
  const { book, steps } = noting()
  const failing = { status: 500, body: ['{}'] }
  const world = await worldWithHabit([failing, streamOf(...Array.from({ length: 20 }, () => 60))], { book })
  await world.call(endless)
  expect(steps[0]).toMatchObject({ candidate: 1, more: { outputTokens: world.bound } })
  expect(steps[0]?.more.cost).toBe(5 * perToken * world.bound)
  expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'ok', provider: 'second' })
})
