import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ScanOptions } from '../../src/core/dialect.ts'
import {
  closing,
  ended,
  endedUsage,
  eventsOf,
  priced,
  printEvents,
  receipt,
  scannerFor,
  streamEvents,
  told,
  wireUsage,
} from './openai-responses-wire.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

const stream = printEvents(streamEvents)
const anyCuts = fc.oneof({ weight: 9, arbitrary: cuts }, fc.constant('everywhere' as const))

/** What comes out of a stream, and what it told. */
function scan(stream: string, cuts: readonly number[] | 'everywhere' = [], options: ScanOptions = {}) {
  const scanner = scannerFor(options)
  const pieces = splitBytes(bytesOf(stream), cuts)
  const out = pieces.map((piece) => textOf(scanner.push(piece))).join('') + textOf(scanner.rest())
  const { usage, outputBytes, finished, ended, failed, hidError } = scanner
  return { out, usage, outputBytes, finished, ended, failed, hidError }
}

const facts = {
  usage: endedUsage,
  outputBytes: Buffer.byteLength(told.text + told.thought + told.calls),
  finished: true,
  ended: true,
  failed: false,
  hidError: false,
}

describe('a stream of a response', () => {
  test.each([
    ['as it is', stream],
    ['with CRLF', printEvents(streamEvents, '\r\n')],
    ['with comments, and an end that others have', `: hi\n\n${stream}: bye\n\ndata: [DONE]\n\n`],
    ['without its last blank line', stream.trimEnd()],
  ])('%s: every split tells the same facts and lets the same bytes through', (_, stream) => {
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        expect(scan(stream, cuts)).toEqual({ out: stream, ...facts })
      }),
      { numRuns: 40 },
    )
  })

  test('that is incomplete has ended all the same', () => {
    const response = { ...ended, status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    const cut = printEvents([...streamEvents.slice(0, -1), { type: 'response.incomplete', response }])
    expect(scan(cut)).toEqual({ out: cut, ...facts })
  })

  test('that stops in the middle has not finished, and told no usage', () => {
    const half = printEvents(streamEvents.slice(0, 16))
    expect(scan(half)).toMatchObject({ out: half, finished: false, ended: false, usage: undefined })
  })

  test('that only says that it is done has not finished', () => {
    const half = printEvents(streamEvents.slice(0, 16)) + 'data: [DONE]\n\n'
    expect(scan(half)).toMatchObject({ out: half, finished: false, ended: false })
  })

  test('keeps the response that it ended with', () => {
    const scanner = scannerFor()
    expect(scanner.response).toBeUndefined()
    scanner.push(bytesOf(stream))
    expect(scanner.response).toEqual(ended)
  })
})

describe('a stream that fails', () => {
  const failed = (code: string) => ({
    type: 'response.failed',
    response: { ...ended, status: 'failed', error: { code, message: 'no' } },
  })

  test.each<[string, string]>([
    ['a failed response', printEvents([failed('server_error')])],
    ['an error event', printEvents([{ type: 'error', code: 'server_error', message: 'x', param: null }])],
    ['an error by its name', 'event: error\ndata: {"code":"server_error"}\n\n'],
    ['an error that is no JSON', 'event: error\ndata: overloaded\n\n'],
    ['an error in an envelope', 'data: {"error":{"code":"server_error","message":"x"}}\n\n'],
  ])('%s goes down as it came', (_, event) => {
    const begun = printEvents(streamEvents.slice(0, 9))
    const out = begun + event
    expect(scan(out)).toMatchObject({ out, failed: true, hidError: false, finished: false })
  })

  test.each<[string, string]>([
    ['a failed response', printEvents([failed('insufficient_quota')])],
    ['an error event', printEvents([{ type: 'error', code: 'insufficient_quota', message: 'x' }])],
    ['an error with a type only', 'data: {"error":{"type":"insufficient_quota","message":"x"}}\n\n'],
  ])('%s that is the operator’s fault is kept back', (_, event) => {
    const begun = printEvents(streamEvents.slice(0, 9))
    expect(scan(begun + event)).toMatchObject({ out: begun, failed: true, hidError: true })
  })
})

describe('a stream whose end is held back', () => {
  test.each([
    ['as it is', stream],
    ['with CRLF', printEvents(streamEvents, '\r\n')],
    ['with an end that others have', `${stream}data: [DONE]\n\n`],
    ['without its last blank line', stream.trimEnd()],
  ])('%s: ends with one usage, ours, whatever the split', (_, stream) => {
    const kept = streamEvents.length - 1
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const scanner = scannerFor({ holdEnd: true })
        const out = splitBytes(bytesOf(stream), cuts).map((piece) => textOf(scanner.push(piece)))
        const whole = out.join('') + textOf(scanner.rest()) + textOf(scanner.close(priced))
        expect(scanner).toMatchObject(facts)
        const events = eventsOf(whole.replaceAll('\r\n', '\n'))
        expect(events).toHaveLength(streamEvents.length)
        expect(events.slice(0, kept)).toEqual(eventsOf(printEvents(streamEvents.slice(0, kept))))
        const response = {
          ...ended,
          usage: wireUsage,
          weir: receipt,
        }
        expect(events.at(-1)).toEqual({ type: 'response.completed', sequence_number: kept, response })
        expect(scanner.response).toEqual(response)
      }),
      { numRuns: 25 },
    )
  })

  test('keeps what only the provider tells of the usage', () => {
    const scanner = scannerFor({ holdEnd: true })
    const usage = {
      ...ended.usage,
      input_tokens_details: { ...ended.usage.input_tokens_details, cache_write_tokens_details: { a: 1 } },
    }
    scanner.push(bytesOf(printEvents([{ type: 'response.completed', response: { ...ended, usage } }])))
    const [end] = eventsOf(textOf(scanner.close(closing)))
    expect(end?.response?.usage).toMatchObject({
      input_tokens: 20,
      input_tokens_details: { cache_write_tokens_details: { a: 1 } },
    })
    expect(end?.response).not.toHaveProperty('weir')
  })

  test('lets a failure through', () => {
    const event = printEvents([{ type: 'response.failed', response: { error: { code: 'server_error' } } }])
    expect(scan(event, [], { holdEnd: true })).toMatchObject({ out: event, failed: true })
  })
})
