import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Offer } from '../../src/core/catalogue.ts'
import type { ModelRequest } from '../../src/core/dialect.ts'
import type { PriceCard, Rates } from '../../src/core/price.ts'
import { atCost } from '../../src/core/rate.ts'
import { noUsage, type Usage } from '../../src/core/usage.ts'
import { readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { costOf, mostCostOf, ratesFor } from '../../src/metering/cost.ts'
import { amountsOf, countedUsage, defaultOutputCap, tokensOfText } from '../../src/metering/estimate.ts'
import { holdOf, outputBounds } from '../../src/metering/hold.ts'

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

// 1,000 USD for a million tokens is more than anybody asks for.
const rate = fc.integer({ min: 0, max: 1_000_000_000 })
const rates = fc.record({
  input: rate,
  cachedInput: rate,
  cacheWrite: rate,
  cacheWriteLong: rate,
  inputAudio: rate,
  output: rate,
  outputAudio: rate,
})
const card: fc.Arbitrary<PriceCard> = fc
  .tuple(
    rates,
    fc.uniqueArray(fc.tuple(fc.nat(300_000), rates), { selector: ([above]) => above, maxLength: 3 }),
  )
  .map(([rates, tiers]) => ({
    id: 'acme/model@start',
    rates,
    tiers: tiers
      .toSorted(([a], [b]) => a - b)
      .map(([aboveInputTokens, rates]) => ({ aboveInputTokens, rates })),
    webSearch: (rates.input * 7_919) % 100_000_000_000,
  }))

/** A usage whose parts lie within their totals, as every dialect reads it. */
const usage: fc.Arbitrary<Usage> = fc
  .tuple(
    fc.array(fc.nat(400_000), { minLength: 5, maxLength: 5 }),
    fc.array(fc.nat(400_000), { minLength: 2, maxLength: 2 }),
    fc.nat(20),
  )
  .map(([[plain = 0, cached = 0, write = 0, long = 0, audio = 0], [text = 0, spoken = 0], webSearches]) => ({
    ...noUsage,
    inputTokens: plain + cached + write + long + audio,
    cachedInputTokens: cached,
    cacheWriteTokens: write + long,
    cacheWriteLongTokens: long,
    inputAudioTokens: audio,
    outputTokens: text + spoken,
    outputAudioTokens: spoken,
    webSearches,
  }))

/** The cost once more, the long way: each token's price in picoUSD, as fractions of a nanoUSD. */
function oracle(card: PriceCard, usage: Usage): bigint {
  let rates = card.rates
  for (const tier of card.tiers) if (usage.inputTokens > tier.aboveInputTokens) rates = tier.rates
  const plain = usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens - usage.inputAudioTokens
  const lines: readonly (readonly [number, number])[] = [
    [plain, rates.input],
    [usage.cachedInputTokens, rates.cachedInput],
    [usage.cacheWriteTokens - (usage.cacheWriteLongTokens ?? 0), rates.cacheWrite],
    [usage.cacheWriteLongTokens ?? 0, rates.cacheWriteLong ?? rates.cacheWrite],
    [usage.inputAudioTokens, rates.inputAudio],
    [usage.outputTokens - usage.outputAudioTokens, rates.output],
    [usage.outputAudioTokens, rates.outputAudio],
    [usage.webSearches ?? 0, card.webSearch ?? 0],
  ]
  const pico = lines.reduce((sum, [tokens, price]) => sum + BigInt(tokens) * BigInt(price), 0n)
  return pico / 1000n + (pico % 1000n > 0n ? 1n : 0n)
}

describe('costOf', () => {
  test('is exact to the nanoUSD, for any usage and any card', () => {
    fc.assert(
      fc.property(card, usage, (card, usage) => {
        const cost = costOf(card, usage)
        expect(BigInt(cost)).toBe(oracle(card, usage))
        expect(Number.isSafeInteger(cost)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('rounds up once, not for each kind of token', () => {
    const usage = { ...noUsage, inputTokens: 2, cachedInputTokens: 1, outputTokens: 1 }
    expect(costOf({ id: 'a', rates: flat(1), tiers: [] }, usage)).toBe(1)
    expect(costOf({ id: 'a', rates: flat(333), tiers: [] }, usage)).toBe(1)
    expect(costOf({ id: 'a', rates: flat(334), tiers: [] }, usage)).toBe(2)
    expect(costOf({ id: 'a', rates: flat(1), tiers: [] }, noUsage)).toBe(0)
  })

  test('a tier holds for the whole call, from one token above its edge', () => {
    const tiers = [
      { aboveInputTokens: 100, rates: flat(2000) },
      { aboveInputTokens: 200, rates: flat(5000) },
    ]
    const card = { id: 'a', rates: flat(1000), tiers }
    const cost = (inputTokens: number) => costOf(card, { ...noUsage, inputTokens, outputTokens: 1 })
    expect([100, 101, 200, 201].map(cost)).toEqual([101, 204, 402, 1010])
    expect(ratesFor(card, 0)).toBe(card.rates)
  })
})

test('mostCostOf is never less than any usage within its bounds costs', () => {
  fc.assert(
    fc.property(
      card,
      usage,
      fc.tuple(fc.nat(100_000), fc.nat(100_000), fc.nat(9)),
      (card, usage, [moreInput, moreOutput, moreSearches]) => {
        const most = mostCostOf(card, {
          inputTokens: usage.inputTokens + moreInput,
          outputTokens: usage.outputTokens + moreOutput,
          webSearches: (usage.webSearches ?? 0) + moreSearches,
        })
        expect(most).toBeGreaterThanOrEqual(costOf(card, usage))
      },
    ),
    { numRuns: 1000 },
  )
})

const offer: Offer = {
  model: 'm',
  provider: 'p',
  upstream: 'm',
  name: 'M',
  contextTokens: 100_000,
  maxOutputTokens: 8000,
  imageTokens: 1500,
  tags: [],
  free: false,
  cards: [],
}
const plainCard: PriceCard = { id: 'p/m@start', rates: flat(1000), tiers: [] }

const requestOf = (body: object): ModelRequest => {
  return readRequest({
    body: new Uint8Array(Buffer.from(JSON.stringify({ model: 'm', messages: [], ...body }))),
  })
}
const pricing = { card: plainCard, rate: atCost, model: 'm' }
const most = (body: object, more: Partial<Offer> = {}) => mostOf(requestOf(body), { ...offer, ...more })
const mostOf = (request: ModelRequest, offer: Offer) =>
  holdOf({ request, offer, pricing }, outputBounds(request, offer, {}).most)
const user = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const image = (url: string) => ({ type: 'image_url', image_url: { url } })

describe('the most that a call may use', () => {
  test('covers its text by any tokenizer that makes no more tokens than there are bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 3 }), (prompt, system, tools) => {
        const messages = [
          { role: 'system', content: system },
          { role: 'user', content: [{ type: 'text', text: prompt }] },
        ]
        const functions = tools.map((name) => ({ type: 'function', function: { name, description: prompt } }))
        const bytes = Buffer.byteLength(prompt + system + tools.map((name) => name + prompt).join(''))
        expect(most({ messages, tools: functions }).inputTokens).toBeGreaterThanOrEqual(bytes)
      }),
      { numRuns: 150 },
    )
  })

  test('counts an image by its declared size, however large its data', () => {
    const one = most(user([image(`data:${'A'.repeat(50_000)}`)])).inputTokens
    expect(one).toBe(most(user([image('data:')])).inputTokens)
    expect(most(user([image('data:'), image('data:')])).inputTokens - one).toBeGreaterThanOrEqual(1500)
    expect(one).toBeGreaterThan(1500)
  })

  test('is the context where nothing else bounds the input, and never more', () => {
    expect(most(user([{ type: 'file', file: { file_data: 'data:x' } }])).inputTokens).toBe(100_000)
    expect(most(user('x'.repeat(200_000))).inputTokens).toBe(100_000)
  })

  test('takes the cap that was asked for, or all that the model can put out', () => {
    expect(most({ max_tokens: 10 }).outputTokens).toBe(10)
    expect(most({}).outputTokens).toBe(8000)
    expect(most({}, { contextTokens: 500 }).outputTokens).toBe(500)
    expect(defaultOutputCap({ ...offer, contextTokens: 500 })).toBe(500)
  })

  test('counts every answer that was asked for', () => {
    expect(most({ max_tokens: 10, n: 3 }).outputTokens).toBe(30)
    expect(most({ n: 3 }).outputTokens).toBe(24_000)
  })

  test('adds a prediction, which is billed as output where it is rejected, for each answer', () => {
    const prediction = { type: 'content', content: 'ü'.repeat(50) }
    const more = most({ max_tokens: 10, n: 2, prediction }).outputTokens - 20
    expect(more).toBeGreaterThanOrEqual(2 * 100)
  })

  test('is priced by what it may use', () => {
    const { inputTokens, outputTokens, cost } = most({ max_tokens: 10 })
    expect(cost).toBe(inputTokens + outputTokens)
  })

  test('is never less than what is counted, or floored, of the same call', () => {
    const body = fc.record({
      prompt: fc.string({ maxLength: 300 }),
      images: fc.nat(3),
      cap: fc.integer({ min: 1, max: 500 }),
    })
    fc.assert(
      fc.property(body, ({ prompt, images, cap }) => {
        const parts = [
          { type: 'text', text: prompt },
          ...Array.from({ length: images }, () => image('data:')),
        ]
        const request = requestOf({ ...user(parts), max_tokens: cap })
        const hold = mostOf(request, offer)
        const counted = amountsOf(countedUsage(request, offer, { outputBytes: cap }), pricing)
        expect(hold.inputTokens).toBeGreaterThanOrEqual(counted.inputTokens)
        expect(hold.outputTokens).toBeGreaterThanOrEqual(counted.outputTokens)
        expect(hold.cost).toBeGreaterThanOrEqual(counted.cost)
      }),
    )
  })
})

test('text that nobody counted is four bytes a token, rounded up', () => {
  expect([0, 1, 4, 5].map(tokensOfText)).toEqual([0, 1, 1, 2])
  expect(countedUsage(requestOf({}), offer, { outputBytes: 9 })).toMatchObject({
    outputTokens: 3,
    reasoningTokens: 0,
  })
  expect(countedUsage(requestOf({}), offer, { outputBytes: 9, webSearches: 2 })).toMatchObject({
    webSearches: 2,
  })
})
