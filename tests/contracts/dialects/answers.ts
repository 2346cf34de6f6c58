import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatAnswer, ChatEvent } from '../../../src/core/chat/answer.ts'
import { assemble, eventsOf } from '../../../src/core/chat/assemble.ts'
import type { Dialect, ScanOptions, StreamDecoder, Telling } from '../../../src/core/dialect.ts'
import { cuts, splitBytes, bytesOf } from '../../dialects/splits.ts'
import { answerOf, usage } from './arbitrary-answer.ts'
import { choices, interleave } from './arbitrary-events.ts'
import type { Can } from './can.ts'

export function tellingOf(dialect: Dialect, can: Can, stream: boolean): Telling {
  const request = dialect.read(can.request(stream))
  return { requestId: 'req_acme_0198', model: 'the-model', created: 1_763_900_207, request }
}

/** All that a decoder makes of a stream, however it is cut. */
export function decodeAll(decoder: StreamDecoder, pieces: readonly Uint8Array[]): ChatEvent[] {
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.rest()]
}

/** What a caller learns of an answer: ids and models are the teller's. */
function told({ blocks, finish, stopSequence, usage }: ChatAnswer) {
  return { blocks, finish, stopSequence, usage }
}

const anyCuts = fc.oneof(cuts, fc.constant('everywhere' as const))
const closing = { requestId: 'req_acme_0198', model: 'the-model' }
const cost = { provider: 'somebody', charge: '0.000123456', source: 'exact' as const }

/** (b), (c), (d) What a dialect writes of an answer it reads back, whole or as a stream. */
export function answerPromises(dialect: Dialect, can: Can): void {
  const answers = answerOf(can)
  const { normal } = can.answer

  const stream = (events: readonly ChatEvent[], options?: ScanOptions) => {
    const encoder = dialect.encodeStream(tellingOf(dialect, can, true), options)
    return { encoder, text: events.map((event) => encoder.push([event])).join('') }
  }
  const readStream = (text: string, cuts: readonly number[] | 'everywhere' = []) =>
    decodeAll(dialect.decodeStream(), splitBytes(bytesOf(text), cuts))

  describe('an answer', () => {
    test('that is written whole is read as it was', () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const body = dialect.encodeAnswer(answer, tellingOf(dialect, can, false))
          const read = dialect.decodeAnswer(body)
          expect(read && told(read)).toEqual(told(normal(answer)))
          expect(read?.model).toBe('the-model')
        }),
      )
    })

    test('is what its events make', () => {
      fc.assert(
        fc.property(answers, choices, (answer, choices) => {
          expect(assemble(eventsOf(answer))).toEqual(answer)
          expect(assemble(interleave(answer, choices))).toEqual(answer)
        }),
      )
    })

    test('that is streamed in any order, and cut anywhere, is read as it was', () => {
      fc.assert(
        fc.property(answers, choices, anyCuts, (answer, choices, cuts) => {
          const events = readStream(stream(interleave(answer, choices)).text, cuts)
          expect(events.at(-1)).toEqual({ type: 'end' })
          const { usage, ...rest } = told(normal(assemble(events)))
          const { usage: expected, ...others } = told(normal(answer))
          expect(rest).toEqual(others)
          // A format may tell it only where it is asked for.
          if (usage) expect(usage).toEqual(expected)
        }),
        { numRuns: 200 },
      )
    })

    test('that is streamed block by block is read as the whole one', () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const whole = dialect.decodeAnswer(dialect.encodeAnswer(answer, tellingOf(dialect, can, false)))
          const { usage, ...streamed } = told(normal(assemble(readStream(stream(eventsOf(answer)).text))))
          const { usage: expected, ...rest } = told(whole ?? answer)
          expect(streamed).toEqual(rest)
          if (usage) expect(usage).toEqual(expected)
        }),
      )
    })
  })

  describe('a stream whose end is held', () => {
    test('tells our usage and what it cost, and nothing of its end before', () => {
      fc.assert(
        fc.property(answers, choices, usage, (answer, choices, usage) => {
          const { encoder, text } = stream(interleave(answer, choices), { holdEnd: true })
          const held = readStream(text).map(({ type }) => type)
          expect(held).not.toContain('end')
          const end = encoder.close({ ...closing, usage, cost })
          const events = readStream(text + end)
          expect(events.at(-1)).toEqual({ type: 'end' })
          expect(told(normal(assemble(events)))).toEqual({ ...told(normal(answer)), usage })
          expect(text).not.toContain('0.000123456')
          expect(end).toContain('"charge":"0.000123456"')
          expect(end).toContain('"usage_source":"exact"')
          expect(encoder.push([{ type: 'end' }])).toBe('')
        }),
      )
    })

    test('that a budget cuts ends like one that reached its cap, with all that came before', () => {
      const limit = { id: 'lim_acme_1', metric: 'cost' }
      const ending = new Set(['usage', 'finish', 'end'])
      const open = fc
        .tuple(answers, choices)
        .map(([answer, choices]) => interleave(answer, choices).filter(({ type }) => !ending.has(type)))
      fc.assert(
        fc.property(open, fc.nat(), usage, (open, count, usage) => {
          const before = open.slice(0, count % (open.length + 1))
          const { encoder, text } = stream(before, { holdEnd: true })
          const end = encoder.cut({ ...closing, usage, cost, limit })
          const events = readStream(text + end)
          expect(events.at(-1)).toEqual({ type: 'end' })
          const read = assemble(events)
          expect(told(normal(read))).toEqual({
            ...told(normal({ ...assemble(before), finish: 'length' })),
            usage,
          })
          expect(end).toContain('"reason":"budget"')
          expect(end).toContain('"lim_acme_1"')
        }),
      )
    })
  })

  test('an end that is not held is printed once', () => {
    fc.assert(
      fc.property(answers, usage, (answer, usage) => {
        const { encoder } = stream(eventsOf(answer))
        expect(encoder.close({ ...closing, usage })).toBe('')
        expect(encoder.cut({ ...closing, usage, limit: undefined })).toBe('')
        expect(encoder.push(eventsOf(answer))).toBe('')
      }),
      { numRuns: 20 },
    )
  })
}
