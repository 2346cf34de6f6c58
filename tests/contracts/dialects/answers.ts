import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatAnswer, ChatEvent } from '../../../src/core/chat/answer.ts'
import { assemble, eventsOf } from '../../../src/core/chat/assemble.ts'
import type { Dialect, ScanOptions, StreamDecoder, Telling } from '../../../src/core/dialect.ts'
import { cuts, splitBytes, bytesOf } from '../../dialects/splits.ts'
import { answerOf, usage } from './arbitrary-answer.ts'
import { byBlock, choices, eachAlone, oneByOne, sideBySide } from './arbitrary-events.ts'
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
const limit = { id: 'lim_acme_1', metric: 'cost' }

/** A dialect in whose streams and answers a test can write and read. */
class Wire {
  readonly dialect: Dialect
  readonly can: Can

  constructor(dialect: Dialect, can: Can) {
    this.dialect = dialect
    this.can = can
  }

  whole(answer: ChatAnswer): ChatAnswer | undefined {
    const body = this.dialect.encodeAnswer(answer, tellingOf(this.dialect, this.can, false))
    return this.dialect.decodeAnswer(body)
  }

  stream(batches: readonly (readonly ChatEvent[])[], options?: ScanOptions) {
    const encoder = this.dialect.encodeStream(tellingOf(this.dialect, this.can, true), options)
    return { encoder, text: batches.map((events) => encoder.push(events)).join('') }
  }

  read(text: string, cuts: readonly number[] | 'everywhere' = []): ChatEvent[] {
    return decodeAll(this.dialect.decodeStream(), splitBytes(bytesOf(text), cuts))
  }

  /** Of a stream that was read, but for a usage that the format tells only where it is asked for. */
  expectSame(events: readonly ChatEvent[], answer: ChatAnswer): void {
    const { normal } = this.can.answer
    expect(events.at(-1)).toEqual({ type: 'end' })
    const { usage, ...read } = told(normal(assemble(events)))
    const { usage: expected, ...rest } = told(normal(answer))
    expect(read).toEqual(rest)
    if (usage) expect(usage).toEqual(expected)
  }
}

/** (b), (c), (d) What a dialect writes of an answer it reads back, whole or as a stream. */
export function answerPromises(dialect: Dialect, can: Can): void {
  const wire = new Wire(dialect, can)
  const answers = answerOf(can)
  describe('an answer', () => {
    test('is what its events make', () => {
      fc.assert(
        fc.property(answers, choices, (answer, choices) => {
          expect(assemble(eventsOf(answer))).toEqual(answer)
          expect(assemble(oneByOne(answer, choices))).toEqual(answer)
          expect(assemble(sideBySide(answer, choices))).toEqual(answer)
        }),
      )
    })

    test('that is written whole is read as it was', () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const read = wire.whole(answer)
          expect(read && told(read)).toEqual(told(can.answer.normal(answer)))
          expect(read?.model).toBe('the-model')
        }),
      )
    })

    test('that is streamed is read as the whole one', () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const { text } = wire.stream(byBlock(eventsOf(answer)))
          wire.expectSame(wire.read(text), wire.whole(answer) ?? answer)
        }),
      )
    })
  })
  streamPromises(wire)
  heldPromises(wire)
}

function streamPromises(wire: Wire): void {
  const { can } = wire
  const answers = answerOf(can)

  describe('a stream', () => {
    test('is read as it was, wherever it is cut', () => {
      fc.assert(
        fc.property(answers, choices, anyCuts, (answer, choices, cuts) => {
          const { text } = wire.stream(byBlock(oneByOne(answer, choices)))
          wire.expectSame(wire.read(text, cuts), answer)
        }),
        { numRuns: 200 },
      )
    })

    test('is read as it was, whose pieces come one at a time', () => {
      fc.assert(
        fc.property(answerOf(can, 'call_seals'), choices, (answer, choices) => {
          const { text } = wire.stream(eachAlone(oneByOne(answer, choices)))
          wire.expectSame(wire.read(text), answer)
        }),
      )
    })

    test.runIf(can.answer.lateSeals)('is read as it was, whose seals come last', () => {
      fc.assert(
        fc.property(answers, choices, (answer, choices) => {
          const { text } = wire.stream(eachAlone(oneByOne(answer, choices)))
          wire.expectSame(wire.read(text), answer)
        }),
      )
    })

    test('is read as it was, whose blocks are under way side by side', () => {
      fc.assert(
        fc.property(answerOf(can, 'call_seals'), choices, (answer, choices) => {
          const { text } = wire.stream(eachAlone(sideBySide(answer, choices)))
          wire.expectSame(wire.read(text), answer)
        }),
        { numRuns: 200 },
      )
    })

    test('that breaks off before it finished has no end', () => {
      fc.assert(
        fc.property(answers, choices, (answer, choices) => {
          const open = sideBySide(answer, choices).filter(({ type }) => type !== 'finish' && type !== 'end')
          const types = wire.read(wire.stream(eachAlone(open)).text).map(({ type }) => type)
          expect(types).not.toContain('end')
        }),
      )
    })

    test('is ended once', () => {
      fc.assert(
        fc.property(answers, usage, (answer, usage) => {
          const { encoder } = wire.stream([eventsOf(answer)])
          expect(encoder.close({ ...closing, usage })).toBe('')
          expect(encoder.cut({ ...closing, usage, limit: undefined })).toBe('')
          expect(encoder.push(eventsOf(answer))).toBe('')
        }),
        { numRuns: 20 },
      )
    })
  })
}

/** Without the calls that have no end yet. */
function withoutOpenCalls(events: readonly ChatEvent[]): ChatEvent[] {
  const ended = new Set(events.flatMap((event) => (event.type === 'block_end' ? [event.index] : [])))
  const open = new Set(
    events.flatMap((event) =>
      event.type === 'block' && event.block.type === 'tool_call' && !ended.has(event.index)
        ? [event.index]
        : [],
    ),
  )
  return events.filter((event) => !('index' in event && open.has(event.index)))
}

function heldPromises(wire: Wire): void {
  const { can } = wire
  const { normal } = can.answer
  const answers = answerOf(can, 'call_seals')
  const ending: ReadonlySet<string> = new Set(['usage', 'finish', 'end'])
  const open = fc
    .tuple(answers, choices)
    .map(([answer, choices]) => oneByOne(answer, choices).filter(({ type }) => !ending.has(type)))

  describe('a stream whose end is held', () => {
    test('tells our usage and what it cost, and nothing of its end before', () => {
      fc.assert(
        fc.property(answers, choices, usage, (answer, choices, usage) => {
          const { encoder, text } = wire.stream(eachAlone(oneByOne(answer, choices)), { holdEnd: true })
          expect(wire.read(text).map(({ type }) => type)).not.toContain('end')
          const end = encoder.close({ ...closing, usage, cost })
          const events = wire.read(text + end)
          expect(events.at(-1)).toEqual({ type: 'end' })
          expect(told(normal(assemble(events)))).toEqual(told(normal({ ...answer, usage })))
          expect(text).not.toContain('0.000123456')
          expect(end).toContain('"charge":"0.000123456"')
          expect(end).toContain('"usage_source":"exact"')
          expect(encoder.push([{ type: 'end' }])).toBe('')
        }),
      )
    })

    test('that a budget cuts ends like one that reached its cap, with all that came before', () => {
      fc.assert(
        fc.property(open, fc.nat(), usage, (open, count, usage) => {
          const all = open.slice(0, count % (open.length + 1))
          const before = can.answer.brokenCalls ? all : withoutOpenCalls(all)
          const { encoder, text } = wire.stream(eachAlone(before), { holdEnd: true })
          const end = encoder.cut({ ...closing, usage, cost, limit })
          const events = wire.read(text + end)
          expect(events.at(-1)).toEqual({ type: 'end' })
          const cut = { ...assemble(before), finish: 'length' as const, usage }
          expect(told(normal(assemble(events)))).toEqual(told(normal(cut)))
          expect(end).toContain('"reason":"budget"')
          expect(end).toContain('"lim_acme_1"')
        }),
      )
    })
  })
}
