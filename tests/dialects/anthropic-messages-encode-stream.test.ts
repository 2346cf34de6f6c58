import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import { closing, dataIn, wholeUsage } from './anthropic-events.ts'
import { block, call, delta, encoderFor, end, finish, over, told } from './anthropic-chat-events.ts'

describe('a stream for a caller', () => {
  test('begins, says so once, and ends whole', () => {
    const encoder = encoderFor()
    expect(encoder.push([])).toBe('')
    const first = encoder.push([{ type: 'start', id: 'x', model: 'y' }])
    expect(dataIn(first)).toMatchObject([
      {
        type: 'message_start',
        message: {
          id: 'msg_acme_01',
          type: 'message',
          role: 'assistant',
          model: 'claude-best',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 0, output_tokens: 0 },
        },
      },
      { type: 'ping' },
    ])
    const rest = encoder.push([
      block(0),
      delta(0, 'Hi'),
      finish('stop'),
      { type: 'usage', usage: wholeUsage },
      over,
    ])
    expect(told(rest)).toEqual(['+0 text', '0 text_delta: Hi', '-0', 'message_delta', 'message_stop'])
    expect(dataIn(rest).at(-2)).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null },
      usage: {
        input_tokens: 12,
        cache_creation_input_tokens: 30,
        cache_read_input_tokens: 100,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 40,
        output_tokens_details: { thinking_tokens: 25 },
      },
    })
    expect(encoder.push([delta(0, 'more')])).toBe('')
    expect(encoder.close(closing)).toBe('')
  })

  test('tells the input from the start where that is known', () => {
    const first = encoderFor().push([{ type: 'start' }, { type: 'usage', usage: wholeUsage }])
    expect(dataIn(first)[0]).toMatchObject({
      message: { usage: { input_tokens: 12, cache_read_input_tokens: 100, output_tokens: 0 } },
    })
  })

  test('tells the input at its end too, where no more is known by then', () => {
    const input = { ...wholeUsage, outputTokens: 0, reasoningTokens: 0 }
    const printed = dataIn(encoderFor().push([{ type: 'start', input }, finish('stop'), over]))
    const usage = { input_tokens: 12, cache_read_input_tokens: 100, output_tokens: 0 }
    expect(printed[0]).toMatchObject({ message: { usage } })
    expect(printed.at(-2)).toMatchObject({ usage })
  })

  test('begins no block for nothing', () => {
    const events = [block(0), delta(0, ''), end(0), block(1, 'reasoning'), end(1), call(2, 'f'), end(2), over]
    expect(told(encoderFor().push(events)).slice(2)).toEqual([
      '+0 tool_use f',
      '-0',
      'message_delta',
      'message_stop',
    ])
  })

  test('signs a thought just before its end', () => {
    const seal: ChatEvent = { type: 'seal', index: 0, seal: { by: 'anthropic', value: 'EqQB' } }
    const events = [block(0, 'reasoning'), delta(0, 'Hm'), seal, delta(0, '.'), end(0), over]
    expect(told(encoderFor().push(events)).slice(2, -2)).toEqual([
      '+0 thinking',
      '0 thinking_delta: Hm',
      '0 thinking_delta: .',
      '0 signature_delta: EqQB',
      '-0',
    ])
  })

  test('has one block open at a time, though the blocks came side by side', () => {
    const encoder = encoderFor()
    const out = [
      [block(0, 'reasoning'), delta(0, 'Hm')],
      [block(1), delta(1, 'a')],
      [end(0)],
      [call(2, 'f'), call(3, 'g'), delta(3, '{"g"'), delta(1, 'b'), end(1)],
      [delta(2, '{}'), delta(3, ':1}'), end(3)],
      [end(2)],
      [finish('tool_calls'), over],
    ].map((events) => told(encoder.push(events)))
    expect(out[0]?.slice(2)).toEqual(['+0 thinking', '0 thinking_delta: Hm'])
    expect(out.slice(1)).toEqual([
      [],
      ['-0', '+1 text', '1 text_delta: a'],
      ['1 text_delta: b', '-1', '+2 tool_use f'],
      ['2 input_json_delta: {}'],
      ['-2', '+3 tool_use g', '3 input_json_delta: {"g"', '3 input_json_delta: :1}', '-3'],
      ['message_delta', 'message_stop'],
    ])
  })

  test('writes what still waits before it ends', () => {
    const events = [
      call(0, 'f'),
      delta(0, '{}'),
      call(1, 'g'),
      delta(1, '[]'),
      block(2),
      delta(2, 'x'),
      finish('stop'),
      over,
    ]
    const stream = encoderFor().push(events)
    expect(told(stream).slice(2)).toEqual([
      '+0 tool_use f',
      '0 input_json_delta: {}',
      '-0',
      '+1 tool_use g',
      '1 input_json_delta: []',
      '-1',
      '+2 text',
      '2 text_delta: x',
      '-2',
      'message_delta',
      'message_stop',
    ])
    expect(dataIn(stream).at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } })
  })

  test('has another maker’s seal packed, that of a call just before the call', () => {
    const google = { by: 'google', value: 'y' } as const
    const openai = { by: 'openai', value: 'x', locked: true } as const
    const events: ChatEvent[] = [
      block(0, 'reasoning'),
      { type: 'seal', index: 0, seal: openai },
      end(0),
      block(1, 'reasoning'),
      delta(1, 'Sum.'),
      { type: 'seal', index: 1, seal: openai },
      end(1),
      call(2, 'f'),
      delta(2, '{}'),
      { type: 'seal', index: 2, seal: google },
      end(2),
      over,
    ]
    expect(told(encoderFor().push(events)).slice(2, -2)).toEqual([
      `+0 redacted_thinking ${packSeal(openai)}`,
      '-0',
      '+1 thinking',
      '1 thinking_delta: Sum.',
      `1 signature_delta: ${packSeal(openai)}`,
      '-1',
      `+2 redacted_thinking ${packSeal(google)}`,
      '-2',
      '+3 tool_use f',
      '3 input_json_delta: {}',
      '-3',
    ])
  })

  test('has refusals, media, citations and plain input, too', () => {
    const events: ChatEvent[] = [
      { type: 'block', index: 0, block: { type: 'refusal' } },
      delta(0, 'No.'),
      end(0),
      { type: 'block', index: 1, block: { type: 'image', mediaType: 'image/png', data: 'AA' } },
      end(1),
      block(2),
      { type: 'citation', index: 2, citation: { type: 'url', url: 'https://x', title: 'X' } },
      end(2),
      { type: 'block', index: 3, block: { type: 'tool_call', id: 'c', name: 'p', kind: 'custom' } },
      delta(3, 'a"'),
      delta(3, 'b'),
      end(3),
      { type: 'delta', index: 9, text: 'of no block' },
      over,
    ]
    const stream = encoderFor().push(events)
    expect(told(stream).slice(2, -2)).toEqual([
      '+0 text',
      '0 text_delta: No.',
      '-0',
      '+1 text',
      '1 text_delta: ![image](data:image/png;base64,AA)',
      '-1',
      '+2 text',
      '2 citations_delta: [object Object]',
      '-2',
      '+3 tool_use p',
      '3 input_json_delta: {"input":"a\\"b"}',
      '-3',
    ])
  })
})
