import { describe, expect, test } from 'vitest'
import type { OpenCall } from '../../src/ledger/call.ts'
import type { Metric } from '../../src/ledger/limit.ts'
import { endless, streamOf, worldWithHabit } from './cutting.ts'
import { answer, catalogue, failing, request, stream, worldWith } from './two-providers.ts'

const whenShort = 'clamp' as const
const capOf = (body: Uint8Array | undefined) => {
  const sent = JSON.parse(Buffer.from(body ?? []).toString()) as Record<string, number>
  return sent['max_tokens'] ?? sent['max_completion_tokens']
}

async function worldThatNotes(...[scripts, more]: Parameters<typeof worldWith>) {
  const opened: OpenCall[] = []
  const world = await worldWith(scripts, (book) => {
    const changed = { ...book, ...more?.(book) }
    return {
      ...changed,
      open(org, call) {
        opened.push(call)
        return changed.open(org, call)
      },
    }
  })
  return { ...world, opened }
}

describe('a call that a limit covers only in part', () => {
  test.each([
    ['is clamped to what is left', { more: {}, amount: 40, clamped: 40 }],
    ['is clamped to what is left for each of its answers', { more: { n: 3 }, amount: 125, clamped: 41 }],
    ['is clamped where it names no cap', { more: { max_tokens: undefined }, amount: 700, clamped: 700 }],
    ['has what it asks for where that is left', { more: {}, amount: 50, clamped: undefined }],
  ])('%s', async (_, { more, amount, clamped }) => {
    const world = await worldThatNotes([answer])
    const id = await world.addLimit({ metric: 'output_tokens', per: 'day', amount, whenShort })
    const served = await world.call({ ...request, ...more })
    expect(served.headers['x-weir-clamped']).toBe(clamped === undefined ? undefined : String(clamped))
    expect(capOf(world.sent[0]?.request.body)).toBe(clamped ?? 50)
    expect(new Set(world.opened.map((call) => call.id)).size).toBe(1)
    expect(world.opened).toHaveLength(clamped === undefined ? 1 : 2)
    expect((await world.rows())[0]?.hold.outputTokens).toBeLessThanOrEqual(amount)
    expect(await world.limit(id)).toMatchObject({ spent: 4, held: 0 })
  })

  test('is told so where it serves: a provider that can put out less anyway is asked for that', async () => {
    const world = await worldThatNotes([failing(500), answer])
    const [first, second] = catalogue.models.get('both') ?? []
    const offers = [first, { ...second, maxOutputTokens: 500 }]
    Object.assign(world.deps, { catalogue: { ...catalogue, models: new Map([['both', offers]]) } })
    await world.addLimit({ metric: 'output_tokens', per: 'day', amount: 700, whenShort })
    const served = await world.call({ ...request, max_tokens: undefined })
    // The smallest of what is affordable: at the second that is all that it can put out.
    expect(world.sent.map(({ request }) => capOf(request.body))).toEqual([500, 500])
    expect(served.headers['x-weir-provider']).toBe('second')
    expect(served.headers['x-weir-clamped']).toBeUndefined()
  })

  test('is clamped by money to what the dearest of its providers gives for it', async () => {
    const world = await worldThatNotes([stream])
    const amount = 1_500_000
    const id = await world.addLimit({ per: 'day', amount, whenShort })
    const served = await world.call({ ...request, stream: true, max_tokens: 1000 })
    const cap = Number(served.headers['x-weir-clamped'])
    const [, dear] = world.opened.at(-1)?.candidates ?? []
    expect(dear?.hold.outputTokens).toBe(cap)
    expect(dear?.hold.cost).toBeLessThanOrEqual(amount)
    expect(dear?.hold.cost).toBeGreaterThan(amount - 5_000)
    expect(await world.limit(id)).toMatchObject({ spent: 14_000, held: 0 })
  })

  test.each<[Metric, number]>([
    ['output_tokens', 15],
    ['input_tokens', 10],
    ['requests', 0],
  ])('is refused where it cannot be clamped: %s', async (metric, amount) => {
    const world = await worldThatNotes([])
    await world.addLimit({ metric, per: 'day', amount, whenShort })
    await expect(world.call(request)).rejects.toMatchObject({ status: 429, code: 'quota_exceeded' })
    expect(world.opened).toHaveLength(1)
    expect(await world.counts()).toMatchObject({ concurrency: { held: 0 } })
  })

  test('is refused by a limit that denies, though another may clamp', async () => {
    const world = await worldThatNotes([])
    await world.addLimit({ metric: 'output_tokens', per: 'day', amount: 40, whenShort })
    await world.addLimit({ metric: 'output_tokens', per: 'month', amount: 10 })
    await expect(world.call(request)).rejects.toMatchObject({ limit: { per: 'month' } })
  })

  test('is clamped by one limit after the other, to the smallest', async () => {
    const world = await worldThatNotes([answer])
    await world.addLimit({ metric: 'output_tokens', per: 'day', amount: 40, whenShort })
    await world.addLimit({ metric: 'tokens', per: 'month', amount: 220, whenShort })
    const served = await world.call(request)
    const cap = Number(served.headers['x-weir-clamped'])
    expect(cap).toBeGreaterThanOrEqual(16)
    expect(cap).toBeLessThanOrEqual(40)
    expect(world.opened.length).toBeLessThanOrEqual(3)
  })

  test('is refused in the end if others keep taking what is left', async () => {
    let left = 45
    const world = await worldThatNotes([], (book) => ({
      open: async (org, call) => {
        await world.book.updateLimit('acme', id, { amount: (left -= 5) }, { actor: 'root' })
        return book.open(org, call)
      },
    }))
    const id = await world.addLimit({ metric: 'output_tokens', per: 'day', amount: left, whenShort })
    await expect(world.call(request)).rejects.toMatchObject({ code: 'quota_exceeded' })
    expect(world.opened).toHaveLength(5)
    expect(await world.counts()).toMatchObject({ concurrency: { held: 0 } })
  })

  test('is clamped by a rate to what has drained', async () => {
    const world = await worldThatNotes([answer])
    await world.addLimit({ metric: 'output_tokens', per: 'minute', amount: 30, whenShort })
    const served = await world.call(request)
    expect(served.headers['x-weir-clamped']).toBe('30')
  })
})

test('a stream with a habit is clamped only where not even that is left, and cut where more is not', async () => {
  const long = streamOf(...Array.from({ length: 20 }, () => 60))
  const world = await worldWithHabit([long, long])
  const id = await world.addLimit({ metric: 'output_tokens', per: 'day', amount: 200, whenShort })
  const first = await world.call(endless)
  expect(first.headers['x-weir-clamped']).toBeUndefined()
  expect(first.body.toString()).toContain('"reason":"budget"')
  const { spent } = await world.limit(id)
  const second = await world.call(endless)
  expect(second.headers['x-weir-clamped']).toBe(String(200 - spent))
})
