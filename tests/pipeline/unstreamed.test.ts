import { describe, expect, test } from 'vitest'
import { endless, noting, worldWithHabit } from './cutting.ts'
import { answer } from './two-providers.ts'

describe('a provider that answers whole where a stream was asked for', () => {
  test('may, once all of its output is held', async () => {
    const { book, steps, heldAtFirst } = noting()
    const world = await worldWithHabit([answer], { book })
    const served = await world.call(endless)
    expect(served.status).toBe(200)
    expect((heldAtFirst() ?? 0) + (steps[0]?.more.outputTokens ?? 0)).toBe(1_000)
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'ok', source: 'exact' })
  })

  test('gets nothing passed on that a budget does not cover, and the caller pays nothing', async () => {
    const world = await worldWithHabit([answer])
    const id = await world.addLimit({ metric: 'output_tokens', per: 'lifetime', amount: 350 })
    await expect(world.call(endless)).rejects.toMatchObject({ code: 'budget_exceeded' })
    expect(world.sent[0]?.exchange.aborted).toBeDefined()
    expect((await world.rows()).at(-1)).toMatchObject({ outcome: 'failed', charge: 0 })
    expect(await world.limit(id)).toMatchObject({ spent: 0, held: 0 })
  })
})
