import { describe, expect, test } from 'vitest'
import { endless, streamOf, worldWithHabit } from './cutting.ts'
import { answer, request } from './two-providers.ts'
import type { Script } from './scripted.ts'

/** A budget of which four fifths are spent, and twenty calls at once that it covers by far. */

const calls = 20
const rounds = 25
const model = 'first/both'

/** Small numbers that are the same each time. */
function* numbersFrom(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

/** Streams as long as is usual: up to 100 tokens of four bytes, a few tokens at each read. */
function usualStreams(count: number): Script[] {
  const random = numbersFrom(7)
  return Array.from({ length: count }, () => {
    const tokens = 1 + Math.floor(random.next().value ** 2 * 99)
    return streamOf(...Array.from({ length: Math.ceil(tokens / 4) }, () => 16))
  })
}

/** Has the calls made together, round after round, with the budget at four fifths before each. */
async function refusalsOf(scripts: readonly Script[], body: object) {
  const world = await worldWithHabit(scripts)
  const id = await world.addLimit({ per: 'lifetime', amount: 100_000_000 })
  await world.book.adjust('acme', { id: 'adj_1', charge: 60_000_000 }, { actor: 'root' })
  let refused = 0
  for (let round = 0; round < rounds; round++) {
    const { spent } = await world.limit(id)
    await world.book.updateLimit('acme', id, { amount: Math.ceil(spent / 0.8) }, { actor: 'root' })
    const ended = await Promise.allSettled(Array.from({ length: calls }, () => world.call(body)))
    refused += ended.filter(({ status }) => status === 'rejected').length
  }
  const rows = (await world.rows()).slice(-calls * rounds)
  const cut = rows.filter(({ outcome }) => outcome !== 'ok').length
  return { refused, cut, rows: rows.length }
}

const none = { refused: 0, cut: 0, rows: calls * rounds }

describe('of twenty calls at once, none is refused', () => {
  test('where they are streamed, without a cap, and their like are known', async () => {
    expect(await refusalsOf(usualStreams(calls * rounds), { ...endless, model })).toEqual(none)
  })

  test('where they are not streamed, and have a cap', async () => {
    const answers = Array.from({ length: calls * rounds }, () => answer)
    expect(await refusalsOf(answers, { ...request, model, max_tokens: 100 })).toEqual(none)
  })

  test('which they would be, were each held for by all that the model can put out', async () => {
    const answers = Array.from({ length: calls * rounds }, () => answer)
    const { refused } = await refusalsOf(answers, { ...request, model, max_tokens: undefined })
    expect(refused).toBeGreaterThan(0)
  })
})
