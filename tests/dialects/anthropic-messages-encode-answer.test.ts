import { describe, expect, test } from 'vitest'
import type { Block, ChatAnswer, Finish } from '../../src/core/chat/answer.ts'
import { packSeal, type Seal } from '../../src/core/chat/seal.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { telling, wholeUsage } from './anthropic-events.ts'
import { textOf } from './splits.ts'

const encode = (answer: ChatAnswer) =>
  JSON.parse(textOf(anthropicMessages.encodeAnswer(answer, telling))) as Record<string, unknown>
const answer = (blocks: Block[], finish: Finish = 'stop'): ChatAnswer => ({ blocks, finish })

describe('an answer for a caller', () => {
  test('is a whole message under our id and the caller’s name of the model', () => {
    expect(
      encode({ ...answer([{ type: 'text', text: 'Hi' }]), id: 'x', model: 'y', usage: wholeUsage }),
    ).toEqual({
      id: 'msg_acme_01',
      type: 'message',
      role: 'assistant',
      model: 'claude-best',
      container: null,
      content: [{ type: 'text', text: 'Hi', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 12,
        cache_creation_input_tokens: 30,
        cache_read_input_tokens: 100,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 40,
        output_tokens_details: { thinking_tokens: 25 },
      },
    })
  })

  const call: Block = { type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":1}', kind: 'function' }

  test.each<[Finish, Block[], object]>([
    ['stop', [], { stop_reason: 'end_turn' }],
    ['stop', [call], { stop_reason: 'tool_use' }],
    ['tool_calls', [call], { stop_reason: 'tool_use' }],
    ['length', [call], { stop_reason: 'max_tokens' }],
    [
      'content_filter',
      [],
      { stop_reason: 'refusal', stop_details: { type: 'refusal', category: null, explanation: null } },
    ],
    ['pause', [], { stop_reason: 'pause_turn' }],
    ['error', [], { stop_reason: 'end_turn' }],
  ])('that ended as %s tells so', (finish, blocks, expected) => {
    expect(encode(answer(blocks, finish))).toMatchObject({ stop_sequence: null, ...expected })
  })

  test('tells the sequence that stopped it', () => {
    expect(encode({ ...answer([], 'stop_sequence'), stopSequence: 'END' })).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    })
  })

  test('has thoughts with their seals, another maker’s packed', () => {
    const openai: Seal = { by: 'openai', value: 'x', id: 'rs_1', locked: true }
    const google: Seal = { by: 'google', value: 'y' }
    const { content } = encode(
      answer([
        { type: 'reasoning', text: 'Hm.' },
        { type: 'reasoning', text: 'Sum.', seal: openai },
        { type: 'reasoning', text: '', seal: openai },
        { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'abc', locked: true } },
        { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'EqQB' } },
        { type: 'reasoning', text: '' },
        { ...call, seal: google },
        { type: 'text', text: '' },
      ]),
    )
    expect(content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'thinking', thinking: 'Sum.', signature: packSeal(openai) },
      { type: 'redacted_thinking', data: packSeal(openai) },
      { type: 'redacted_thinking', data: 'abc' },
      { type: 'thinking', thinking: '', signature: 'EqQB' },
      { type: 'redacted_thinking', data: packSeal(google) },
      { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } },
    ])
  })

  test('has arguments as an object, whatever the model wrote', () => {
    const inputs = ['', ' ', '{"a"', '[1]'].map((json) => encode(answer([{ ...call, arguments: json }])))
    expect(inputs.map(({ content }) => (content as { input: unknown }[])[0]?.input)).toEqual([
      {},
      {},
      { arguments: '{"a"' },
      { arguments: '[1]' },
    ])
  })

  test('has refusals as texts, media as links, and citations', () => {
    const { content } = encode(
      answer([
        { type: 'refusal', text: 'No.' },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        {
          type: 'text',
          text: 't',
          citations: [
            { type: 'document', index: 0, quote: 'a', unit: 'page', from: 1, to: 2 },
            { type: 'url', url: 'https://x' },
          ],
        },
      ]),
    )
    expect(content).toMatchObject([
      { type: 'text', text: 'No.' },
      { type: 'text', text: '![image](data:image/png;base64,AAAA)' },
      {
        citations: [
          {
            type: 'page_location',
            document_index: 0,
            document_title: null,
            start_page_number: 1,
            end_page_number: 2,
          },
          { type: 'web_search_result_location', url: 'https://x', title: null, cited_text: '' },
        ],
      },
    ])
  })

  test('has an index of ours where it cites a web page, and not one that Anthropic’s search could have made', () => {
    const citations = [{ type: 'url' as const, url: 'https://x', title: 'X', quote: 'q' }]
    expect(encode(answer([{ type: 'text', text: 't', citations }])).content).toMatchObject([
      {
        citations: [
          {
            type: 'web_search_result_location',
            url: 'https://x',
            title: 'X',
            cited_text: 'q',
            encrypted_index: 'weir1.',
          },
        ],
      },
    ])
  })

  test('comes back as it was', () => {
    const whole: ChatAnswer = {
      id: 'msg_acme_01',
      model: 'claude-best',
      blocks: [
        { type: 'reasoning', text: 'Hm.', seal: { by: 'anthropic', value: 'EqQB' } },
        { type: 'reasoning', text: '', seal: { by: 'google', value: 'y' } },
        {
          type: 'text',
          text: 't',
          citations: [{ type: 'document', index: 0, title: 'T', quote: 'a', unit: 'block', from: 1, to: 2 }],
        },
        call,
      ],
      finish: 'tool_calls',
      usage: wholeUsage,
    }
    expect(anthropicMessages.decodeAnswer(anthropicMessages.encodeAnswer(whole, telling))).toEqual(whole)
  })
})
