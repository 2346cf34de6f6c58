import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  closing,
  cutting,
  ended,
  eventsOf,
  limit,
  output,
  printEvents,
  receipt,
  requestId,
  scannerFor,
  streamEvents,
  wireUsage,
  type Fields,
} from './openai-responses-wire.ts'
import { bytesOf, textOf } from './splits.ts'

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
      const counted = (name: string) => all.filter(({ type }) => type === name).length
      expect(counted('response.output_item.done')).toBe(counted('response.output_item.added'))
      expect(counted('response.content_part.done')).toBe(counted('response.content_part.added'))
      expect(counted('response.reasoning_summary_part.done')).toBe(
        counted('response.reasoning_summary_part.added'),
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
