import { describe, expect, test } from 'vitest'
import { noUsage } from '../../src/core/usage.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { wholeUsage } from './anthropic-events.ts'
import { bytesOf } from './splits.ts'

/** A message as Anthropic sends it. */
const wire = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  container: null,
  content: [
    { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
    { type: 'redacted_thinking', data: 'abc' },
    { type: 'text', text: 'Hé', citations: null },
    { type: 'server_tool_use', id: 'srv', name: 'web_search', input: {} },
    { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  stop_details: null,
  usage: {
    input_tokens: 12,
    cache_creation_input_tokens: 30,
    cache_read_input_tokens: 100,
    cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    output_tokens: 40,
    output_tokens_details: { thinking_tokens: 25 },
    server_tool_use: null,
    service_tier: 'standard',
  },
}

const decode = (message: object) => anthropicMessages.decodeAnswer(bytesOf(JSON.stringify(message)))

describe('an answer of Anthropic', () => {
  test('tells what it used and how much text it has', () => {
    expect(anthropicMessages.readAnswer(bytesOf(JSON.stringify(wire)))).toEqual({
      usage: wholeUsage,
      outputBytes: 'Hm.Hé'.length + 1 + 'web_search{}'.length + 'f{"a":1}'.length,
    })
  })

  test.each([
    [
      { input_tokens: 5, output_tokens: 0 },
      { ...noUsage, inputTokens: 5 },
    ],
    [{ input_tokens: 0, output_tokens: 0 }, noUsage],
    [{ input_tokens: 5 }, undefined],
    [{ output_tokens: 5 }, undefined],
    [{ input_tokens: -1, output_tokens: 5 }, undefined],
    [{ input_tokens: 1e12, output_tokens: 5 }, undefined],
    [{ input_tokens: '5', output_tokens: 5 }, undefined],
    [null, undefined],
    [
      { input_tokens: 1, output_tokens: 2, output_tokens_details: { thinking_tokens: 9 } },
      { ...noUsage, inputTokens: 1, outputTokens: 2, reasoningTokens: 2 },
    ],
    [
      {
        input_tokens: 1,
        output_tokens: 2,
        cache_creation_input_tokens: 3,
        cache_creation: { ephemeral_1h_input_tokens: 7 },
      },
      { ...noUsage, inputTokens: 4, cacheWriteTokens: 3, cacheWriteLongTokens: 3, outputTokens: 2 },
    ],
    [
      {
        input_tokens: 1,
        output_tokens: 2,
        iterations: [{ type: 'compaction', input_tokens: 9, output_tokens: 3 }, 7],
      },
      { ...noUsage, inputTokens: 10, outputTokens: 5 },
    ],
  ])('that says it used %j has used %j', (usage, expected) => {
    expect(anthropicMessages.readAnswer(bytesOf(JSON.stringify({ ...wire, usage })))?.usage).toEqual(expected)
  })

  test('is read whole', () => {
    expect(decode(wire)).toEqual({
      id: 'msg_1',
      model: 'claude-x',
      blocks: [
        { type: 'reasoning', text: 'Hm.', seal: { by: 'anthropic', value: 'EqQB' } },
        { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'abc', locked: true } },
        { type: 'text', text: 'Hé' },
        { type: 'tool_call', id: 'toolu_1', name: 'f', arguments: '{"a":1}', kind: 'function' },
      ],
      finish: 'tool_calls',
      usage: wholeUsage,
    })
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop_sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'pause'],
    ['compaction', 'stop'],
    ['something_new', 'stop'],
    [null, 'stop'],
  ])('that ended with %s ended as %s', (stop_reason, finish) => {
    expect(decode({ ...wire, stop_reason, stop_sequence: 'END' })).toMatchObject({
      finish,
      stopSequence: 'END',
    })
  })

  test('by the tool that stands for it is a text', () => {
    const content = [{ type: 'tool_use', id: 'toolu_1', name: 'weir_json_answer', input: { a: [1] } }]
    expect(decode({ ...wire, content })).toMatchObject({
      blocks: [{ type: 'text', text: '{"a":[1]}' }],
      finish: 'stop',
    })
  })

  test('says where it comes from', () => {
    const citations = [
      {
        type: 'char_location',
        cited_text: 'a',
        document_index: 0,
        document_title: 'T',
        start_char_index: 1,
        end_char_index: 2,
      },
      {
        type: 'content_block_location',
        cited_text: 'b',
        document_index: 1,
        start_block_index: 3,
        end_block_index: 4,
      },
      {
        type: 'web_search_result_location',
        url: 'https://x',
        title: 'X',
        cited_text: 'c',
        encrypted_index: 'E',
      },
      {
        type: 'search_result_location',
        source: 'https://y',
        title: null,
        cited_text: 'd',
        search_result_index: 0,
      },
      { type: 'page_location', cited_text: 'e' },
    ]
    expect(decode({ ...wire, content: [{ type: 'text', text: 't', citations }] })?.blocks).toEqual([
      {
        type: 'text',
        text: 't',
        citations: [
          { type: 'document', index: 0, title: 'T', quote: 'a', unit: 'character', from: 1, to: 2 },
          { type: 'document', index: 1, quote: 'b', unit: 'block', from: 3, to: 4 },
          { type: 'url', url: 'https://x', title: 'X', quote: 'c' },
          { type: 'url', url: 'https://y', quote: 'd' },
        ],
      },
    ])
  })

  test.each([
    '',
    '[]',
    'null',
    '{}',
    '{"content":"x"}',
    '{"type":"error","error":{"type":"api_error"}}',
    '<html>',
  ])('is none: %s', (body) => {
    expect(anthropicMessages.decodeAnswer(bytesOf(body))).toBeUndefined()
    expect(anthropicMessages.readAnswer(bytesOf(body))).toBeUndefined()
  })
})
