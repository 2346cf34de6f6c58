import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { concatBytes } from '../../src/core/bytes.ts'
import {
  call,
  decodeBytes,
  delta,
  ending,
  eventFrame,
  exceptionFrame,
  metadata,
  stop,
  streamOf,
} from './bedrock-converse-wire.ts'
import { cuts } from './splits.ts'

const start = { messageStart: { role: 'assistant', p: 'abc' } }

/** What Claude sends: a thought, its seal, text, a call. */
const claude = streamOf(
  start,
  delta(0, { reasoningContent: { text: 'think' } }),
  delta(0, { reasoningContent: { text: ' hard' } }),
  delta(0, { reasoningContent: { signature: 'Ep4B' } }),
  stop(0),
  delta(1, { text: 'Hé' }),
  delta(1, { text: 'llo 🌊' }),
  stop(1),
  call(2, 'tooluse_1', 'f'),
  delta(2, { toolUse: { input: '' } }),
  delta(2, { toolUse: { input: '{"x":' } }),
  delta(2, { toolUse: { input: '1}' } }),
  stop(2),
  ...ending('tool_use'),
)

const usage = {
  inputTokens: 120,
  cachedInputTokens: 100,
  cacheWriteTokens: 0,
  inputAudioTokens: 0,
  outputTokens: 9,
  reasoningTokens: 0,
  outputAudioTokens: 0,
}

const told: ChatEvent[] = [
  { type: 'start' },
  { type: 'block', index: 0, block: { type: 'reasoning' } },
  { type: 'delta', index: 0, text: 'think' },
  { type: 'delta', index: 0, text: ' hard' },
  { type: 'seal', index: 0, seal: { by: 'anthropic', value: 'Ep4B' } },
  { type: 'block_end', index: 0 },
  { type: 'block', index: 1, block: { type: 'text' } },
  { type: 'delta', index: 1, text: 'Hé' },
  { type: 'delta', index: 1, text: 'llo 🌊' },
  { type: 'block_end', index: 1 },
  { type: 'block', index: 2, block: { type: 'tool_call', id: 'tooluse_1', name: 'f', kind: 'function' } },
  { type: 'delta', index: 2, text: '{"x":' },
  { type: 'delta', index: 2, text: '1}' },
  { type: 'block_end', index: 2 },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'usage', usage },
  { type: 'end' },
]

test('a thought, text and a call are told, wherever the bytes were cut', () => {
  expect(decodeBytes(claude)).toEqual(told)
  expect(decodeBytes(claude, 'everywhere')).toEqual(told)
  fc.assert(
    fc.property(cuts, (cuts) => {
      expect(decodeBytes(claude, cuts)).toEqual(told)
    }),
  )
})

test('a stream that is cut anywhere tells what it told by then, and ends only where all frames were whole', () => {
  const finished = claude.length - eventFrame('metadata', metadata).length
  for (let length = 0; length < claude.length; length++) {
    const events = decodeBytes(claude.subarray(0, length))
    const ended = length === finished ? [{ type: 'end' }] : []
    expect(events).toEqual([...told.slice(0, events.length - ended.length), ...ended])
  }
})

describe('the end', () => {
  const text = [start, delta(0, { text: 'Hi' }), stop(0)]
  const types = (bytes: Uint8Array) => decodeBytes(bytes, [20, 90]).map(({ type }) => type)

  test('comes with the usage', () => {
    expect(types(streamOf(...text, ...ending('end_turn'))).slice(-3)).toEqual(['finish', 'usage', 'end'])
  })

  test('comes with the connection’s where no usage is told', () => {
    expect(types(streamOf(...text, { messageStop: { stopReason: 'end_turn' } })).slice(-2)).toEqual([
      'finish',
      'end',
    ])
  })

  test('comes where the usage cannot be read, without one', () => {
    const odd = { metadata: { usage: { inputTokens: 'many' } } }
    expect(types(streamOf(...text, { messageStop: {} }, odd)).slice(-2)).toEqual(['finish', 'end'])
  })

  test('comes after usage that came first', () => {
    expect(types(streamOf(...text, { metadata }, { messageStop: {} })).slice(-3)).toEqual([
      'usage',
      'finish',
      'end',
    ])
  })

  test('does not come where the model did not finish', () => {
    expect(types(streamOf(...text)).at(-1)).toBe('block_end')
  })

  test('does not come where a frame was cut', () => {
    const whole = streamOf(...text, ...ending('end_turn'))
    expect(types(whole.subarray(0, whole.length - 1)).at(-1)).toBe('finish')
  })

  test('closes what is open', () => {
    const open = streamOf(start, delta(0, { text: 'a' }), delta(1, { text: 'b' }), ...ending('max_tokens'))
    expect(decodeBytes(open).slice(3, -2)).toEqual([
      { type: 'block', index: 1, block: { type: 'text' } },
      { type: 'delta', index: 1, text: 'b' },
      { type: 'block_end', index: 0 },
      { type: 'block_end', index: 1 },
      { type: 'finish', finish: 'length' },
    ])
  })

  test('is the last that is told', () => {
    const more = [delta(5, { text: 'more' }), ...ending('end_turn')]
    const stream = streamOf(...text, { messageStop: { stopReason: 'end_turn' } }, ...more)
    expect(types(concatBytes([stream, exceptionFrame('throttlingException')]))).toEqual([
      'start',
      'block',
      'delta',
      'block_end',
      'finish',
      'usage',
      'end',
    ])
  })
})

describe('an exception', () => {
  test.each([
    ['throttlingException', 'ThrottlingException'],
    ['modelStreamErrorException', 'ModelStreamErrorException'],
    ['internalServerException', 'InternalServerException'],
  ])('%s is an error of that code, and nothing follows it', (name, code) => {
    const bytes = concatBytes([streamOf(start), exceptionFrame(name), streamOf(...ending('end_turn'))])
    expect(decodeBytes(bytes, 'everywhere')).toEqual([{ type: 'start' }, { type: 'error', code }])
  })

  test('can be the first frame', () => {
    expect(decodeBytes(exceptionFrame('serviceUnavailableException'))).toEqual([
      { type: 'error', code: 'ServiceUnavailableException' },
    ])
  })

  test('is told between the finish and the usage', () => {
    const bytes = concatBytes([
      streamOf(start, { messageStop: { stopReason: 'end_turn' } }),
      exceptionFrame('internalServerException'),
    ])
    expect(decodeBytes(bytes).map(({ type }) => type)).toEqual(['start', 'finish', 'error'])
  })

  test('a damaged frame is one, once', () => {
    fc.assert(
      fc.property(fc.nat(claude.length - 1), fc.integer({ min: 1, max: 255 }), cuts, (at, flip, cuts) => {
        const damaged = claude.slice()
        damaged[at] = (damaged[at] ?? 0) ^ flip
        const events = decodeBytes(damaged, cuts)
        expect(events.at(-1)).toEqual({ type: 'error', code: 'BrokenEventStream' })
        expect(events.slice(0, -1)).toEqual(told.slice(0, events.length - 1))
      }),
    )
  })
})

test('odd events never crash, and what is around them is told', () => {
  const names = [
    'messageStart',
    'contentBlockStart',
    'contentBlockDelta',
    'contentBlockStop',
    'metadata',
    'x',
  ]
  const payload = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .dictionary(
        fc.constantFrom('contentBlockIndex', 'delta', 'start', 'usage', 'stopReason'),
        fc.oneof(
          fc.jsonValue(),
          fc.dictionary(
            fc.constantFrom('text', 'toolUse', 'reasoningContent', 'citation', 'inputTokens', 'outputTokens'),
            fc.oneof(
              fc.jsonValue(),
              fc.dictionary(fc.constantFrom('text', 'data', 'location'), fc.jsonValue()),
            ),
          ),
        ),
      )
      .map((fields) => JSON.stringify(fields)),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), payload), { maxLength: 8 }), (odd) => {
      const frames = odd.map(([name, payload]) => eventFrame(name, payload))
      const events = decodeBytes(concatBytes([...frames, claude]))
      expect(events.at(-1)).toEqual({ type: 'end' })
      expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
      expect(balanced(events)).toBe(true)
    }),
    { numRuns: 60 },
  )
})

/** Whether every block begins once, ends once, and is told of in between only. */
function balanced(events: readonly ChatEvent[]): boolean {
  const open = new Set<number>()
  for (const event of events) {
    if (!('index' in event)) continue
    if (event.type === 'block') {
      if (open.has(event.index)) return false
      open.add(event.index)
    } else if (!open.has(event.index)) return false
    if (event.type === 'block_end') open.delete(event.index)
  }
  return open.size === 0
}
