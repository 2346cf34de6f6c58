import { describe, expect, test } from 'vitest'
import { closing, dataIn, limit, priced, receipt, wholeUsage } from './anthropic-events.ts'
import { block, call, delta, encoderFor, finish, over, told } from './anthropic-chat-events.ts'

describe('an end that is held', () => {
  test('goes down with what was charged and what it cost', () => {
    const encoder = encoderFor(true)
    const events = [
      block(0),
      delta(0, 'Hi'),
      finish('length'),
      { type: 'usage' as const, usage: wholeUsage },
      over,
    ]
    expect(told(encoder.push(events)).at(-1)).toBe('0 text_delta: Hi')
    const last = encoder.close(priced)
    expect(told(last)).toEqual(['-0', 'message_delta', 'message_stop'])
    expect(dataIn(last)[1]).toMatchObject({
      delta: { stop_reason: 'max_tokens' },
      usage: { input_tokens: 12, cache_read_input_tokens: 8, output_tokens: 5 },
      weir: receipt,
    })
    expect(encoder.close(priced)).toBe('')
  })

  test('has no word of ours where nobody asked for the cost', () => {
    expect(dataIn(encoderFor(true).close(closing)).at(-2)).not.toHaveProperty('weir')
  })

  test('is whole where nothing came before', () => {
    expect(told(encoderFor(true).close(closing))).toEqual([
      'message_start',
      'ping',
      'message_delta',
      'message_stop',
    ])
  })
})

test('a stream that a budget cuts ends what is open, and says why', () => {
  for (const holdEnd of [true, false]) {
    const encoder = encoderFor(holdEnd)
    encoder.push([call(0, 'f'), delta(0, '{"a'), block(1), delta(1, 'x')])
    const last = encoder.cut({ ...priced, limit })
    expect(told(last)).toEqual(['-0', '+1 text', '1 text_delta: x', '-1', 'message_delta', 'message_stop'])
    expect(dataIn(last).at(-2)).toMatchObject({
      delta: { stop_reason: 'max_tokens', stop_sequence: null },
      usage: { output_tokens: 5 },
      weir: { reason: 'budget', limit, ...receipt },
    })
    expect(encoder.push([delta(1, 'y')])).toBe('')
  }
})
