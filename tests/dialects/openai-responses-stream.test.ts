import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ScanOptions } from '../../src/core/dialect.ts'
import {
  closing,
  cutting,
  ended,
  endedUsage,
  eventsOf,
  limit,
  output,
  priced,
  printEvents,
  receipt,
  requestId,
  scannerFor,
  streamEvents,
  told,
  wireUsage,
  type Fields,
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

describe('a stream that a budget cuts', () => {
  const cutAfter = (count: number, more: readonly Fields[] = []) => {
    const scanner = scannerFor()
    scanner.push(bytesOf(printEvents([...streamEvents.slice(0, count), ...more])))
    const events = eventsOf(textOf(scanner.cut(cutting)))
    expect(scanner.response).toEqual(events.at(-1)?.response)
    return events
  }

  test.each(streamEvents.slice(0, -1).map((event, at) => [at + 1, String(event['type'])] as const))(
    'after %i events, the last a %s: all that is open is ended, in order, and the numbers go on',
    (count) => {
      const before = streamEvents.slice(0, count)
      const after = cutAfter(count)
      const all = eventsOf(printEvents(before)).concat(after)
      expect(all.map(({ sequence_number }) => sequence_number)).toEqual(all.map((_, at) => at))
      const count_ = (name: string) => all.filter(({ type }) => type === name).length
      expect(count_('response.output_item.done')).toBe(count_('response.output_item.added'))
      expect(count_('response.content_part.done')).toBe(count_('response.content_part.added'))
      expect(count_('response.reasoning_summary_part.done')).toBe(
        count_('response.reasoning_summary_part.added'),
      )
      const items = all.flatMap((event) => (event.type === 'response.output_item.done' ? [event.item] : []))
      expect(all.at(-1)).toMatchObject({
        type: 'response.incomplete',
        response: {
          status: 'incomplete',
          incomplete_details: { reason: 'max_output_tokens' },
          output: items,
          usage: wireUsage,
          weir: { reason: 'budget', limit, ...receipt },
        },
      })
    },
  )

  test('in the middle of a text: what was said so far is the answer', () => {
    const at = streamEvents.findIndex(({ delta }) => delta === 'Ein Wehr')
    const events = cutAfter(at + 1)
    expect(events.map(({ type }) => type)).toEqual([
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.incomplete',
    ])
    const [thought, message] = output
    expect(events.at(-1)?.response?.output).toEqual([
      thought,
      {
        ...message,
        status: 'incomplete',
        content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'Ein Wehr' }],
      },
    ])
  })

  test('in the middle of a call: its arguments stay half', () => {
    const at = streamEvents.findIndex(({ delta }) => delta === '{"city":')
    const [end, item] = cutAfter(at + 1)
    expect(end).toMatchObject({ type: 'response.function_call_arguments.done', arguments: '{"city":' })
    expect(item).toMatchObject({ item: { status: 'incomplete', arguments: '{"city":', call_id: 'call_1' } })
  })

  test('keeps the provider’s own head, and says nothing of a cost that nobody asked for', () => {
    const scanner = scannerFor()
    scanner.push(bytesOf(printEvents(streamEvents.slice(0, 2))))
    const end = eventsOf(textOf(scanner.cut({ ...closing, limit: undefined }))).at(-1)
    expect(end?.response).toMatchObject({ id: 'resp_68f0c2', model: 'gpt-5.2-2025-12-11' })
    expect(end?.response?.weir).toEqual({ reason: 'budget' })
  })

  test('before it began is a stream of ours, with a message that says nothing', () => {
    const events = cutAfter(0)
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.incomplete',
    ])
    expect(events.at(-1)?.response).toMatchObject({
      id: requestId.replace('req_', 'resp_'),
      model: 'gpt-5.2',
      output: [{ type: 'message', content: [{ type: 'output_text', text: '' }] }],
    })
  })

  test('ends text that began without a word', () => {
    const inText = { item_id: 'msg_1', output_index: 0, content_index: 0 }
    const events = cutAfter(0, [
      { type: 'response.created', response: ended },
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
      { type: 'response.output_text.delta', ...inText, delta: 'a' },
    ])
    expect(events.map(({ type }) => type)).toEqual([
      'response.output_text.done',
      'response.output_item.done',
      'response.incomplete',
    ])
  })
})

test('whatever comes, a scanner neither breaks nor fails to end', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(...streamEvents))
  const noise = fc.record(
    {
      type: fc.constantFrom(...new Set(streamEvents.map(({ type }) => String(type)))),
      output_index: fc.oneof(fc.nat(3), fc.jsonValue()),
      content_index: fc.oneof(fc.nat(2), fc.jsonValue()),
      item: odd,
      part: odd,
      delta: odd,
      text: odd,
      annotation: odd,
      logprobs: odd,
      response: odd,
      sequence_number: fc.oneof(fc.nat(), fc.jsonValue()),
    },
    { requiredKeys: ['type'] },
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(noise, fc.jsonValue())), fc.boolean(), (events, holdEnd) => {
      const scanner = scannerFor({ holdEnd })
      const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
      scanner.push(bytesOf(text))
      expect(eventsOf(textOf(scanner.cut(cutting))).at(-1)?.type).toBe('response.incomplete')
    }),
    { numRuns: 300 },
  )
})
