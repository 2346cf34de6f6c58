import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finish } from '../../src/core/chat/answer.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/dialect.ts'
import { wireUsage } from './bedrock-converse-wire.ts'
import { bytesOf } from './splits.ts'

const decode = (body: unknown) =>
  bedrockConverse.decodeAnswer(bytesOf(typeof body === 'string' ? body : JSON.stringify(body)))

const answerOf = (content: unknown, rest: object = { stopReason: 'end_turn' }) =>
  decode({ output: { message: { role: 'assistant', content } }, metrics: { latencyMs: 840 }, ...rest })

test('a thought, text and a call are read, with what they cost', () => {
  const content = [
    { reasoningContent: { reasoningText: { text: 'hm', signature: 'Ep4B' } } },
    { reasoningContent: { redactedContent: 'c2VjcmV0' } },
    { text: 'Hi' },
    { toolUse: { toolUseId: 'tooluse_1', name: 'f', input: { x: 1 }, type: 'tool_use' } },
  ]
  const usage = { ...wireUsage, cacheWriteInputTokens: 3, cacheDetails: [{ ttl: '5m', inputTokens: 3 }] }
  expect(answerOf(content, { stopReason: 'tool_use', usage })).toEqual({
    blocks: [
      { type: 'reasoning', text: 'hm', seal: { by: 'anthropic', value: 'Ep4B' } },
      { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'c2VjcmV0', locked: true } },
      { type: 'text', text: 'Hi' },
      { type: 'tool_call', id: 'tooluse_1', name: 'f', arguments: '{"x":1}', kind: 'function' },
    ],
    finish: 'tool_calls',
    usage: {
      inputTokens: 123,
      cachedInputTokens: 100,
      cacheWriteTokens: 3,
      inputAudioTokens: 0,
      outputTokens: 9,
      reasoningTokens: 0,
      outputAudioTokens: 0,
    },
  })
})

test('cited text has its citations', () => {
  const location = { documentChar: { documentIndex: 1, start: 5, end: 9 } }
  const cited = {
    content: [{ text: 'It ' }, { text: 'says so' }],
    citations: [
      { title: 'd', sourceContent: [{ text: 'so' }], location },
      { title: 'w', sourceContent: [{ text: 'there' }], location: { web: { url: 'https://a.example' } } },
      { location: { searchResultLocation: {} } },
    ],
  }
  expect(answerOf([{ citationsContent: cited }])?.blocks).toEqual([
    {
      type: 'text',
      text: 'It says so',
      citations: [
        { type: 'document', index: 1, title: 'd', quote: 'so', unit: 'character', from: 5, to: 9 },
        { type: 'url', url: 'https://a.example', title: 'w', quote: 'there' },
      ],
    },
  ])
})

test('an image is read', () => {
  expect(answerOf([{ image: { format: 'jpeg', source: { bytes: 'AAAA' } } }])?.blocks).toEqual([
    { type: 'image', mediaType: 'image/jpeg', data: 'AAAA' },
  ])
})

describe('the finish', () => {
  test.each<[string | undefined, Finish]>([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop_sequence'],
    ['tool_use', 'tool_calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['malformed_model_output', 'error'],
    ['malformed_tool_use', 'error'],
    ['something_new', 'stop'],
    [undefined, 'stop'],
  ])('%s is %s', (stopReason, finish) => {
    expect(answerOf([{ text: 'a' }], { stopReason })).toEqual({
      blocks: [{ type: 'text', text: 'a' }],
      finish,
    })
  })

  test('tells the stop sequence that was met', () => {
    const additionalModelResponseFields = { stop_sequence: 'END' }
    expect(answerOf([], { stopReason: 'stop_sequence', additionalModelResponseFields })).toEqual({
      blocks: [],
      finish: 'stop_sequence',
      stopSequence: 'END',
    })
  })

  test('of a model that calls a tool and says that it just ended is a call', () => {
    expect(answerOf([{ toolUse: { toolUseId: 'a', name: 'f', input: {} } }])).toMatchObject({
      blocks: [{ arguments: '{}' }],
      finish: 'tool_calls',
    })
  })
})

describe('usage', () => {
  const usageOf = (usage: unknown) => answerOf([], { usage })?.usage

  test('of zero is zero', () => {
    expect(usageOf({ inputTokens: 0, outputTokens: 0 })).toMatchObject({ inputTokens: 0, outputTokens: 0 })
  })

  test.each([
    undefined,
    null,
    {},
    { inputTokens: 1 },
    { outputTokens: 1 },
    { inputTokens: -1, outputTokens: 2 },
  ])('that does not tell both totals is none: %j', (usage) => expect(usageOf(usage)).toBeUndefined())
})

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"output":{}}',
  '{"output":{"message":{"content":"a"}}}',
  '{"message":"no"}',
])('no answer: %s', (body) => expect(decode(body)).toBeUndefined())

test('odd answers never crash', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom('text', 'toolUse', 'reasoningContent', 'citationsContent', 'image', '__proto__'),
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('name', 'input', 'content'), fc.jsonValue())),
    ),
  )
  fc.assert(
    fc.property(fc.array(odd), fc.jsonValue(), (content, usage) => {
      expect(answerOf([...content, { text: 'kept' }], { usage })?.blocks.at(-1)).toEqual({
        type: 'text',
        text: 'kept',
      })
    }),
  )
})

describe('an error', () => {
  const facts = (body: unknown) => bedrockConverse.readError(bytesOf(JSON.stringify(body)))

  test.each<[body: Readonly<Record<string, string>>, code: string]>([
    [
      { __type: 'com.amazon.coral.validate#ValidationException:http://x', message: 'm' },
      'ValidationException',
    ],
    [{ __type: 'ThrottlingException', Message: 'm' }, 'ThrottlingException'],
    [{ message: 'Too many tokens, please wait before trying again.' }, 'ThrottlingException'],
    [{ message: 'Input is too long for requested model.' }, 'context_length_exceeded'],
    [{ message: "You don't have access to the model with the specified model ID." }, 'AccessDeniedException'],
    [{ message: 'The security token included in the request is invalid.' }, 'InvalidSignatureException'],
  ])('%j has its code', (body, code) => {
    const message = body['message'] ?? body['Message']
    expect(facts(body)).toEqual({ code, message })
  })

  test('without any word for it has its message alone', () => {
    expect(facts({ message: 'This model has no images.' })).toEqual({ message: 'This model has no images.' })
  })

  test.each([{}, [], null, 'no', { message: 5, __type: 5 }])('that is odd says nothing: %j', (body) => {
    expect(facts(body)).toEqual({})
  })
})

test('ids of models are encoded in the path', () => {
  const path = (model: string, stream: boolean) => bedrockConverse.path({ model, stream })
  expect(path('us.anthropic.claude-sonnet-4-5-v1:0', false)).toBe(
    '/model/us.anthropic.claude-sonnet-4-5-v1%3A0/converse',
  )
  expect(path('arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova', true)).toBe(
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.amazon.nova/converse-stream',
  )
})
