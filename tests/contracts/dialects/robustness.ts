import fc from 'fast-check'
import { describe, test } from 'vitest'
import { openai } from '../../../providers/openai.ts'
import type { Dialect, UpstreamDialect } from '../../../src/core/dialect.ts'
import { WeirError } from '../../../src/core/errors.ts'
import { bytesOf, cuts, splitBytes, textOf } from '../../dialects/splits.ts'
import { answerOf } from './arbitrary-answer.ts'
import { callOf } from './arbitrary-call.ts'
import { choices, sideBySide } from './arbitrary-events.ts'
import { decodeAll, tellingOf } from './answers.ts'
import { target } from './calls.ts'
import type { Can, UpstreamCan } from './can.ts'
import { jsonNoise, spoil } from './noise.ts'

const print = (value: unknown) => bytesOf(JSON.stringify(value))

/** (e) Whatever a provider sends, its answers are read or not, and nothing breaks. */
export function laxPromises(dialect: UpstreamDialect, { words }: UpstreamCan): void {
  const json = jsonNoise(words)

  describe('a provider that sends', () => {
    test('JSON that means nothing', () => {
      fc.assert(
        fc.property(json, (value) => {
          dialect.decodeAnswer(print(value))
          dialect.readError(print(value))
        }),
        { numRuns: 2000 },
      )
    })

    test('events that mean nothing', () => {
      const named = fc.tuple(fc.constantFrom('', ...words.map((word) => `event: ${word}\n`)), json)
      fc.assert(
        fc.property(fc.array(named, { maxLength: 6 }), cuts, (events, cuts) => {
          const text = events.map(([name, value]) => `${name}data: ${JSON.stringify(value)}\n\n`).join('')
          decodeAll(dialect.decodeStream(), splitBytes(bytesOf(text), cuts))
        }),
        { numRuns: 2000 },
      )
    })

    test('bytes that mean nothing', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, cuts) => {
          dialect.decodeAnswer(bytes)
          dialect.readError(bytes)
          decodeAll(dialect.decodeStream(), splitBytes(bytes, cuts))
        }),
        { numRuns: 500 },
      )
    })
  })
}

/** (e) Whatever a caller sends is read, or refused in words; what a provider sends may be spoilt anywhere. */
export function strictPromises(dialect: Dialect, can: Can): void {
  const json = jsonNoise(can.words)

  const readCall = (body: Uint8Array) => {
    try {
      const incoming = { ...can.request(false), body }
      const call = dialect.decodeCall(dialect.read(incoming))
      dialect.encodeCall(call, target(can))
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
    }
  }

  describe('a caller that sends', () => {
    test('JSON that means nothing', () => {
      const fields = fc.dictionary(fc.constantFrom(...can.words), json, { maxKeys: 8 })
      const base = JSON.parse(textOf(can.request(false).body)) as object
      fc.assert(
        fc.property(fields, (fields) => {
          readCall(print({ ...base, ...fields }))
        }),
        { numRuns: 2000 },
      )
    })

    test('a call with something wrong in it', () => {
      fc.assert(
        fc.property(callOf(new Set(can.call.carries), can.maker), fc.nat(), json, (call, place, other) => {
          const { body } = dialect.encodeCall(call, target(can))
          readCall(print(spoil(JSON.parse(textOf(body)), place, other)))
        }),
        { numRuns: 2000 },
      )
    })

    test('bytes that mean nothing', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readCall(bytes)))
    })
  })

  describe('a provider whose answer is spoilt', () => {
    const answers = answerOf(can)
    const telling = (stream: boolean) => tellingOf(dialect, can, stream)

    test('when it is whole', () => {
      fc.assert(
        fc.property(answers, fc.nat(), json, (answer, place, other) => {
          const body = print(
            spoil(JSON.parse(textOf(dialect.encodeAnswer(answer, telling(false)))), place, other),
          )
          dialect.decodeAnswer(body)
          dialect.readAnswer(body)
        }),
        { numRuns: 1000 },
      )
    })

    test('when it is a stream', () => {
      const spoils = fc.array(fc.tuple(fc.nat(), fc.nat(), json), { maxLength: 3 })
      fc.assert(
        fc.property(answers, choices, spoils, (answer, choices, spoils) => {
          const text = dialect.encodeStream(telling(true)).push(sideBySide(answer, choices))
          const bytes = bytesOf(spoils.reduce((text, spoiling) => spoilStream(text, spoiling), text))
          const events = decodeAll(dialect.decodeStream(), [bytes])
          dialect.encodeStream(telling(true)).push(events)
          const scanner = dialect.scanStream(telling(true).request, openai.quirks)
          scanner.push(bytes)
          scanner.rest()
        }),
        { numRuns: 1000 },
      )
    })
  })
}

/** A stream in one of whose events something is wrong. */
function spoilStream(text: string, [index, place, other]: readonly [number, number, unknown]): string {
  const lines = text.split('\n')
  const data = lines.flatMap((line, at) => (line.startsWith('data: {') ? [at] : []))
  const at = data[index % Math.max(1, data.length)]
  const line = at === undefined ? undefined : lines[at]
  if (at === undefined || line === undefined) return text
  lines[at] = `data: ${JSON.stringify(spoil(JSON.parse(line.slice('data: '.length)), place, other))}`
  return lines.join('\n')
}
