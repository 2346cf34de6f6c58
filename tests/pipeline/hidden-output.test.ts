import { expect, test } from 'vitest'
import { loadCatalogue } from '../../config/catalogue.ts'
import { parseWeirConfig } from '../../config/weir-config.ts'

/** Models whose streams do not show all of their output: it is held for in full. */

const hides = (models: object = {}) => {
  const overlay = parseWeirConfig(JSON.stringify({ models }))
  const offers = [...loadCatalogue({ overlay, regions: { alibaba: 'cn' } }).models.values()].flat()
  return (model: string) => offers.find((offer) => offer.model === model)?.hidesOutput === true
}

test.each(['o3', 'gpt-5', 'gpt-5-2025-08-07', 'gpt-5.2', 'gpt-5.6-luna', 'gpt-6.1-sol', 'gpt-audio-mini'])(
  '%s hides some',
  (model) => expect(hides()(model)).toBe(true),
)

test.each(['gpt-4.1', 'gpt-4o-mini', 'deepseek-v4-pro', 'qwen3-max', 'sandbox-small'])(
  '%s shows all',
  (model) => expect(hides()(model)).toBe(false),
)

test('an operator says it of a model of their own, and may say otherwise of one that ships', () => {
  const size = { context: 1000, max_output: 100 }
  const own = { 'acme-med': { provider: 'acme', ...size, hides_output: true }, o3: { hides_output: false } }
  expect(hides(own)('acme-med')).toBe(true)
  expect(hides(own)('o3')).toBe(false)
})
