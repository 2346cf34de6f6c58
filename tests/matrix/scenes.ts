import type { WireUsage } from '../support/wire/scene.ts'
import type { Ask, AskedTool } from './ask.ts'

/** What cells ask, and what models say to it. */

/** Every kind of token, in counts that no sum mixes up. */
export const usage: WireUsage = { input: 1009, cached: 211, cacheWrite: 101, output: 307, reasoning: 53 }

export const spoken = 'A weir holds back the stream, 世界 🌊, and "measures" it.\nLine two.'

export const plain: Ask = { system: 'You are terse.', text: 'What is a weir? 🌊' }

/** A red dot. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const

export const tools: readonly AskedTool[] = [
  { name: 'get_weather', description: 'The weather of a city.', schema: city },
  { name: 'get_time', description: 'The time in a city.', schema: city },
]

export const withTools: Ask = { ...plain, text: 'Weather and time in Zürich?', tools }

export const calls = [
  { name: 'get_weather', arguments: { city: 'Zürich "old town"' } },
  { name: 'get_time', arguments: { city: '東京' } },
]

export const schema = {
  type: 'object',
  properties: { title: { type: 'string' }, year: { type: 'integer' } },
  required: ['title', 'year'],
  additionalProperties: false,
}
