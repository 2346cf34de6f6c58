import { readFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import { generateModels } from '../../config/sync/generate.ts'
import { manual } from '../../config/sync/manual.ts'
import { cardsOf } from '../../config/sync/package-prices.ts'

/** A new release of the package brings new prices: the cards must name it. */
const installed = JSON.parse(readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8')) as {
  version: string
}

/** A model of the package, with prices that hold always. */
function model(prices: ModelPrice): ModelInfo {
  return { id: 'm', match: { equals: 'm' }, prices }
}

const script = join(import.meta.dirname, '../../config/sync/sync.ts')

test('the model files are what the package and the hand-written file make', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  expect(stdout).toBe('')
})

test('a model of the package that nobody decided about is named', () => {
  expect(() => generateModels('deepseek', { left_out: [], models: {} })).toThrow(
    'deepseek-chat: is in the package: give it limits in sync/manual.json, or leave it out',
  )
})

test('nothing by hand is left over', () => {
  for (const [provider, byHand] of Object.entries(manual)) {
    const generated = Object.keys(generateModels(provider, byHand))
    expect(generated).toEqual(expect.arrayContaining(Object.keys(byHand.models)))
  }
})

describe('a model of the package', () => {
  const haiku = { max_output: 64000, why: 'a test' }
  const others = { names: ['(?!claude-haiku-).*'], why: 'a test' }

  function anthropic(fields: object): Record<string, Record<string, unknown>> {
    return generateModels('anthropic', {
      left_out: [others],
      models: { 'claude-haiku-4-5': { ...haiku, ...fields } },
    })
  }

  test('that is known by a pattern has its id as its name, if the pattern means it', () => {
    expect(Object.keys(anthropic({}))).toEqual(['claude-haiku-4-5'])
  })

  test('has the further names that were written by hand, and says which is dated', () => {
    const models = anthropic({ names: ['claude-haiku-4-5-20251001'], released: '2025-10-15' })
    expect(models['claude-haiku-4-5-20251001']).toEqual({
      ...models['claude-haiku-4-5'],
      name: 'Claude Haiku 4.5 (20251001)',
    })
  })

  test('is refused a name or an upstream name that the package prices otherwise', () => {
    expect(() => anthropic({ names: ['claude-haiku-5-5'] })).toThrow(
      "the package's prices of claude-haiku-4-5 are not those of claude-haiku-5-5",
    )
    expect(() => anthropic({ upstream: 'us.anthropic.claude-sonnet-5' })).toThrow(
      'are not those of us.anthropic',
    )
  })

  test('gets the prices that the package lacks, but not where it has tiers', () => {
    const lacking = { per_million: { input_audio: 7 } }
    expect(anthropic(lacking)['claude-haiku-4-5']?.['price']).toMatchObject([
      { per_million: { input: 1, input_audio: 7 } },
    ])
    const sonnet = { 'claude-sonnet-4-5': { ...haiku, ...lacking } }
    const left_out = [{ names: ['(?!claude-sonnet-4-5).*'], why: 'a test' }]
    expect(() => generateModels('anthropic', { left_out, models: sonnet })).toThrow('per_million')
  })

  test('can have another name here, with its own name as the upstream one', () => {
    const byHand = { package: 'openai.gpt-oss-20b-1:0', upstream: 'openai.gpt-oss-20b-1:0' }
    const models = generateModels('bedrock', {
      package: 'aws',
      left_out: [{ names: ['(?!(openai.)?gpt-oss-20b).*'], why: 'a test' }],
      models: { 'gpt-oss-20b': { ...byHand, max_output: 16384, why: 'a test' } },
    })
    expect(Object.keys(models)).toEqual(['gpt-oss-20b'])
    expect(models['gpt-oss-20b']).toMatchObject({ upstream: 'openai.gpt-oss-20b-1:0', max_output: 16384 })
    expect(models['gpt-oss-20b']).not.toHaveProperty('package')
  })
})

test('a provider that sells like another has its models, but for what is left out or written over', () => {
  const models = generateModels('reseller', {
    like: ['deepseek'],
    left_out: [{ names: ['deepseek-v4-.*'], why: 'a test' }],
    models: { 'deepseek-flash': { upstream: 'ds-flash', why: 'a test' } },
  })
  const deepseek = manual['deepseek']
  const theirs = deepseek && generateModels('deepseek', deepseek)['deepseek-flash']
  expect(models).toEqual({ 'deepseek-flash': { ...theirs, upstream: 'ds-flash' } })
})

describe('a price of the package', () => {
  test('keeps its tiers, with the base price where a tier says none', () => {
    const input = { base: 1, tiers: [{ start: 100, price: 2 }] }
    expect(cardsOf(model({ input_mtok: input, cache_read_mtok: 0.5, output_mtok: 3 }))).toEqual([
      {
        currency: 'USD',
        per_million: { input: 1, cached_input: 0.5, output: 3 },
        above: [{ input_tokens: 100, per_million: { input: 2, cached_input: 0.5, output: 3 } }],
        source: `@pydantic/genai-prices ${installed.version}`,
        checked: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
      },
    ])
  })

  test('of cached audio is that of all cached input, if it is the dearer', () => {
    const prices = { input_mtok: 1, output_mtok: 3, cache_read_mtok: 0.1, cache_audio_read_mtok: 0.4 }
    const { per_million: perMillion } = cardsOf(model(prices))[0] ?? {}
    expect(perMillion).toEqual({ input: 1, output: 3, cached_input: 0.4 })
  })

  test('of a tool that is never passed on is left away', () => {
    const prices = { input_mtok: 1, output_mtok: 3, web_searches_kcount: 10 }
    expect(cardsOf(model(prices))[0]?.per_million).toEqual({ input: 1, output: 3 })
  })

  test('that Weir does not know is refused, not dropped', () => {
    expect(() => cardsOf(model({ input_mtok: 1, output_mtok: 1, requests_kcount: 5 }))).toThrow(
      'requests_kcount',
    )
  })

  test('with hours is refused, as the package cannot date them', () => {
    const constraint = { type: 'time_of_date', start_time: '01:00:00Z', end_time: '04:00:00Z' } as const
    const prices = [{ constraint, prices: { input_mtok: 1 } }]
    expect(() => cardsOf({ id: 'm', match: { equals: 'm' }, prices })).toThrow('write its price by hand')
  })
})
