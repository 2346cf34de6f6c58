import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { answer, answerOf, name } from './openai-responses-answers.ts'
import { output, printEvents, streamEvents, type Fields } from './openai-responses-wire.ts'
import { bytesOf, cuts, splitBytes } from './splits.ts'

function decodeStream(stream: string, cuts: readonly number[] | 'everywhere' = []): ChatEvent[] {
  const decoder = openaiResponses.decodeStream()
  const pieces = splitBytes(bytesOf(stream), cuts)
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.rest()]
}

describe('a stream', () => {
  test.each([
    ['as it is', printEvents(streamEvents)],
    ['with CRLF', printEvents(streamEvents, '\r\n')],
    ['with comments, and an end that others have', `: hi\n\n${printEvents(streamEvents)}data: [DONE]\n\n`],
    ['without its last blank line', printEvents(streamEvents).trimEnd()],
    ['without types', printEvents(streamEvents).replaceAll(/"type":"(response\.[a-z_.]+)",/g, '')],
  ])('%s: every split tells the same answer', (_, stream) => {
    fc.assert(
      fc.property(fc.oneof(cuts, fc.constant('everywhere' as const)), (cuts) => {
        const events = decodeStream(stream, cuts)
        expect(events[0]).toEqual({ type: 'start', ...name })
        expect(events.at(-1)).toEqual({ type: 'end' })
        expect(answerOf(events)).toEqual(answer)
      }),
      { numRuns: 25 },
    )
  })

  test('tells text as it comes, and each end once', () => {
    const events = decodeStream(printEvents(streamEvents))
    const texts = events.flatMap((event) => (event.type === 'delta' && event.index === 1 ? [event.text] : []))
    expect(texts).toEqual(['Ein Wehr', ' – groß.'])
    const ends = events.flatMap((event) => (event.type === 'block_end' ? [event.index] : []))
    expect(ends).toEqual([0, 1, 2, 3])
  })

  test.each<[string, (event: Fields) => boolean]>([
    ['deltas', ({ type }) => !String(type).endsWith('.delta')],
    ['beginnings', ({ type }) => !String(type).endsWith('.added') || String(type).includes('annotation')],
    ['ends of parts', ({ type }) => !String(type).endsWith('.done') || type === 'response.output_item.done'],
    ['annotations', ({ type }) => type !== 'response.output_text.annotation.added'],
    [
      'anything but whole items',
      ({ type }) => ['response.output_item.done', 'response.completed'].includes(String(type)),
    ],
    ['anything but its end', ({ type }) => type === 'response.completed'],
  ])('of a server that sends no %s tells the same answer', (_, isSent) => {
    const events = decodeStream(printEvents(streamEvents.filter(isSent)))
    const { blocks, ...facts } = answerOf(events)
    expect(facts).toEqual({ finish: answer.finish, usage: answer.usage })
    // The parts of a summary are told apart by where they begin.
    const plain = (blocks: unknown): unknown =>
      JSON.parse(JSON.stringify(blocks).replaceAll(String.raw`\n\n`, ''))
    expect(plain(blocks)).toEqual(plain(answer.blocks))
    expect(events.filter(({ type }) => type === 'block_end')).toHaveLength(4)
  })

  test('that stops in the middle does not end', () => {
    for (let count = 0; count < streamEvents.length; count++) {
      const types = decodeStream(printEvents(streamEvents.slice(0, count))).map(({ type }) => type)
      expect(types).not.toContain('end')
      expect(types).not.toContain('finish')
    }
  })

  test.each<[string, string, string | undefined]>([
    [
      'a failed response',
      printEvents([{ type: 'response.failed', response: { error: { code: 'rate_limit_exceeded' } } }]),
      'rate_limit_exceeded',
    ],
    ['an error event', printEvents([{ type: 'error', code: 'server_error', message: 'm' }]), 'server_error'],
    [
      'a nested error event',
      printEvents([{ type: 'error', error: { code: 'server_error' } }]),
      'server_error',
    ],
    ['an error by its name', 'event: error\ndata: {"message":"x"}\n\n', undefined],
    ['an error in an envelope', 'data: {"error":{"type":"overloaded"}}\n\n', 'overloaded'],
  ])('%s ends it as a failure', (_, event, code) => {
    const begun = printEvents(streamEvents.slice(0, 2))
    const events = decodeStream(begun + event + printEvents(streamEvents))
    const error = { type: 'error', ...(code !== undefined && { code }) }
    expect(events).toEqual([{ type: 'start', ...name }, error])
  })

  test('refusals and likelihoods come piece by piece', () => {
    const inPart = (content_index: number) => ({ item_id: 'msg_1', output_index: 0, content_index })
    const logprobs = [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }]
    const events = decodeStream(
      printEvents([
        { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg_1' } },
        { type: 'response.output_text.delta', ...inPart(0), delta: 'a', logprobs },
        { type: 'response.refusal.delta', ...inPart(1), delta: 'no' },
        { type: 'response.incomplete', response: { incomplete_details: { reason: 'content_filter' } } },
      ]),
    )
    expect(answerOf(events)).toEqual({
      finish: 'content_filter',
      blocks: [
        { type: 'text', text: 'a', logprobs: [{ token: 'a', logprob: -1, bytes: [97], top: [] }] },
        { type: 'refusal', text: 'no' },
      ],
    })
  })
})

test.each(['output_index', 'content_index', 'type'])(
  'a %s of which no text can be made breaks nothing',
  (name) => {
    const odd = { toString: null }
    for (const type of [
      'response.output_item.done',
      'response.content_part.done',
      'response.output_text.delta',
    ]) {
      const event = {
        type,
        output_index: 0,
        item: { type: odd, content: [] },
        part: { type: odd },
        delta: 'a',
        [name]: odd,
      }
      expect(() => decodeStream(`data: ${JSON.stringify(event)}\n\n`)).not.toThrow()
    }
  },
)

test('whatever comes, a decoder does not break', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(...output, ...streamEvents))
  const event = fc.record(
    {
      type: fc.constantFrom(...new Set(streamEvents.map(({ type }) => String(type)))),
      output_index: fc.oneof(fc.nat(3), fc.jsonValue()),
      content_index: fc.oneof(fc.nat(2), fc.jsonValue()),
      item: odd,
      part: odd,
      delta: odd,
      annotation: odd,
      logprobs: odd,
      response: fc.oneof(odd, fc.record({ output: fc.array(odd), usage: odd, incomplete_details: odd })),
    },
    { requiredKeys: ['type'] },
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(event, fc.jsonValue())), fc.array(odd), (events, items) => {
      decodeStream(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
      openaiResponses.decodeAnswer(bytesOf(JSON.stringify({ output: items })))
      openaiResponses.readAnswer(bytesOf(JSON.stringify({ output: items })))
    }),
    { numRuns: 400 },
  )
})
