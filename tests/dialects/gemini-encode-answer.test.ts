import { describe, expect, test } from 'vitest'
import type { Block, ChatAnswer, Finish } from '../../src/core/chat/answer.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { hello, read, tellingOf, usage, wireUsage, type Json } from './gemini-wire.ts'
import { textOf } from './splits.ts'

const thinks = { generationConfig: { thinkingConfig: { includeThoughts: true } } }
const own = { modelVersion: 'gemini-3-flash', responseId: 'req_acme_1' }

function whole(answer: Partial<ChatAnswer>, body: object = thinks): Json {
  const telling = tellingOf(read({ contents: hello, ...body }))
  const printed = gemini.encodeAnswer({ blocks: [], finish: 'stop', ...answer }, telling)
  return JSON.parse(textOf(printed)) as Json
}
const candidateOf = (answer: Partial<ChatAnswer>, body?: object) =>
  (whole(answer, body)['candidates'] as [Json])[0]
const partsOf = (blocks: Block[], body?: object) =>
  (candidateOf({ blocks }, body)['content'] as { parts: unknown }).parts

const call = { type: 'tool_call', id: 'x', name: 'f', kind: 'function' } as const
const functionCall = { id: 'x', name: 'f', args: { a: 1 } }
const google = { by: 'google', value: 'Cq0B' } as const
const locked = { by: 'openai', value: 'gAAA', id: 'rs_1', locked: true } as const
const anthropic = { by: 'anthropic', value: 'Eq' } as const
const packed = (seal: Parameters<typeof packSeal>[0]) => btoa(packSeal(seal))

describe('a whole answer', () => {
  test('in Google’s words', () => {
    const blocks: Block[] = [
      { type: 'reasoning', text: 'plan' },
      { type: 'text', text: 'Hello' },
      { type: 'text', text: '' },
      { ...call, arguments: '{"a":1}' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    ]
    expect(whole({ id: 'chatcmpl-1', model: 'gpt', blocks, finish: 'tool_calls', usage })).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'plan', thought: true },
              { text: 'Hello' },
              { functionCall },
              { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: wireUsage,
      ...own,
    })
  })

  test.each<[Finish, string]>([
    ['stop', 'STOP'],
    ['stop_sequence', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['content_filter', 'SAFETY'],
    ['pause', 'CONTINUATION'],
    ['error', 'MALFORMED_RESPONSE'],
  ])('that ended by %s', (finish, finishReason) =>
    expect(candidateOf({ finish })).toMatchObject({ finishReason }),
  )

  test.each<[string, 'function' | 'custom', object]>([
    ['', 'function', {}],
    ['{"a', 'function', { input: '{"a' }],
    ['ls', 'custom', { input: 'ls' }],
  ])('with the arguments %s of a %s', (text, kind, args) =>
    expect(partsOf([{ ...call, kind, arguments: text }])).toEqual([
      { functionCall: { ...functionCall, args } },
    ]),
  )

  test('says where it comes from, in bytes of all its text', () => {
    const cite = (n: number, start?: number, end?: number) => ({
      type: 'url' as const,
      url: `https://${n}.example`,
      ...(start !== undefined && end !== undefined && { start, end }),
    })
    const document = {
      type: 'document',
      index: 0,
      title: 'D',
      quote: 'q',
      unit: 'page',
      from: 1,
      to: 2,
    } as const
    const blocks: Block[] = [
      { type: 'text', text: 'é€', citations: [cite(0, 1, 2), cite(1, 1, 2), cite(1)] },
      { type: 'text', text: 'ab', citations: [document, { ...cite(2), quote: 'z' }] },
    ]
    expect(candidateOf({ blocks })['groundingMetadata']).toEqual({
      groundingChunks: [
        { web: { uri: 'https://0.example' } },
        { web: { uri: 'https://1.example' } },
        { retrievedContext: { title: 'D', text: 'q' } },
        { retrievedContext: { uri: 'https://2.example', text: 'z' } },
      ],
      groundingSupports: [
        { segment: { startIndex: 2, endIndex: 5, text: '€' }, groundingChunkIndices: [0, 1] },
        { segment: { startIndex: 5, endIndex: 7, text: 'ab' }, groundingChunkIndices: [2] },
      ],
    })
  })

  test('says how likely each token was', () => {
    const logprobs = [
      { token: 'a', logprob: -1, top: [{ token: 'b', logprob: -2 }] },
      { token: 'c', logprob: -3, top: [] },
    ]
    expect(candidateOf({ blocks: [{ type: 'text', text: 'ac', logprobs }] })).toMatchObject({
      avgLogprobs: -2,
      logprobsResult: {
        chosenCandidates: [
          { token: 'a', logProbability: -1 },
          { token: 'c', logProbability: -3 },
        ],
        topCandidates: [{ candidates: [{ token: 'b', logProbability: -2 }] }, { candidates: [] }],
      },
    })
  })
})

describe('seals', () => {
  const text: Block = { type: 'text', text: 'a' }

  test('of Google stay as they are, others are packed', () => {
    expect(partsOf([{ ...call, arguments: '{"a":1}', seal: google }])).toEqual([
      { functionCall, thoughtSignature: 'Cq0B' },
    ])
    expect(partsOf([{ type: 'reasoning', text: 'so', seal: anthropic }])).toEqual([
      { text: 'so', thought: true, thoughtSignature: packed(anthropic) },
    ])
    expect(partsOf([{ type: 'reasoning', text: '', seal: locked }, text])).toEqual([
      { text: '', thought: true, thoughtSignature: packed(locked) },
      { text: 'a' },
    ])
  })

  describe('to a caller that asked for no thoughts', () => {
    const quiet = (...blocks: Block[]) => partsOf(blocks, {})

    test('thoughts are not told', () =>
      expect(quiet({ type: 'reasoning', text: 'so' }, text)).toEqual([{ text: 'a' }]))

    test('what stands for a hidden one travels with the next part', () => {
      const thought: Block = { type: 'reasoning', text: 'summary', seal: locked }
      expect(quiet(thought, text)).toEqual([{ text: 'a', thoughtSignature: packed(locked) }])
      expect(quiet(thought, { ...call, arguments: '{"a":1}' })).toEqual([
        { functionCall, thoughtSignature: packed(locked) },
      ])
      expect(quiet(thought, { ...call, arguments: '{"a":1}', seal: google })).toEqual([
        { text: '', thoughtSignature: packed(locked) },
        { functionCall, thoughtSignature: 'Cq0B' },
      ])
      expect(quiet(text, thought)).toEqual([{ text: 'a' }, { text: '', thoughtSignature: packed(locked) }])
      expect(quiet(thought, thought, text)).toEqual([
        { text: '', thoughtSignature: packed(locked) },
        { text: 'a', thoughtSignature: packed(locked) },
      ])
    })

    test('a signed one is told after all: its text must come back with it', () =>
      expect(quiet({ type: 'reasoning', text: 'so', seal: anthropic }, text)).toEqual([
        { text: 'so', thought: true, thoughtSignature: packed(anthropic) },
        { text: 'a' },
      ]))
  })
})
