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
    'is in the package: give deepseek-chat limits in sync/manual.json, or leave it out',
  )
})

test('nothing by hand is left over', () => {
  for (const [provider, byHand] of Object.entries(manual)) {
    const generated = Object.keys(generateModels(provider, byHand))
    expect(generated).toEqual(expect.arrayContaining(Object.keys(byHand.models)))
  }
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
