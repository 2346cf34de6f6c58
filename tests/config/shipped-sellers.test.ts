import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../../config/catalogue.ts'
import type { Catalogue, Offer } from '../../src/core/catalogue.ts'
import { cardAt } from '../../src/core/price.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const { models } = loadCatalogue({ regions: { 'aws-bedrock': 'us-east-1' } })

function offersOf(model: string): readonly Offer[] {
  return models.get(model) ?? []
}

function offer(name: string): Offer | undefined {
  const [provider, model = ''] = name.split('/')
  return offersOf(model).find((each) => each.provider === provider)
}

/** USD for a million tokens of each kind, for a call with so much input, at a time. */
function prices(name: string, inputTokens = 1, time = now): Record<string, number> {
  const card = cardAt(offer(name)?.cards ?? [], time)
  const tier = card?.tiers.findLast(({ aboveInputTokens }) => inputTokens > aboveInputTokens)
  const rates = Object.entries(tier?.rates ?? card?.rates ?? {})
  return Object.fromEntries(rates.map(([kind, rate]) => [kind, rate / 1_000_000]))
}

describe('prices by @pydantic/genai-prices 0.1.8', () => {
  test.each([
    [
      'anthropic/claude-opus-5-5',
      { input: 4, cachedInput: 0.2, cacheWrite: 5, cacheWriteLong: 8, output: 20 },
    ],
    [
      'anthropic/claude-haiku-4-5-20251001',
      { input: 1, cachedInput: 0.1, cacheWrite: 1.25, cacheWriteLong: 2, output: 5 },
    ],
    ['google/gemini-3.5-flash', { input: 1.5, cachedInput: 0.15, output: 9 }],
    ['azure-openai/gpt-6-sol', { input: 2, cachedInput: 0.2, cacheWrite: 2.5, output: 10 }],
    ['aws-bedrock/claude-sonnet-5', { input: 2, cachedInput: 0.2, cacheWrite: 2.5, output: 10 }],
    ['aws-bedrock/nova-pro', { input: 0.8, cachedInput: 0.2, output: 3.2 }],
    ['aws-bedrock/gpt-oss-120b', { input: 0.15, output: 0.6 }],
    ['vertex/claude-opus-4-8', { input: 5, cachedInput: 0.5, cacheWrite: 6.25, output: 25 }],
    ['vertex/gemini-3.1-pro-preview', { input: 2, cachedInput: 0.2, output: 12 }],
  ])('%s costs %j', (name, expected) => {
    expect(prices(name)).toMatchObject(expected)
  })

  test('gemini-3.1-pro-preview is dearer above 200,000 tokens of input', () => {
    expect(prices('google/gemini-3.1-pro-preview', 200_000)).toMatchObject({ input: 2, output: 12 })
    expect(prices('google/gemini-3.1-pro-preview', 200_001)).toMatchObject({ input: 4, output: 18 })
  })

  test('gemini-3.8-flash doubles on 2027-01-01', () => {
    const newYear = Date.parse('2027-01-01T00:00:00Z')
    expect(prices('google/gemini-3.8-flash', 1, newYear - 1)).toMatchObject({ input: 0.75, output: 3.75 })
    expect(prices('google/gemini-3.8-flash', 1, newYear)).toMatchObject({ input: 1.5, output: 7.5 })
  })

  test('cached input of gemini-3-flash-preview costs what cached audio does, which is the dearer', () => {
    expect(prices('google/gemini-3-flash-preview')).toMatchObject({ cachedInput: 0.1, inputAudio: 1 })
  })
})

describe('prices newer than the package', () => {
  test('claude-haiku-5-5 costs five times as much above 100,000 tokens (its page on platform.claude.com)', () => {
    const short = { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, cacheWriteLong: 0.2, output: 0.5 }
    const long = { input: 0.5, cachedInput: 0.05, cacheWrite: 0.625, cacheWriteLong: 1, output: 2.5 }
    for (const seller of ['anthropic', 'aws-bedrock', 'vertex']) {
      expect(prices(`${seller}/claude-haiku-5-5`, 100_000)).toMatchObject(short)
      expect(prices(`${seller}/claude-haiku-5-5`, 100_001)).toMatchObject(long)
    }
  })

  test('claude-sonnet-5-5 has had cheaper cached input since 2026-10-07 (claudit 1.9.2, read from the price page)', () => {
    const cut = Date.parse('2026-10-07T00:00:00Z')
    expect(prices('anthropic/claude-sonnet-5-5', 1, cut - 1)).toMatchObject({ input: 2, cachedInput: 0.2 })
    expect(prices('anthropic/claude-sonnet-5-5', 1, cut)).toMatchObject({ input: 2, cachedInput: 0.1 })
  })

  test('gemini-4-argon and gemini-4-carbon double on 2026-12-01 (ai.google.dev, and LiteLLM on GitHub)', () => {
    const december = Date.parse('2026-12-01T00:00:00Z')
    for (const name of ['google/gemini-4-argon', 'google/gemini-4-carbon', 'vertex/gemini-4-argon']) {
      expect(prices(name)).toMatchObject({ input: 2, cachedInput: 0.1, output: 10 })
      expect(prices(name, 1, december)).toMatchObject({ input: 4, cachedInput: 0.2, output: 20 })
    }
  })

  test('gemini-2.5-pro costs what gemini-3.8-flash does once that answers its calls', () => {
    for (const day of ['2026-12-01', '2027-01-01']) {
      const time = Date.parse(day)
      expect(prices('google/gemini-2.5-pro', 300_000, time)).toEqual(
        prices('google/gemini-3.8-flash', 300_000, time),
      )
    }
  })
})

describe('a model with several sellers', () => {
  test.each([
    ['claude-sonnet-4-6', ['anthropic', 'aws-bedrock', 'vertex']],
    ['gemini-3.8-flash', ['google', 'vertex']],
    ['gpt-6.1-sol', ['openai', 'azure-openai']],
  ])('%s is offered by %j, in this order', (model, sellers) => {
    expect(offersOf(model).map(({ provider }) => provider)).toEqual(sellers)
  })

  test('goes by the name that each seller knows', () => {
    expect(offersOf('claude-opus-4-5').map(({ upstream }) => upstream)).toEqual([
      'claude-opus-4-5',
      'global.anthropic.claude-opus-4-5-20251101-v1:0',
      'claude-opus-4-5@20251101',
    ])
  })

  test('costs the same everywhere, if it is Claude on a global endpoint', () => {
    const claude = [...models.values()].flat().filter(({ model }) => model.startsWith('claude-'))
    for (const { provider, model } of claude) {
      expect(prices(`${provider}/${model}`), `${provider}/${model}`).toEqual(prices(`anthropic/${model}`))
    }
  })
})

test('Claude, Gemini and GPT-5 and later hold their output cap in full: their streams hide what they think', () => {
  const all = [...models.values()].flat()
  const hiding = all.filter(({ model }) => /^(claude|gemini|gpt-[56])/.test(model))
  expect(hiding.filter(({ hidesOutput }) => !hidesOutput)).toEqual([])
})

test('every Bedrock model goes by an id of Bedrock', () => {
  const ids = [...models.values()].flat().filter(({ provider }) => provider === 'aws-bedrock')
  const wrong = ids.filter(({ upstream }) => !/^(global\.|us\.)?[a-z]+\.[a-z0-9.:-]+$/.test(upstream))
  expect(wrong).toEqual([])
})

test('of Bedrock, only models with a global profile have a price outside us-east-1', () => {
  const elsewhere = loadCatalogue({ regions: { 'aws-bedrock': 'eu-west-1' } })
  const priced = (catalogue: Catalogue) =>
    [...catalogue.models.values()]
      .flat()
      .filter(({ provider, cards }) => provider === 'aws-bedrock' && cards.length > 0)
  const isGlobal = ({ upstream }: Offer) => upstream.startsWith('global.')
  expect(priced(elsewhere)).toEqual(priced({ models, routes: new Map() }).filter(isGlobal))
  expect(priced(elsewhere).length).toBeGreaterThan(10)
})

test('no retired Claude or Gemini is there', () => {
  const retired = /^claude-(2|3|opus-4$|opus-4-[01]|sonnet-4$|sonnet-4-0)|^gemini-(1|2\.0|3-pro)/
  expect([...models.keys()].filter((model) => retired.test(model))).toEqual([])
})
