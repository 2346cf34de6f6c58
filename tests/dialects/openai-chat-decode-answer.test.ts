import { describe, expect, test } from 'vitest'
import { noUsage } from '../../src/core/usage.ts'
import { decodeAnswer } from '../../src/dialects/openai-chat/decode-answer.ts'
import { alibabaFixture } from '../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../fixtures/providers/openai.ts'
import { sandboxFixture } from '../fixtures/providers/sandbox.ts'
import { bytesOf } from './splits.ts'

const decode = (body: unknown) => decodeAnswer(bytesOf(JSON.stringify(body)))
const answer = (message: object, choice: object = {}) =>
  decode({ id: 'chatcmpl-1', choices: [{ index: 0, message, finish_reason: 'stop', ...choice }] })
const blocksOf = (message: object, choice: object = {}) => answer(message, choice)?.blocks
const text = (text: string) => ({ type: 'text', text })
const called = (more: object = {}) => ({
  type: 'function',
  function: { name: 'f', arguments: '{}' },
  ...more,
})

test.each([openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture])(
  'reads the answer of $provider',
  ({ answer, answerUsage, answerText, answerReasoning, answerFinishReason }) => {
    const read = decodeAnswer(bytesOf(answer))
    const { id, model } = JSON.parse(answer) as { id: string; model: string }
    expect(read).toMatchObject({ id, model, finish: answerFinishReason, usage: answerUsage })
    expect(read?.blocks).toEqual([
      ...(answerReasoning === '' ? [] : [{ type: 'reasoning', text: answerReasoning }]),
      text(answerText),
    ])
  },
)

test.each(['', '<html>', '[]', '{}', '{"choices":null}', '{"error":{"message":"no"}}'])(
  'finds no answer in %j',
  (body) => expect(decodeAnswer(bytesOf(body))).toBeUndefined(),
)

test('an answer without a choice is one that nobody can use', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 0 }
  const expected = { blocks: [], finish: 'error', usage: { ...noUsage, inputTokens: 3 } }
  expect(decode({ choices: [], usage })).toEqual(expected)
  expect(decode({ choices: [null], usage })).toEqual(expected)
})

test('of several answers the first is read', () => {
  const choices = [1, 0].map((index) => ({ index, message: { content: `answer ${index}` } }))
  expect(decode({ choices })?.blocks).toEqual([text('answer 0')])
})

describe('a message', () => {
  const png = { type: 'image', mediaType: 'image/png', data: 'AAAA' }

  test.each<[string, object, object, unknown]>([
    ['of nothing', { content: '' }, {}, []],
    ['of null', { content: null, refusal: null, tool_calls: null, annotations: null }, {}, []],
    ['that refuses', { content: null, refusal: 'no' }, {}, [{ type: 'refusal', text: 'no' }]],
    [
      'that thinks by the other name',
      { content: 'a', reasoning: 'hm' },
      {},
      [{ type: 'reasoning', text: 'hm' }, text('a')],
    ],
    [
      'of Mistral, a list with its thoughts in it',
      {
        content: [{ type: 'thinking', thinking: [text('hm')] }, text('a'), { type: 'reference' }, text('b')],
      },
      {},
      [{ type: 'reasoning', text: 'hm' }, text('ab')],
    ],
    [
      'with images',
      {
        content: 'a',
        images: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { image_url: { url: 'https://e.com' } },
        ],
      },
      {},
      [text('a'), png],
    ],
    [
      'that cites',
      {
        content: 'abc',
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: 'u', title: 't', content: 'q', start_index: 0, end_index: 2 },
          },
          { type: 'url_citation', url_citation: { url: 'v', title: '', start_index: -1 } },
          { type: 'url_citation', url_citation: {} },
          { type: 'file_citation' },
        ],
      },
      {},
      [
        {
          ...text('abc'),
          citations: [
            { type: 'url', url: 'u', title: 't', quote: 'q', start: 0, end: 2 },
            { type: 'url', url: 'v' },
          ],
        },
      ],
    ],
    [
      'with the chances of its tokens',
      { content: 'a' },
      {
        logprobs: {
          content: [
            {
              token: 'a',
              logprob: -0.5,
              bytes: [97],
              top_logprobs: [{ token: 'b', logprob: -1, bytes: null }, { token: 5 }],
            },
            null,
          ],
        },
      },
      [
        {
          ...text('a'),
          logprobs: [{ token: 'a', logprob: -0.5, bytes: [97], top: [{ token: 'b', logprob: -1 }] }],
        },
      ],
    ],
  ])('%s', (...[, message, choice, blocks]) => expect(blocksOf(message, choice)).toEqual(blocks))
})

describe('the calls of tools', () => {
  const call = { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', kind: 'function' }

  test.each<[string, object, unknown]>([
    ['are read', { content: null, tool_calls: [called({ id: 'c' })] }, [call]],
    [
      'may be custom',
      { tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'f', input: 'raw' } }] },
      [{ ...call, kind: 'custom', arguments: 'raw' }],
    ],
    [
      'may have arguments that are an object, or none',
      {
        tool_calls: [
          { id: 'c', function: { name: 'f', arguments: { x: 1 } } },
          { id: 'd', function: { name: 'f' } },
        ],
      },
      [
        { ...call, arguments: '{"x":1}' },
        { ...call, id: 'd', arguments: '' },
      ],
    ],
    [
      'may lack ids, which are made up then',
      { tool_calls: [called({ id: '' }), called()] },
      [
        { ...call, id: 'call_chatcmpl1_0' },
        { ...call, id: 'call_chatcmpl1_1' },
      ],
    ],
    [
      'may have the old form',
      { content: null, function_call: { name: 'f', arguments: '{}' } },
      [{ ...call, id: 'call_chatcmpl1_0' }],
    ],
    [
      'may have a seal of Google',
      { tool_calls: [called({ id: 'c', extra_content: { google: { thought_signature: 'c2ln' } } })] },
      [{ ...call, seal: { by: 'google', value: 'c2ln' } }],
    ],
  ])('%s', (_, message, blocks) => {
    expect(blocksOf(message)).toEqual(blocks)
    expect(answer(message)?.finish).toBe('tool_calls')
  })
})

test.each<[unknown, string]>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content_filter', 'content_filter'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['eos', 'stop'],
  ['normal', 'stop'],
  ['sensitive', 'content_filter'],
  ['model_context_window_exceeded', 'length'],
  ['insufficient_system_resource', 'error'],
  ['', 'stop'],
  [null, 'stop'],
  [7, 'stop'],
])('the end %j is %s', (reason, finish) => {
  expect(answer({ content: 'a' }, { finish_reason: reason })?.finish).toBe(finish)
})
