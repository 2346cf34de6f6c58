import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import type { ScanOptions } from '../../src/core/dialect.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import {
  closing,
  hello,
  limit,
  read,
  readChunks,
  receipt,
  tellingOf,
  usage,
  wireUsage,
  type Json,
} from './gemini-wire.ts'

const thinks = { generationConfig: { thinkingConfig: { includeThoughts: true } } }
const own = { modelVersion: 'gemini-3-flash', responseId: 'req_acme_1' }

interface Wishes extends ScanOptions {
  readonly alt?: string
  readonly body?: object
}
function encoderFor({ alt, body = thinks, ...options }: Wishes = {}) {
  const request = read({ contents: hello, ...body }, { stream: true, ...(alt && { alt }) })
  return gemini.encodeStream(tellingOf(request), options)
}
const chunk = (parts: object[], more: Json = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  ...own,
})

const call = { type: 'tool_call', id: 'x', name: 'f', kind: 'function' } as const
const functionCall = { id: 'x', name: 'f', args: { a: 1 } }
const locked = { by: 'openai', value: 'gAAA', id: 'rs_1', locked: true } as const
const anthropic = { by: 'anthropic', value: 'Eq' } as const
const packed = (seal: Parameters<typeof packSeal>[0]) => btoa(packSeal(seal))

const answered: ChatEvent[] = [
  { type: 'start', id: 'chatcmpl-1', model: 'gpt' },
  { type: 'block', index: 0, block: { type: 'reasoning' } },
  { type: 'delta', index: 0, text: 'so' },
  { type: 'block', index: 1, block: { type: 'text' } },
  { type: 'delta', index: 1, text: 'He' },
  { type: 'block', index: 2, block: call },
  { type: 'delta', index: 2, text: '{"a"' },
  { type: 'delta', index: 0, text: ' then' },
  { type: 'seal', index: 0, seal: anthropic },
  { type: 'block_end', index: 0 },
  { type: 'delta', index: 2, text: ':1}' },
  { type: 'block_end', index: 2 },
  { type: 'delta', index: 1, text: 'llo' },
  { type: 'citation', index: 1, citation: { type: 'url', url: 'https://0.example', start: 0, end: 5 } },
  { type: 'usage', usage: { ...usage, outputTokens: 1, reasoningTokens: 0 } },
  { type: 'block_end', index: 1 },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'usage', usage },
  { type: 'end' },
]

describe('a stream', () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://0.example' } }],
    groundingSupports: [
      { segment: { startIndex: 0, endIndex: 5, text: 'Hello' }, groundingChunkIndices: [0] },
    ],
  }

  test.each(['sse', undefined])('puts blocks that came side by side in order: %s', (alt) => {
    const encoder = encoderFor({ ...(alt && { alt }) })
    expect(readChunks(answered.map((event) => encoder.push([event])).join(''))).toEqual([
      chunk([{ text: 'so', thought: true }]),
      chunk([{ text: ' then', thought: true }]),
      chunk([{ text: '', thought: true, thoughtSignature: packed(anthropic) }, { text: 'He' }]),
      chunk([{ text: 'llo' }]),
      chunk([{ functionCall }]),
      {
        ...chunk([{ text: '' }], { finishReason: 'STOP', groundingMetadata }),
        usageMetadata: wireUsage,
      },
    ])
  })

  test('that comes at once is one chunk', () => {
    const printed = encoderFor({ alt: 'sse' }).push(answered)
    expect(readChunks(printed)).toMatchObject([
      {
        candidates: [
          { finishReason: 'STOP', content: { parts: [{}, {}, { text: 'Hello' }, { functionCall }] } },
        ],
      },
    ])
  })

  test('an array is open until its end, and has an element once anything was printed', () => {
    const encoder = encoderFor()
    expect(encoder.push(answered.slice(0, 2))).toBe('')
    const begun = encoder.push(answered.slice(2, 3))
    expect(JSON.parse(`${begun}]`)).toHaveLength(1)
    expect(encoder.push(answered.slice(3))).toMatch(/^,\n.*\]$/s)
    expect(encoder.push(answered)).toBe('')
  })

  test('shows no thoughts to a caller that asked for none', () => {
    const encoder = encoderFor({ body: {} })
    const events: ChatEvent[] = [
      { type: 'block', index: 0, block: { type: 'reasoning' } },
      { type: 'delta', index: 0, text: 'hidden' },
      { type: 'seal', index: 0, seal: locked },
      { type: 'block_end', index: 0 },
      { type: 'block', index: 1, block: { type: 'text' } },
    ]
    expect(events.map((event) => encoder.push([event])).join('')).toBe('')
    const printed = encoder.push([{ type: 'delta', index: 1, text: 'a' }])
    expect(JSON.parse(`${printed}]`)).toEqual([chunk([{ text: 'a', thoughtSignature: packed(locked) }])])
  })

  test('blocks that never ended, and events of blocks that never began', () => {
    const encoder = encoderFor()
    const events: ChatEvent[] = [
      { type: 'delta', index: 5, text: 'lost' },
      { type: 'block', index: 0, block: call },
      { type: 'delta', index: 0, text: '{"a":1}' },
      { type: 'block', index: 1, block: { type: 'audio', mediaType: 'audio/wav', data: 'AAAA' } },
      { type: 'error', code: 'x' },
      { type: 'end' },
    ]
    expect(readChunks(encoder.push(events))).toEqual([
      chunk([{ functionCall }, { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }], {
        finishReason: 'STOP',
      }),
    ])
  })

  test('brings the probabilities of the tokens that it brings', () => {
    const encoder = encoderFor()
    const logprobs = [{ token: 'a', logprob: -1, top: [] }]
    const events: ChatEvent[] = [
      { type: 'block', index: 0, block: { type: 'text' } },
      { type: 'delta', index: 0, text: 'a', logprobs },
    ]
    const printed =
      encoder.push(events) + encoder.push([{ type: 'delta', index: 0, text: 'b' }, { type: 'end' }])
    const [first, last] = readChunks(printed)
    expect(first).toMatchObject({ candidates: [{ avgLogprobs: -1 }] })
    expect(JSON.stringify(last)).not.toContain('avgLogprobs')
  })
})

const finishMessage = 'A budget affords no more output.'

describe('an end that is held', () => {
  test.each(['sse', undefined])('is told with what the call cost: %s', (alt) => {
    const encoder = encoderFor({ ...(alt && { alt }), holdEnd: true })
    const printed = encoder.push(answered.slice(0, -1)) + encoder.push(answered.slice(-1))
    expect(printed).not.toContain('STOP')
    const chunks = readChunks(printed + encoder.close(closing))
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP', index: 0, content: { parts: [{ text: '' }] } }],
      usageMetadata: wireUsage,
      ...own,
      weir: receipt,
    })
    expect(encoder.close(closing)).toBe('')
  })

  test.each(['sse', undefined])('is cut: %s', (alt) => {
    const encoder = encoderFor({ ...(alt && { alt }) })
    const { cost: _, ...plain } = closing
    const printed = encoder.push(answered.slice(0, 7)) + encoder.cut({ ...plain, limit })
    const chunks = readChunks(printed)
    expect(chunks.at(-1)).toEqual({
      ...chunk([{ text: 'He' }], { finishReason: 'MAX_TOKENS', finishMessage }),
      usageMetadata: wireUsage,
      weir: { reason: 'budget', limit },
    })
    expect(printed).not.toContain('functionCall')
    expect(encoder.cut({ ...plain, limit })).toBe('')
  })

  test('is cut before anything came', () =>
    expect(readChunks(encoderFor().cut({ ...closing, limit: undefined }))).toMatchObject([
      { candidates: [{ finishReason: 'MAX_TOKENS' }], weir: { reason: 'budget', ...receipt } },
    ]))
})
