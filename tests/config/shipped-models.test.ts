import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../../config/catalogue.ts'
import type { Offer } from '../../src/core/catalogue.ts'
import { type Rates, cardAt } from '../../src/core/price.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const catalogue = loadCatalogue({ regions: { alibaba: 'cn', 'aws-bedrock': 'us-east-1' } })
const all = [...catalogue.models.values()].flat()
const byName = all.map((each) => [`${each.provider}/${each.model}`, each] as const)

function offer(model: string): Offer | undefined {
  return catalogue.models.get(model)?.[0]
}

/** USD for a million tokens of input, cached input and output at a time. */
function prices(model: string, time: string): number[] {
  const rates = cardAt(offer(model)?.cards ?? [], Date.parse(time))?.rates
  return rates ? [rates.input, rates.cachedInput, rates.output].map((rate) => rate / 1_000_000) : []
}

describe.each(byName)('%s', (_, { contextTokens, maxOutputTokens, imageTokens, cards }) => {
  test('has limits that can be', () => {
    expect(contextTokens).toBeGreaterThanOrEqual(8192)
    expect(maxOutputTokens).toBeGreaterThanOrEqual(4096)
    expect(maxOutputTokens).toBeLessThanOrEqual(contextTokens)
    expect(imageTokens).toBeLessThanOrEqual(contextTokens)
  })

  test('has prices that can be: integers, cached input no dearer than input, input no dearer than output', () => {
    const each: Rates[] = cards.flatMap((card) => [card.rates, ...card.tiers.map(({ rates }) => rates)])
    for (const rates of each) {
      expect(Object.values(rates).every((rate) => Number.isSafeInteger(rate) && rate > 0)).toBe(true)
      expect(rates.cachedInput).toBeLessThanOrEqual(rates.input)
      expect(rates.input).toBeLessThanOrEqual(rates.output)
    }
  })
})

test('every provider has models, and all but two have a price now', () => {
  const unpriced = all.filter(({ cards }) => !cardAt(cards, now)).map(({ model }) => model)
  expect(new Set(all.map(({ provider }) => provider))).toEqual(
    new Set([
      'openai',
      'anthropic',
      'google',
      'deepseek',
      'alibaba',
      'azure-openai',
      'aws-bedrock',
      'vertex',
      'sandbox',
    ]),
  )
  // Their output costs more in thinking mode, which a card cannot say.
  expect(unpriced.toSorted()).toEqual(['qwen-plus', 'qwen-turbo'])
})

test('no two cards have one id', () => {
  const ids = all.flatMap(({ cards }) => cards.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
})

test('the sandbox says that it is simulated', () => {
  for (const model of ['sandbox-small', 'sandbox-large']) {
    expect(offer(model)?.tags).toContain('simulated')
    expect(offer(model)?.name).toContain('simulated')
  }
})

test('models that are not paid by the token alone, or not by chat, are not there', () => {
  const wrong = /search|deep-research|realtime|live|image|tts|sonic|transcri|embed|codex|^gpt.*-pro$/
  expect(all.map(({ model }) => model).filter((model) => wrong.test(model))).toEqual([])
})

test('gpt-4o-mini counts up to 48,169 tokens for one image, its snapshot too', () => {
  expect(offer('gpt-4o-mini')?.imageTokens).toBe(48169)
  expect(offer('gpt-4o-mini-2024-07-18')?.imageTokens).toBe(48169)
})

test('gpt-5.6-luna has had its lower price since 2026-07-30, and dearer tokens above 271,999 of input', () => {
  expect(prices('gpt-5.6-luna', '2026-07-29T23:59:59Z')).toEqual([1, 0.1, 6])
  expect(prices('gpt-5.6-luna', '2026-07-30T00:00:00Z')).toEqual([0.2, 0.02, 1.2])
  expect(cardAt(offer('gpt-5.6-luna')?.cards ?? [], now)?.tiers).toMatchObject([
    { aboveInputTokens: 271_999, rates: { input: 400_000, cacheWrite: 500_000, output: 1_800_000 } },
  ])
})

describe('deepseek-v4-pro', () => {
  test.each([
    ['2026-08-16T02:00:00Z', 'before the hours came', [0.435, 0.003625, 0.87]],
    ['2026-08-22T02:00:00Z', 'on the Saturday before weekends became off-peak', [1.32, 0.044, 3.96]],
    ['2026-08-29T02:00:00Z', 'on a Saturday since', [0.66, 0.022, 1.98]],
    ['2026-11-23T00:59:59Z', 'on a Monday before nine in Beijing', [0.66, 0.022, 1.98]],
    ['2026-11-23T01:00:00Z', 'at nine', [1.32, 0.044, 3.96]],
    ['2026-11-23T04:00:00Z', 'at noon', [0.66, 0.022, 1.98]],
    ['2026-11-23T06:00:00Z', 'at two', [1.32, 0.044, 3.96]],
    ['2026-11-23T10:00:00Z', 'at six', [0.66, 0.022, 1.98]],
  ])('at %s, %s, costs %j', (time, _, expected) => {
    expect(prices('deepseek-v4-pro', time)).toEqual(expected)
  })
})

test('deepseek-v4-flash has cost what deepseek-flash costs since 2026-09-10', () => {
  const friday = '2026-09-11T02:00:00Z'
  expect(prices('deepseek-v4-flash', friday)).toEqual([0.3, 0.006, 1.2])
  expect(prices('deepseek-flash', friday)).toEqual([0.3, 0.006, 1.2])
})

test('qwen3-max has CNY prices in Beijing and USD prices in Singapore', () => {
  const intl = loadCatalogue({ regions: { alibaba: 'intl' } }).models.get('qwen3-max')?.[0]
  expect(offer('qwen3-max')?.cards).toMatchObject([{ exchange: { currency: 'CNY' } }])
  expect(intl?.cards).toMatchObject([{ rates: { input: 1_200_000, output: 6_000_000 } }])
  expect(intl?.cards[0]).not.toHaveProperty('exchange')
})
