import { describe, expect, test } from 'vitest'
import type { ChatAnswer } from '../../src/core/chat/answer.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { chunkOf, usage, wireUsage } from './gemini-wire.ts'
import { bytesOf } from './splits.ts'

const decodeAnswer = (answer: unknown) => gemini.decodeAnswer(bytesOf(JSON.stringify(answer)))

const stop = { finishReason: 'STOP' }

describe('a whole answer', () => {
  test('with thought, text, a call and an image', () => {
    const parts = [
      { text: 'plan', thought: true },
      { text: '3C', thoughtSignature: 'Aaaa' },
      { functionCall: { id: 'a1', name: 'f', args: { x: 1 } }, thoughtSignature: 'Cq0B' },
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
      { inlineData: { mimeType: 'image/png', data: 'BBBB' }, thought: true },
    ]
    expect(decodeAnswer(chunkOf(parts, stop, { usageMetadata: wireUsage }))).toEqual({
      id: 'r1',
      model: 'gemini-3-flash-001',
      blocks: [
        { type: 'reasoning', text: 'plan' },
        { type: 'text', text: '3C' },
        { type: 'reasoning', text: '', seal: { by: 'google', value: 'Aaaa' } },
        {
          type: 'tool_call',
          id: 'a1',
          name: 'f',
          arguments: '{"x":1}',
          kind: 'function',
          seal: { by: 'google', value: 'Cq0B' },
        },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      ],
      finish: 'tool_calls',
      usage,
    } satisfies ChatAnswer)
  })

  test('whose prompt was blocked', () =>
    expect(
      decodeAnswer({ promptFeedback: { blockReason: 'OTHER' }, usageMetadata: { promptTokenCount: 4 } }),
    ).toMatchObject({
      blocks: [],
      finish: 'content_filter',
      usage: { inputTokens: 4, outputTokens: 0 },
    }))

  test('that is none', () => {
    for (const body of [{}, [], null, 7, { error: { code: 500 } }]) expect(decodeAnswer(body)).toBeUndefined()
  })

  test.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content_filter'],
    ['IMAGE_RECITATION', 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', 'error'],
    ['TOO_MANY_TOOL_CALLS', 'error'],
    ['LANGUAGE', 'stop'],
    ['constructor', 'stop'],
    [undefined, 'stop'],
  ])('that ended by %s', (finishReason, finish) =>
    expect(decodeAnswer({ candidates: [{ finishReason }] })).toEqual({ blocks: [], finish }),
  )

  test('of several candidates is the first', () => {
    const other = { index: 1, content: { parts: [{ text: 'b' }] } }
    const first = { content: { parts: [{ text: 'a' }] }, ...stop }
    expect(decodeAnswer({ candidates: [other, first] })?.blocks).toEqual([{ type: 'text', text: 'a' }])
  })
})

describe('ids of calls that have none', () => {
  const call = { functionCall: { name: 'f' } }
  const idsOf = (answer: object) =>
    decodeAnswer(answer)?.blocks.map((block) => block.type === 'tool_call' && block.id)

  test('are made of the id of the answer', () =>
    expect(idsOf(chunkOf([call, call], stop, { responseId: 'r_1-x.=/' }))).toEqual([
      'call_r_1-x_0',
      'call_r_1-x_1',
    ]))

  test('are never the same in two answers', () => {
    const answer = { candidates: [{ content: { parts: [call] } }] }
    expect(idsOf(answer)).not.toEqual(idsOf(answer))
    expect(idsOf(answer)?.[0]).toMatch(/^call_[\w-]{1,35}$/)
  })
})

describe('where it comes from', () => {
  const web = (n: number) => ({ web: { uri: `https://${n}.example`, title: `t${n}` } })
  const support = (segment: object, ...groundingChunkIndices: number[]) => ({
    segment,
    groundingChunkIndices,
  })
  const citationsOf = (texts: string[], groundingMetadata: object) =>
    decodeAnswer(
      chunkOf([...texts.map((text) => ({ text })), { functionCall: { name: 'f' } }], { groundingMetadata }),
    )?.blocks.flatMap((block) => (block.type === 'text' ? (block.citations ?? []) : []))

  test('is counted in bytes, of all text together', () => {
    const groundingChunks = [web(0), web(1), { retrievedContext: { uri: 'gs://x', text: 'q' } }]
    const groundingSupports = [
      support({ startIndex: 10, endIndex: 13, text: '€' }, 0, 1),
      support({ endIndex: 7 }, 2),
      support({ startIndex: 99, endIndex: 120 }, 0),
      // The text is right, the offsets are not.
      support({ startIndex: 0, endIndex: 3, text: 'so' }, 1),
      support({}, 9),
    ]
    expect(citationsOf(['é 😀 ', 'so€'], { groundingChunks, groundingSupports })).toEqual([
      { type: 'url', url: 'https://0.example', title: 't0', start: 7, end: 8 },
      { type: 'url', url: 'https://1.example', title: 't1', start: 7, end: 8 },
      { type: 'url', url: 'gs://x', quote: 'q', start: 0, end: 4 },
      { type: 'url', url: 'https://0.example', title: 't0' },
      { type: 'url', url: 'https://1.example', title: 't1', start: 5, end: 7 },
    ])
  })

  test('is of the block in which it lies', () => {
    const groundingMetadata = {
      groundingChunks: [web(0)],
      groundingSupports: [
        support({ startIndex: 4, endIndex: 6 }, 0),
        support({ startIndex: 1, endIndex: 5 }, 0),
      ],
    }
    const parts = [{ text: 'né' }, { text: 'hm', thought: true }, { text: 'Oslo' }]
    const from = { type: 'url', url: 'https://0.example', title: 't0' }
    expect(decodeAnswer(chunkOf(parts, { groundingMetadata }))?.blocks).toEqual([
      { type: 'text', text: 'né', citations: [from] },
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Oslo', citations: [{ ...from, start: 1, end: 3 }] },
    ])
  })

  test('without support is of the whole text', () =>
    expect(citationsOf(['a'], { groundingChunks: [web(0), {}, null] })).toEqual([
      { type: 'url', url: 'https://0.example', title: 't0' },
    ]))

  test('a recitation is cited too', () => {
    const citationMetadata = { citations: [{ uri: 'https://x.example', startIndex: 1, endIndex: 3 }, {}, 7] }
    expect(decodeAnswer(chunkOf([{ text: 'abcd' }], { citationMetadata }))?.blocks).toEqual([
      {
        type: 'text',
        text: 'abcd',
        citations: [{ type: 'url', url: 'https://x.example', start: 1, end: 3 }],
      },
    ])
  })
})

test('how likely each token was', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'a', logProbability: -0.1 }, { token: 'b', logProbability: -0.2 }, null],
    topCandidates: [{ candidates: [{ token: 'c', logProbability: -3 }] }],
  }
  expect(decodeAnswer(chunkOf([{ text: 'ab' }], { logprobsResult }))?.blocks).toMatchObject([
    {
      logprobs: [
        { token: 'a', logprob: -0.1, top: [{ token: 'c', logprob: -3 }] },
        { token: 'b', logprob: -0.2, top: [] },
        { token: '', logprob: 0, top: [] },
      ],
    },
  ])
})
