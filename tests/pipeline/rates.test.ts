import { describe, expect, test } from 'vitest'
import type { OpenCall } from '../../src/ledger/call.ts'
import type { Rate } from '../../src/core/rate.ts'
import { endless, streamOf, worldWithHabit } from './cutting.ts'
import { answer, catalogue, costAtFirst, request, stream, worldWith } from './two-providers.ts'

const change = { actor: 'root' }
const priced = (rate: number) => {
  return {
    input: rate,
    cachedInput: rate,
    cacheWrite: rate,
    inputAudio: rate,
    output: rate,
    outputAudio: rate,
  }
}
const markup: Rate = { kind: 'markup', basisPoints: 5000 }
/** Three times what the first provider takes. */
const card: Rate = { kind: 'card', prices: [{ models: ['both'], rates: priced(3_000_000) }] }

describe('an org that is charged by a rate of its own', () => {
  test.each([
    ['a markup', markup, 1.5 * costAtFirst],
    ['a card', card, 3 * costAtFirst],
    ['nothing on top', { kind: 'markup', basisPoints: -10_000 } as Rate, 0],
  ])(
    '%s: is charged that, and held for, while the provider’s cost stays what it is',
    async (_, rate, charge) => {
      const opened: OpenCall[] = []
      const world = await worldWith([answer, stream], (book) => ({
        open(org, call) {
          opened.push(call)
          return book.open(org, call)
        },
      }))
      await world.book.updateOrg('acme', { rate }, change)
      const served = await world.call(request)
      expect(Number(served.headers['x-weir-cost']) * 1e9).toBeCloseTo(charge)
      await world.call({ ...request, stream: true })
      for (const row of await world.rows()) {
        expect(row).toMatchObject({
          charge,
          providerCost: costAtFirst,
          attempts: [{ providerCost: costAtFirst }],
        })
        expect(row.hold.cost).toBeGreaterThanOrEqual(charge)
      }
      expect(await world.counts()).toMatchObject({ cost: { spent: 2 * charge, held: 0 } })
      const [first] = opened.at(-1)?.candidates ?? []
      expect(first?.floor.cost).toBe((charge / costAtFirst) * (first?.floorProviderCost ?? 0))
      expect(first?.floorProviderCost).toBe(1000 * (first?.floor.inputTokens ?? 0))
    },
  )

  test('holds more, and reports, by it', async () => {
    let asked = 0
    const world = await worldWithHabit([streamOf(...Array.from({ length: 20 }, () => 60))], {
      book: (book) => ({
        extend(org, id, step) {
          asked++
          expect(step.more.cost).toBe(1500 * step.more.outputTokens)
          expect(step.soFar.cost).toBe(1.5 * (step.providerCostSoFar ?? 0))
          return book.extend(org, id, step)
        },
      }),
    })
    await world.book.updateOrg('acme', { rate: markup }, change)
    await world.call(endless)
    expect(asked).toBeGreaterThan(0)
    const row = (await world.rows()).at(-1)
    const { inputTokens = 0, outputTokens = 0 } = row?.usage ?? {}
    expect(row).toMatchObject({ outcome: 'ok', charge: 1500 * (inputTokens + outputTokens) })
  })

  test.each([
    ['stays free under a markup', markup, 0],
    ['costs what its card says', card, 3 * costAtFirst],
  ])('a free model %s', async (_, rate, charge) => {
    const world = await worldWith([answer])
    const free = (catalogue.models.get('both') ?? []).map((offer) => ({ ...offer, free: true, cards: [] }))
    Object.assign(world.deps, { catalogue: { ...catalogue, models: new Map([['both', free]]) } })
    await world.book.updateOrg('acme', { rate }, change)
    await world.call(request)
    expect(await world.rows()).toMatchObject([{ charge, providerCost: 0 }])
  })

  test('pays for the attempt that served, by the prices of that one', async () => {
    const world = await worldWith([{ status: 500, body: ['{}'] }, answer])
    await world.book.updateOrg('acme', { rate: markup }, change)
    await world.call(request)
    expect(await world.rows()).toMatchObject([
      { charge: 1.5 * 5 * costAtFirst, providerCost: 5 * costAtFirst },
    ])
  })

  test('whose rate changes is charged by the new one from the next call on', async () => {
    const world = await worldWith([answer, answer])
    await world.call(request)
    await world.book.updateOrg('acme', { rate: markup }, change)
    await world.call(request)
    expect(await world.rows()).toMatchObject([{ charge: costAtFirst }, { charge: 1.5 * costAtFirst }])
  })
})
