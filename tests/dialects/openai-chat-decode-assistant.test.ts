import { describe, expect, test } from 'vitest'
import { packSeal } from '../../src/core/chat/seal.ts'
import { decodeMessages, refusalOf, text } from './openai-chat-calls.ts'

const user = (content: unknown) => ({ role: 'user', content })
const png = { type: 'base64', mediaType: 'image/png', data: 'AAAA' }
const called = (id: string, more: object = {}) => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: '{"x":1}' },
  ...more,
})

describe('what the model said', () => {
  const assistant = (fields: object) => decodeMessages({ role: 'assistant', ...fields }).turns[0]?.parts
  const seal = { by: 'anthropic', value: 'c2ln' } as const
  const detail = { type: 'reasoning.text', format: 'weir-v1', index: 0 }

  test.each<[string, object, unknown]>([
    ['text', { content: 'a' }, [text('a')]],
    [
      'parts',
      { content: [text('a'), { type: 'refusal', refusal: 'no' }] },
      [text('a'), { type: 'refusal', text: 'no' }],
    ],
    ['a refusal', { content: null, refusal: 'no' }, [{ type: 'refusal', text: 'no' }]],
    [
      'calls of tools',
      {
        content: null,
        tool_calls: [called('c1'), { id: 'c2', type: 'custom', custom: { name: 'g', input: 'raw' } }],
      },
      [
        { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"x":1}', kind: 'function' },
        { type: 'tool_call', id: 'c2', name: 'g', arguments: 'raw', kind: 'custom' },
      ],
    ],
    [
      'a call whose arguments are an object, and one with a seal of Google',
      {
        tool_calls: [
          { id: 'c1', function: { name: 'f', arguments: { x: 1 } } },
          called('c2', { extra_content: { google: { thought_signature: 'c2ln' } } }),
        ],
      },
      [
        { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"x":1}', kind: 'function' },
        {
          type: 'tool_call',
          id: 'c2',
          name: 'f',
          arguments: '{"x":1}',
          kind: 'function',
          seal: { by: 'google', value: 'c2ln' },
        },
      ],
    ],
    ['a thought', { content: 'a', reasoning_content: 'hm' }, [{ type: 'reasoning', text: 'hm' }, text('a')]],
    ['a thought by its other name', { reasoning: 'hm' }, [{ type: 'reasoning', text: 'hm' }]],
    [
      'thoughts with seals, and one behind them without',
      {
        reasoning_content: 'onetwothree',
        reasoning_details: [
          { ...detail, text: 'one' },
          { ...detail, text: 'two', signature: packSeal(seal), index: 1 },
          { ...detail, type: 'reasoning.encrypted', data: 'enc', id: 'rs_1', index: 2 },
        ],
      },
      [
        { type: 'reasoning', text: 'one' },
        { type: 'reasoning', text: 'two', seal },
        { type: 'reasoning', text: '', seal: { by: 'openai', value: 'enc', id: 'rs_1', locked: true } },
        { type: 'reasoning', text: 'three' },
      ],
    ],
    [
      'thoughts with the details of others, which are not ours to read',
      {
        reasoning: 'hm',
        reasoning_details: [
          { type: 'reasoning.text', text: 'hm', signature: 'x', format: 'anthropic-claude-v1' },
        ],
      },
      [{ type: 'reasoning', text: 'hm' }],
    ],
    [
      'text with citations',
      {
        content: 'a b',
        annotations: [
          { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } },
          { type: 'other' },
        ],
      },
      [{ ...text('a b'), citations: [{ type: 'url', url: 'u', title: 't', start: 0, end: 1 }] }],
    ],
    [
      'images',
      { content: '', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
      [{ type: 'image', source: png }],
    ],
  ])('%s', (_, fields, parts) => expect(assistant(fields)).toEqual(parts))

  test.each<[string, object, string]>([
    ['a call without an id', { tool_calls: [called('')] }, 'messages[0].tool_calls[0].id'],
    [
      'a call of nothing',
      { tool_calls: [{ id: 'c', type: 'function' }] },
      'messages[0].tool_calls[0].function',
    ],
    [
      'a call of another type',
      { tool_calls: [called('c', { type: 'mcp' })] },
      'messages[0].tool_calls[0].type',
    ],
    ['calls as an object', { tool_calls: {} }, 'messages[0].tool_calls'],
    ['a refusal that is no text', { refusal: {} }, 'messages[0].refusal'],
  ])('is refused: %s', (_, fields, param) => {
    expect(refusalOf({ messages: [{ role: 'assistant', ...fields }] })).toEqual({
      code: 'invalid_request',
      param,
    })
  })
})

describe('the results of tools', () => {
  test('of one turn make one turn, each of the kind that was called', () => {
    const custom = { id: 'c2', type: 'custom', custom: { name: 'g', input: 'raw' } }
    const call = decodeMessages(
      { role: 'assistant', tool_calls: [called('c1'), custom] },
      { role: 'tool', tool_call_id: 'c1', content: 'one', name: 'f' },
      { role: 'tool', tool_call_id: 'c2', content: [text('two')] },
      user('and?'),
      { role: 'tool', tool_call_id: 'c3', content: '' },
    )
    expect(call.foreign).toEqual([])
    expect(call.turns.slice(1)).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'tool_result', callId: 'c1', content: [text('one')], isError: false, kind: 'function' },
          { type: 'tool_result', callId: 'c2', content: [text('two')], isError: false, kind: 'custom' },
        ],
      },
      { role: 'user', parts: [text('and?')] },
      {
        role: 'user',
        parts: [{ type: 'tool_result', callId: 'c3', content: [], isError: false, kind: 'function' }],
      },
    ])
  })

  test('of old functions are told by the name of what was called', () => {
    const call = decodeMessages(
      user('q'),
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'one' },
    )
    const id = 'call_function_1'
    expect(call.turns.slice(1)).toEqual([
      { role: 'assistant', parts: [{ type: 'tool_call', id, name: 'f', arguments: '{}', kind: 'function' }] },
      {
        role: 'user',
        parts: [
          { type: 'tool_result', callId: id, content: [text('one')], isError: false, kind: 'function' },
        ],
      },
    ])
  })

  test.each<[string, object, string]>([
    ['without an id', { role: 'tool', content: 'a' }, 'messages[0].tool_call_id'],
    ['of a function that was not called', { role: 'function', name: 'f', content: 'a' }, 'messages[0].name'],
    ['of a role that nobody has', { role: 'critic', content: 'a' }, 'messages[0].role'],
    ['of no role', { content: 'a' }, 'messages[0].role'],
  ])('are refused: %s', (_, message, param) => {
    expect(refusalOf({ messages: [message] })).toEqual({ code: 'invalid_request', param })
  })
})

test('the details of others are named: nobody else can read them', () => {
  const details = (format: string) => [
    { type: 'reasoning.text', text: 'hm', signature: 'x', format, index: 0 },
  ]
  const foreignOf = (format: string) =>
    decodeMessages({ role: 'assistant', content: 'a', reasoning_details: details(format) }).foreign
  expect(foreignOf('anthropic-claude-v1')).toEqual(['reasoning_details'])
  expect(foreignOf('weir-v1')).toEqual([])
})
