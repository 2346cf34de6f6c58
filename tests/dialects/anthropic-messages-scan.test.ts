import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ScanOptions } from '../../src/core/dialect.ts'
import {
  blockStart,
  blockStop,
  closing,
  dataIn,
  delta,
  event,
  limit,
  messageDelta,
  ping,
  priced,
  receipt,
  scannerFor,
  start,
  stop,
  text,
  textBlock,
  wholeStream,
  wholeUsage,
} from './anthropic-events.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

/** What goes down of a stream, and the scanner that followed it. */
function scan(stream: string, options?: ScanOptions, places: readonly number[] | 'everywhere' = []) {
  const scanner = scannerFor(options)
  const parts = splitBytes(bytesOf(stream), places).map((part) => textOf(scanner.push(part)))
  return { scanner, down: parts.join(''), rest: textOf(scanner.rest()) }
}

const begun = start() + blockStart(0, textBlock) + text(0, 'Ein ')
const outputBytes =
  'Let me see.'.length +
  Buffer.byteLength('Ein Wehr. 🌊 "Fluss"\n') +
  'measure'.length +
  '{"river":"Isar"}'.length

describe('a stream that goes by', () => {
  test.each([
    ['LF', wholeStream],
    ['CRLF', wholeStream.replaceAll('\n', '\r\n')],
  ])('passes as it came, wherever it was cut, with lines that end in %s', (_, stream) => {
    fc.assert(
      fc.property(fc.oneof(cuts, fc.constant('everywhere' as const)), (places) => {
        const { scanner, down, rest } = scan(stream, {}, places)
        expect(down + rest).toBe(stream)
        expect(scanner).toMatchObject({ outputBytes, finished: true, ended: true, failed: false })
        expect(scanner.usage).toEqual(wholeUsage)
      }),
      { numRuns: 50 },
    )
  })

  test('may have comments, pings, events that nobody knows, and fields that are new', () => {
    const odd = `: hello\n\n${event({ type: 'something_new', index: 'x' })}event: message_delta\ndata: not json\n\n`
    const { scanner, down } = scan(odd + ping + wholeStream + odd)
    expect(down).toBe(odd + ping + wholeStream + odd)
    expect(scanner.usage).toEqual(wholeUsage)
  })

  test('counts plain text without a look at all of it, the spaces that hide its length too', () => {
    const plain = Array.from({ length: 50 }, (_, index) => text(0, 'x'.repeat(index)))
    const padded = text(0, 'yes').replace('}}', '}   }    ')
    const stream = begun + plain.join('') + padded + text(0, 'a"b\\') + text(0, 'é')
    const { scanner, down } = scan(stream)
    expect(down).toBe(stream)
    expect(scanner.outputBytes).toBe(4 + (50 * 49) / 2 + 3 + 4 + 2)
  })

  test('is not taken for plain text where it only looks like it', () => {
    const lookAlikes = [
      text(0, 'x').replace('"x"}', '"x","extra":"yy"}'),
      text(0, 'x').replace('}}', '}'),
      delta(0, { type: 'citations_delta', text: 'no' }),
    ]
    const { scanner } = scan(begun + text(0, 'abc') + lookAlikes.join('') + messageDelta('end_turn') + stop)
    expect(scanner).toMatchObject({ finished: true, outputBytes: 4 + 3 + 1 + 2 })
  })

  test('tells its usage at its end only: what it begins with is no count', () => {
    const { scanner } = scan(begun)
    expect(scanner).toMatchObject({ usage: undefined, finished: false })
    scanner.push(bytesOf(messageDelta(null, { output_tokens: 9 })))
    expect(scanner.usage).toBeUndefined()
    scanner.push(bytesOf(messageDelta('end_turn', { output_tokens: 11, input_tokens: null })))
    expect(scanner.usage).toMatchObject({ inputTokens: 12, outputTokens: 11 })
    scanner.push(bytesOf(messageDelta(null, { cache_read_input_tokens: 4 })))
    expect(scanner.usage).toMatchObject({ inputTokens: 16, cachedInputTokens: 4, outputTokens: 11 })
  })

  test('that finishes without a count has none', () => {
    const { scanner } = scan(
      begun + event({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }) + stop,
    )
    expect(scanner).toMatchObject({ finished: true, ended: true, usage: undefined })
  })

  test('may only say that it is over', () => {
    expect(scan(begun + stop).scanner).toMatchObject({ finished: true, ended: true, usage: undefined })
  })

  test('adds in what it took to compact its context', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 1_000, cache_read_input_tokens: 50, output_tokens: 100 },
      { type: 'message', input_tokens: 12, output_tokens: 40 },
    ]
    const { scanner } = scan(begun + messageDelta('end_turn', { output_tokens: 40, iterations }) + stop)
    expect(scanner.usage).toMatchObject({ inputTokens: 1_062, cachedInputTokens: 50, outputTokens: 140 })
  })

  test('whose last blank line is missing is whole all the same', () => {
    const { scanner, down, rest } = scan(wholeStream.trimEnd())
    expect((down + rest).trimEnd()).toBe(wholeStream.trimEnd())
    expect(scanner).toMatchObject({ ended: true, usage: wholeUsage })
  })

  test('that breaks off within an event brings nothing of that', () => {
    const { scanner, down, rest } = scan(begun + text(0, 'nev').slice(0, -9))
    expect(down + rest).toBe(begun)
    expect(scanner).toMatchObject({ finished: false, ended: false })
  })
})

describe('an error in the stream', () => {
  const error = (type: string) => event({ type: 'error', error: { type, message: 'Overloaded' } })

  test('passes, as the first event or a later one', () => {
    for (const before of ['', begun]) {
      const { scanner, down } = scan(before + error('overloaded_error'))
      expect(down).toBe(before + error('overloaded_error'))
      expect(scanner).toMatchObject({ failed: true, hidError: false, finished: false })
    }
  })

  test('is kept from the caller where the operator is at fault', () => {
    const { scanner, down } = scan(begun + error('billing_error'))
    expect(down).toBe(begun)
    expect(scanner).toMatchObject({ failed: true, hidError: true })
  })

  test('may only be known by its name', () => {
    const { scanner } = scan('event: error\ndata: {"error":{"message":"?"}}\n\n')
    expect(scanner.failed).toBe(true)
  })
})

describe('an end that is kept back', () => {
  test('goes down as ours: its own reason and words, the usage that is charged, and what it cost', () => {
    const theirs = event({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END', container: null },
      usage: { output_tokens: 5, server_tool_use: { web_search_requests: 0 } },
      context_management: { applied_edits: [] },
    })
    const { scanner, down } = scan(begun + blockStop(0) + theirs + stop, { holdEnd: true })
    expect(down).toBe(begun + blockStop(0))
    expect(scanner).toMatchObject({ finished: true, ended: true })
    expect(dataIn(textOf(scanner.close(priced)))).toEqual([
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: 'END', container: null },
        usage: {
          server_tool_use: { web_search_requests: 0 },
          input_tokens: 12,
          cache_read_input_tokens: 8,
          cache_creation_input_tokens: 0,
          output_tokens: 5,
          output_tokens_details: { thinking_tokens: 3 },
        },
        context_management: { applied_edits: [] },
        weir: receipt,
      },
      { type: 'message_stop' },
    ])
  })

  test('says nothing of its cost to whom did not ask', () => {
    const { scanner } = scan(wholeStream, { holdEnd: true })
    expect(dataIn(textOf(scanner.close(closing)))[0]).not.toHaveProperty('weir')
  })

  test('is made up where the provider has none', () => {
    const { scanner } = scan(begun, { holdEnd: true })
    expect(dataIn(textOf(scanner.close(closing))).map(({ type }) => type)).toEqual([
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  test('is not told twice where it went down already, nor half', () => {
    expect(scan(wholeStream).scanner.close(closing)).toHaveLength(0)
    const { scanner } = scan(begun + blockStop(0) + messageDelta('end_turn'))
    expect(textOf(scanner.close(closing))).toBe(stop)
  })
})

describe('a stream that a budget cuts', () => {
  const cut = { ...priced, limit }

  test('closes its block and ends as one that reached its cap, and says why', () => {
    const { scanner } = scan(begun + blockStop(0) + blockStart(1, { type: 'thinking' }), { holdEnd: true })
    expect(dataIn(textOf(scanner.cut(cut)))).toMatchObject([
      { type: 'content_block_stop', index: 1 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens', stop_sequence: null },
        usage: { input_tokens: 12, output_tokens: 5 },
        weir: { reason: 'budget', limit, ...receipt },
      },
      { type: 'message_stop' },
    ])
  })

  test('has a beginning, too, where none came', () => {
    const events = dataIn(textOf(scannerFor().cut({ ...closing, limit: undefined })))
    expect(events).toMatchObject([
      { type: 'message_start', message: { id: 'msg_acme_01', model: 'claude-opus-5', content: [] } },
      { type: 'message_delta', weir: { reason: 'budget' } },
      { type: 'message_stop' },
    ])
    expect(events[1]?.['weir']).toEqual({ reason: 'budget' })
  })
})
