import type { Json } from '../../support/simulator/json.ts'

/** What a caller can wish beside words, tools and thoughts, whatever the dialect calls it. */
export type WishName =
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'seed'
  | 'presence_penalty'
  | 'frequency_penalty'
  | 'stop'
  | 'several answers'
  | 'logprobs'
  | 'effort'
  | 'no thought'
  | 'verbosity'
  | 'any JSON'
  | 'a tool must be called'
  | 'this tool must be called'
  | 'no tool'
  | 'one tool at a time'
  | 'strict tools'
  | 'a tool of free text'
  | 'a cache mark'
  | 'an end user'
  | 'a cache key'
  | 'metadata'
  | 'the standard tier'
  | 'an image by address'
  | 'a PDF'
  | 'a PDF by address'
  | 'a named document'
  | 'a document to cite'
  | 'audio'
  | 'video'
  | 'a tool that failed'
  | 'a tool that shows an image'
  | 'an instruction midway'
  | 'the beginning of the answer'
  | 'logit_bias'
  | 'truncation'
  | 'safety settings'

/** How a dialect words its wishes: the request with one of them. What is absent it has no words for. */
export type Wishes = Partial<Record<WishName, (body: Json) => Json>>

/** Sets fields. */
export function set(fields: Json): (body: Json) => Json {
  return (body) => ({ ...body, ...fields })
}

/** What of a wish is to be found in what the provider gets. */
export const marks: Partial<Record<WishName, string>> = {
  temperature: '0.4321',
  top_p: '0.8765',
  top_k: '37',
  seed: '77001',
  presence_penalty: '0.123',
  frequency_penalty: '0.234',
  stop: 'HALT',
  'an end user': ':someone-77',
  'a cache key': ':prefix-77',
  metadata: 'team-77',
  'an image by address': 'https://example.com/dot.png',
  'a PDF': 'JVBERi0x',
  'a PDF by address': 'https://example.com/paper.pdf',
  'a named document': 'JVBERi0x',
  'a document to cite': 'JVBERi0x',
  audio: 'UklGRiQ',
  video: 'AAAAIGZ0',
  'a tool that failed': 'It broke.',
  'a tool that shows an image': 'iVBORw0K',
  'an instruction midway': 'Now in French.',
  'the beginning of the answer': 'It is',
  'a tool must be called': 'get_time',
  'this tool must be called': 'get_time',
}

export const tool = {
  name: 'get_time',
  description: 'The time.',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
} as const

export const pdf = 'JVBERi0xLjQKJcOkw7zDtsOfCg=='
export const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEA'
export const mp4 = 'AAAAIGZ0eXBpc29tAAACAGlzb20='
