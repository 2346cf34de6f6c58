import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PriceCard, Rates } from '../../src/core/price.ts'
import { atCost, type Rate } from '../../src/core/rate.ts'
import { noUsage, type Usage } from '../../src/core/usage.ts'
import { chargeOf, mostChargeOf } from '../../src/metering/charge.ts'
import { costOf, mostCostOf } from '../../src/metering/cost.ts'

const flat = (rate: number): Rates => {
  return {
    input: rate,
    cachedInput: rate,
    cacheWrite: rate,
    inputAudio: rate,
    output: rate,
    outputAudio: rate,
  }
}

const price = fc.oneof(fc.nat(3000), fc.nat(1_000_000_000))
const rates = fc.record({
  input: price,
  cachedInput: price,
  cacheWrite: price,
  inputAudio: price,
  output: price,
  outputAudio: price,
})
const tier = fc.record({ aboveInputTokens: fc.nat(200_000), rates })
const card: fc.Arbitrary<PriceCard> = fc.record({
  id: fc.constant('acme/model@start'),
  rates,
  tiers: fc
    .uniqueArray(tier, { selector: (tier) => tier.aboveInputTokens, maxLength: 3 })
    .map((tiers) => tiers.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens)),
  webSearch: fc.nat(100_000_000_000),
})

const basisPoints = fc.integer({ min: -10_000, max: 100_000 })
const markup = basisPoints.map((basisPoints): Rate => ({ kind: 'markup', basisPoints }))
const model = fc.constantFrom('gpt-5.2', 'gpt-5.2-mini', 'qwen-max', 'glm-5')
const glob = fc.constantFrom('gpt-*', '*-max', 'glm-5', 'none')
const own = fc
  .array(fc.record({ models: fc.array(glob, { maxLength: 2 }), rates }), { maxLength: 3 })
  .map((prices): Rate => ({ kind: 'card', prices }))
const rate = fc.oneof(fc.constant(atCost), markup, own)

/** A usage whose parts lie within their totals. */
const usage: fc.Arbitrary<Usage> = fc
  .array(fc.oneof(fc.nat(5), fc.nat(100_000)), { minLength: 7, maxLength: 7 })
  .map(([plain = 0, cached = 0, write = 0, audio = 0, text = 0, spoken = 0, searches = 0]) => ({
    ...noUsage,
    inputTokens: plain + cached + write + audio,
    cachedInputTokens: cached,
    cacheWriteTokens: write,
    inputAudioTokens: audio,
    outputTokens: text + spoken,
    outputAudioTokens: spoken,
    webSearches: searches % 20,
  }))

/** The cost in picoUSD, token kind by token kind. */
function pico(card: PriceCard, usage: Usage): bigint {
  let rates = card.rates
  for (const tier of card.tiers) if (usage.inputTokens > tier.aboveInputTokens) rates = tier.rates
  const plain = usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens - usage.inputAudioTokens
  const lines: readonly (readonly [number, number])[] = [
    [plain, rates.input],
    [usage.cachedInputTokens, rates.cachedInput],
    [usage.cacheWriteTokens, rates.cacheWrite],
    [usage.inputAudioTokens, rates.inputAudio],
    [usage.outputTokens - usage.outputAudioTokens, rates.output],
    [usage.outputAudioTokens, rates.outputAudio],
    [usage.webSearches ?? 0, card.webSearch ?? 0],
  ]
  return lines.reduce((sum, [tokens, price]) => sum + BigInt(tokens) * BigInt(price), 0n)
}

test('at cost, the charge is the cost', () => {
  fc.assert(
    fc.property(card, model, usage, (card, model, usage) => {
      const pricing = { card, model, rate: atCost }
      const { inputTokens, outputTokens, webSearches = 0 } = usage
      expect(chargeOf(pricing, usage)).toBe(costOf(card, usage))
      expect(mostChargeOf(pricing, { inputTokens, outputTokens, webSearches })).toBe(
        mostCostOf(card, { inputTokens, outputTokens, webSearches }),
      )
    }),
  )
})

describe('a markup', () => {
  test('of nothing is cost', () => {
    fc.assert(
      fc.property(card, usage, (card, usage) => {
        const rate: Rate = { kind: 'markup', basisPoints: 0 }
        expect(chargeOf({ card, model: 'm', rate }, usage)).toBe(costOf(card, usage))
      }),
    )
  })

  test('rounds up, by less than one nanoUSD', () => {
    fc.assert(
      fc.property(card, usage, basisPoints, (card, usage, basisPoints) => {
        const charge = chargeOf({ card, model: 'm', rate: { kind: 'markup', basisPoints } }, usage)
        // In units of a ten-millionth of a nanoUSD nothing is a fraction.
        const exact = pico(card, usage) * BigInt(10_000 + basisPoints)
        const over = BigInt(charge) * 10_000_000n - exact
        expect(over >= 0n && over < 10_000_000n).toBe(true)
        expect(Number.isSafeInteger(charge)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('is taken of the exact cost, not of what was rounded', () => {
    const card = { id: 'a', rates: flat(1), tiers: [] }
    const charge = (outputTokens: number, basisPoints: number) =>
      chargeOf({ card, model: 'm', rate: { kind: 'markup', basisPoints } }, { ...noUsage, outputTokens })
    expect(charge(800, 2500)).toBe(1)
    expect(charge(801, 2500)).toBe(2)
    expect(charge(8_000_000, 1250)).toBe(9000)
    expect(charge(8_000_000, -5000)).toBe(4000)
    expect(charge(8_000_000, -10_000)).toBe(0)
    expect(charge(0, 2500)).toBe(0)
  })
})

describe('a card of its own', () => {
  const priceAt = (glob: string, price: number) => ({ models: [glob], rates: flat(price) })

  test("takes no account of the provider's prices of tokens, tiers neither; searches cost what they cost", () => {
    fc.assert(
      fc.property(card, rates, usage, (card, rates, usage) => {
        const rate: Rate = { kind: 'card', prices: [{ models: ['gpt-*'], rates }] }
        const expected = costOf({ ...card, rates, tiers: [] }, usage)
        expect(chargeOf({ card, model: 'gpt-5.2', rate }, usage)).toBe(expected)
        expect(chargeOf({ card, model: 'glm-5', rate }, usage)).toBe(costOf(card, usage))
      }),
    )
  })

  test('gives the price of the first match', () => {
    const prices = [priceAt('gpt-*', 1000), priceAt('*-mini', 2000), priceAt('*', 3000)]
    const card = { id: 'a', rates: flat(9000), tiers: [] }
    const charge = (model: string) =>
      chargeOf({ card, model, rate: { kind: 'card', prices } }, { ...noUsage, outputTokens: 1 })
    expect(['gpt-5-mini', 'glm-mini', 'glm-5'].map(charge)).toEqual([1, 2, 3])
  })
})

test('mostChargeOf is never less than the charge of any usage within those tokens', () => {
  const more = fc.tuple(fc.nat(100_000), fc.nat(100_000), fc.nat(9))
  const pricing = fc.record({ card, rate, model })
  fc.assert(
    fc.property(pricing, usage, more, (pricing, usage, [moreInput, moreOutput, moreSearches]) => {
      const most = mostChargeOf(pricing, {
        inputTokens: usage.inputTokens + moreInput,
        outputTokens: usage.outputTokens + moreOutput,
        webSearches: (usage.webSearches ?? 0) + moreSearches,
      })
      expect(most).toBeGreaterThanOrEqual(chargeOf(pricing, usage))
    }),
    { numRuns: 1000 },
  )
})
