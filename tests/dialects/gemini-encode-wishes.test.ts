import { describe, expect, test } from 'vitest'
import type { ChatCall, MediaPart, ReasoningWish } from '../../src/core/chat/call.ts'
import { encode } from './gemini-wire.ts'

type Config = Record<string, unknown> & { dropped: readonly string[] }

const config = (call: Partial<ChatCall>, upstream?: string, cap?: number): Config => {
  const { body, dropped } = encode(call, upstream, cap)
  return { ...(body['generationConfig'] as Record<string, unknown>), dropped }
}

describe('sampling', () => {
  test('goes up as it is', () =>
    expect(
      config({
        sampling: {
          temperature: 0,
          topP: 0.9,
          topK: 40,
          seed: -7,
          presencePenalty: 1,
          frequencyPenalty: 2,
          topLogprobs: 3,
        },
        stop: ['a', 'b'],
      }),
    ).toEqual({
      maxOutputTokens: 4096,
      temperature: 0,
      topP: 0.9,
      topK: 40,
      seed: -7,
      presencePenalty: 1,
      frequencyPenalty: 2,
      responseLogprobs: true,
      logprobs: 3,
      stopSequences: ['a', 'b'],
      dropped: [],
    }))

  test('but for what Google, or the model, does not know', () => {
    const stop = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(config({ sampling: { seed: 2 ** 31, topLogprobs: 0 }, stop, answers: 3 })).toEqual({
      maxOutputTokens: 4096,
      responseLogprobs: true,
      stopSequences: stop.slice(0, 5),
      dropped: ['stop', 'n', 'seed'],
    })
    const sampling = { presencePenalty: 1, frequencyPenalty: 2 }
    expect(config({ sampling }, 'gemini-2.5-flash-preview')).toEqual({
      maxOutputTokens: 4096,
      dropped: ['presence_penalty', 'frequency_penalty'],
    })
  })
})

describe('thinking', () => {
  const thinking = (reasoning: ReasoningWish, upstream: string, cap = 65_536) => {
    const { dropped, ...sent } = config({ reasoning }, upstream, cap)
    expect(sent['maxOutputTokens']).toBe(cap)
    return [sent['thinkingConfig'], ...dropped]
  }
  const [pro25, flash25, lite25] = ['gemini-2.5-pro', 'gemini-2.5-flash-001', 'google/gemini-2.5-flash-lite']

  test.each<[ReasoningWish, string, ...unknown[]]>([
    [{ effort: 'none' }, flash25, { includeThoughts: false, thinkingBudget: 0 }],
    [{ effort: 'none' }, pro25, { includeThoughts: false, thinkingBudget: 128 }, 'reasoning'],
    [{ effort: 'minimal' }, flash25, { includeThoughts: true, thinkingBudget: 1024 }],
    [{ effort: 'medium', visible: false }, pro25, { includeThoughts: false, thinkingBudget: 8192 }],
    [{ effort: 'high' }, flash25, { includeThoughts: true, thinkingBudget: 24_576 }],
    [{ effort: 'max' }, flash25, { includeThoughts: true, thinkingBudget: 24_576 }],
    [{ effort: 'xhigh' }, pro25, { includeThoughts: true, thinkingBudget: 32_768 }],
    [{ budget: 100 }, lite25, { includeThoughts: true, thinkingBudget: 512 }],
    [{ budget: 100 }, flash25, { includeThoughts: true, thinkingBudget: 100 }],
    [{ budget: 90_000 }, flash25, { includeThoughts: true, thinkingBudget: 24_576 }],
    [{ budget: 0 }, lite25, { includeThoughts: false, thinkingBudget: 0 }],
    [{ visible: true }, pro25, { includeThoughts: true }],
    [
      { effort: 'none' },
      'gemini-3-pro-preview',
      { includeThoughts: false, thinkingLevel: 'LOW' },
      'reasoning',
    ],
    [{ effort: 'medium' }, 'gemini-3-pro-preview', { includeThoughts: true, thinkingLevel: 'HIGH' }],
    [{ effort: 'medium' }, 'gemini-3.1-pro-preview', { includeThoughts: true, thinkingLevel: 'MEDIUM' }],
    [{ effort: 'minimal' }, 'gemini-3-flash-preview', { includeThoughts: true, thinkingLevel: 'MINIMAL' }],
    [{ effort: 'minimal' }, 'gemini-3.6-flash', { includeThoughts: true, thinkingLevel: 'MINIMAL' }],
    [{ effort: 'minimal' }, 'gemini-3.7-flash', { includeThoughts: true, thinkingLevel: 'LOW' }],
    [{ effort: 'minimal' }, 'gemini-3.8-flash-lite', { includeThoughts: true, thinkingLevel: 'MINIMAL' }],
    [{ effort: 'minimal' }, 'gemini-flash-latest', { includeThoughts: true, thinkingLevel: 'LOW' }],
    [{ effort: 'max' }, 'gemini-4-argon', { includeThoughts: true, thinkingLevel: 'HIGH' }],
    [{ budget: 900 }, 'gemini-3-flash', { includeThoughts: true, thinkingLevel: 'LOW' }, 'reasoning_budget'],
    [
      { budget: 9000 },
      'gemini-3-flash',
      { includeThoughts: true, thinkingLevel: 'HIGH' },
      'reasoning_budget',
    ],
    [
      { budget: 9, effort: 'medium' },
      'gemini-3-flash',
      { includeThoughts: true, thinkingLevel: 'MEDIUM' },
      'reasoning_budget',
    ],
    [{ effort: 'high' }, 'gemini-2.0-flash', undefined, 'reasoning'],
    [{ effort: 'none' }, 'gemma-3-27b-it', undefined],
    [{ visible: false }, 'gemini-2.0-flash', undefined],
    [{ visible: true }, 'gemini-2.5-flash-image', undefined, 'reasoning'],
  ])('%j of %s', (reasoning, upstream, ...expected) =>
    expect(thinking(reasoning, upstream)).toEqual(expected),
  )

  test('stays within the cap', () => {
    expect(thinking({ effort: 'high' }, flash25, 4000)).toEqual([
      { includeThoughts: true, thinkingBudget: 2000 },
    ])
    expect(thinking({ budget: 4000 }, flash25, 4000)).toEqual([
      { includeThoughts: true, thinkingBudget: 3999 },
    ])
    expect(thinking({ budget: 4000 }, pro25, 100)).toEqual([{ includeThoughts: true }, 'reasoning'])
    expect(thinking({ effort: 'low' }, flash25, 1)).toEqual([{ includeThoughts: true }, 'reasoning'])
  })
})

describe('media', () => {
  const sent = (part: MediaPart) => {
    const { body, dropped } = encode({ turns: [{ role: 'user', parts: [part] }] })
    const [content] = body['contents'] as { parts: object[] }[]
    return [content?.parts[0], ...dropped]
  }
  const bytes = (mediaType: string) => ({ type: 'base64', mediaType, data: 'AAAA' }) as const
  const inline = (mimeType: string) => ({ inlineData: { mimeType, data: 'AAAA' } })

  test.each<[MediaPart, ...unknown[]]>([
    [{ type: 'image', source: bytes('image/png'), detail: 'auto' }, inline('image/png')],
    [
      { type: 'image', source: bytes('image/png'), detail: 'high', cache: {} },
      inline('image/png'),
      'detail',
      'cache_control',
    ],
    [
      { type: 'document', source: bytes('application/pdf'), name: 'a', cite: true, context: 'c' },
      inline('application/pdf'),
      'name',
      'citations',
      'document_context',
    ],
    [{ type: 'audio', source: bytes('audio/mpeg') }, inline('audio/mp3')],
    [{ type: 'audio', source: bytes('audio/wav') }, inline('audio/wav')],
    [{ type: 'video', source: bytes('video/mp4') }, inline('video/mp4')],
    [
      { type: 'document', source: { type: 'text', text: 'é' } },
      { inlineData: { mimeType: 'text/plain', data: 'w6k=' } },
    ],
    [
      { type: 'video', source: { type: 'url', url: 'https://youtu.be/x' } },
      { fileData: { mimeType: 'video/*', fileUri: 'https://youtu.be/x' } },
    ],
  ])('%j', (part, ...expected) => expect(sent(part)).toEqual(expected))

  test('from an address must be sent as bytes', () => {
    for (const type of ['image', 'document', 'audio', 'video'] as const)
      expect(() => sent({ type, source: { type: 'url', url: 'https://x.example/a' } })).toThrow(
        expect.objectContaining({
          code: 'cannot_translate',
          message: expect.stringContaining('base64') as string,
        }),
      )
  })
})

test('what Google has no place for is named, each once', () => {
  const cache = { ttl: '1h' } as const
  const { body, dropped } = encode({
    system: [{ type: 'text', text: 'a', cache }],
    turns: [
      {
        role: 'user',
        name: 'ann',
        parts: [{ type: 'text', text: 'b', cache, citations: [{ type: 'url', url: 'https://x.example' }] }],
      },
    ],
    tools: [{ kind: 'function', name: 'f', cache }],
    parallelTools: false,
    verbosity: 'low',
    serviceTier: 'scale',
    endUser: 'alice',
    cacheKey: 'k',
    metadata: { a: 'b' },
  })
  expect(dropped.toSorted()).toEqual([
    'cache_control',
    'citations',
    'end_user',
    'metadata',
    'name',
    'parallel_tool_calls',
    'prompt_cache_key',
    'service_tier',
    'verbosity',
  ])
  expect(JSON.stringify(body)).not.toMatch(/alice|ann|scale/)
  expect(encode({ toolChoice: { mode: 'any' } }).dropped).toEqual(['tool_choice'])
})

test.each<[string | undefined, unknown]>([
  [undefined, undefined],
  ['standard', undefined],
  ['auto', undefined],
  ['flex', 'flex'],
  ['priority', 'priority'],
])('the tier %s', (serviceTier, sent) => {
  const { body, dropped } = encode(serviceTier === undefined ? {} : { serviceTier })
  expect([body['serviceTier'], dropped]).toEqual([sent, []])
})
