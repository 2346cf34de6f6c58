import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatCall, Part, ToolResultPart, Turn } from '../../src/core/chat/call.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { target } from './anthropic-events.ts'

/** What a call becomes in the words of this dialect and back. */
function there(call: ChatCall, model: string) {
  const { body, dropped } = anthropicMessages.encodeCall(call, target(model, call.outputCap))
  return { back: anthropicMessages.decodeCall(anthropicMessages.read({ body })), dropped }
}

const full: ChatCall = {
  system: [{ type: 'text', text: 'Be brief.', cache: { ttl: '1h' } }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
        {
          type: 'document',
          source: { type: 'text', text: 'A weir.' },
          name: 'W',
          context: 'Rivers',
          cite: true,
        },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'Hm.', seal: { by: 'anthropic', value: 'EqQB' } },
        { type: 'text', text: 'I look.' },
        { type: 'tool_call', id: 'toolu_1', name: 'f', arguments: '{"a":1}', kind: 'function' },
      ],
    },
    {
      role: 'user',
      parts: [
        {
          type: 'tool_result',
          callId: 'toolu_1',
          content: [{ type: 'text', text: 'x' }],
          isError: true,
          kind: 'function',
        },
        { type: 'text', text: 'And?', cache: {} },
      ],
    },
  ],
  tools: [
    {
      kind: 'function',
      name: 'f',
      description: 'F.',
      schema: { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false },
      strict: true,
    },
  ],
  toolChoice: { mode: 'auto' },
  parallelTools: false,
  reasoning: { effort: 'high', visible: true },
  sampling: {},
  stop: ['END'],
  outputCap: 4_000,
  stream: true,
  answers: 1,
  serviceTier: 'standard',
  endUser: 'acme:alice',
  foreign: [],
}

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const textPart = fc.record({ type: fc.constant('text' as const), text: word })
const userPart: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  fc.record({
    type: fc.constantFrom('image' as const, 'document' as const),
    source: fc.record({
      type: fc.constant('url' as const),
      url: word.map((name) => `https://x/${name}`),
      mediaType: fc.constant('application/pdf'),
    }),
  }),
)
const assistantPart: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  fc.record({
    type: fc.constant('reasoning' as const),
    text: word,
    seal: fc.record({ by: fc.constant('anthropic' as const), value: word }),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: word,
    name: word,
    arguments: fc.dictionary(word, fc.integer()).map((input) => JSON.stringify(input)),
    kind: fc.constant('function' as const),
  }),
)
const results: fc.Arbitrary<ToolResultPart[]> = fc.array(
  fc.record({
    type: fc.constant('tool_result' as const),
    callId: word,
    content: fc.array(textPart, { maxLength: 2 }),
    isError: fc.boolean(),
    kind: fc.constant('function' as const),
  }),
  { maxLength: 2 },
)
const exchange: fc.Arbitrary<Turn[]> = fc
  .tuple(
    results,
    fc.array(userPart, { minLength: 1, maxLength: 3 }),
    fc.array(assistantPart, { minLength: 1, maxLength: 3 }),
  )
  .map(([results, parts, said]) => [
    { role: 'user', parts: [...results, ...parts] },
    { role: 'assistant', parts: said },
  ])

describe('a call that goes up and is read again', () => {
  test('is the same, with all that there is', () => {
    const { back, dropped } = there(full, 'claude-opus-5')
    expect(dropped).toEqual([])
    expect(back).toEqual({ ...full, endUser: 'acme:acme:alice' })
  })

  test('is the same, whatever was said', () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 4 }), (exchanges) => {
        const { reasoning: _, endUser: __, ...rest } = full
        const call: ChatCall = { ...rest, turns: exchanges.flat() }
        const { back, dropped } = there(call, 'claude-sonnet-4-5')
        expect(dropped).toEqual([])
        expect(back).toEqual({ ...call, turns: call.turns.map(withoutImageType) })
      }),
      { numRuns: 200 },
    )
  })
})

/** Only of a document is it known what is behind an address. */
function withoutImageType(turn: Turn): Turn {
  const parts = turn.parts.map((part) =>
    part.type === 'image' && part.source.type === 'url'
      ? { ...part, source: { type: part.source.type, url: part.source.url } }
      : part,
  )
  return { ...turn, parts }
}
