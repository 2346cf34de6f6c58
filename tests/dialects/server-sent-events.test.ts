import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataOf, EventSplitter } from '../../src/dialects/server-sent-events.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

const end = fc.constantFrom('\n', '\r\n')
const line = fc
  .tuple(
    fc.constantFrom('data: ', 'data:', ': ', 'event: ', 'id:', ''),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  )
  .map(([start, text]) => start + text.replaceAll(/[\r\n]/g, '·'))
const ended = fc.tuple(line, end).map(([line, end]) => line + end)

/** An event with its blank line; one without any line is a blank line alone. */
const event = fc.tuple(fc.array(ended, { maxLength: 4 }), end).map(([lines, end]) => lines.join('') + end)
/** What a provider that died left of an event. */
const torso = fc
  .tuple(fc.array(ended, { maxLength: 2 }), line, fc.constantFrom('', '\r', '\n', '\r\n', '\n\r'))
  .map(([lines, line, end]) => lines.join('') + line + end)

describe('EventSplitter', () => {
  test('finds the same events however the bytes are cut, and loses none of them', () => {
    const ending = fc.oneof(fc.constant(''), torso)
    fc.assert(
      fc.property(
        fc.array(event),
        ending,
        fc.oneof(cuts, fc.constant('everywhere' as const)),
        (events, ending, cuts) => {
          const splitter = new EventSplitter()
          const bytes = bytesOf(events.join('') + ending)
          const found = splitBytes(bytes, cuts).flatMap((piece) => splitter.push(piece))
          expect(found.map(textOf)).toEqual(events)
          expect(textOf(splitter.rest())).toBe(ending)
        },
      ),
      { numRuns: 700 },
    )
  })

  test('keeps a carriage return at the end of a piece until it knows what it ends', () => {
    const splitter = new EventSplitter()
    expect(splitter.push(bytesOf('data: a\r\n\r'))).toEqual([])
    expect(splitter.push(bytesOf('\ndata: b\r')).map(textOf)).toEqual(['data: a\r\n\r\n'])
    expect(splitter.push(bytesOf('\n\r'))).toEqual([])
    expect(splitter.push(bytesOf('\n')).map(textOf)).toEqual(['data: b\r\n\r\n'])
  })

  test('owns what it keeps: the host may fill its buffer anew', () => {
    const splitter = new EventSplitter()
    const buffer = bytesOf('data: a')
    splitter.push(buffer)
    buffer.fill(0)
    expect(splitter.push(bytesOf('\n\n')).map(textOf)).toEqual(['data: a\n\n'])
  })

  test('after the rest of one stream it begins anew', () => {
    const splitter = new EventSplitter()
    splitter.push(bytesOf('data: a\n'))
    expect(textOf(splitter.rest())).toBe('data: a\n')
    expect(splitter.push(bytesOf('\n')).map(textOf)).toEqual(['\n'])
  })
})

describe('dataOf', () => {
  test.each([
    ['one line', 'data: {"a":1}\n\n', '{"a":1}'],
    ['no space after the colon', 'data:x\n\n', 'x'],
    ['only one space is taken', 'data:  x \n\n', ' x '],
    ['CRLF', 'data: x\r\n\r\n', 'x'],
    ['several lines', 'data: a\ndata: b\r\n\r\n', 'a\nb'],
    ['among other fields', 'event: e\nid: 1\ndata: x\nretry: 5\n\n', 'x'],
    ['empty', 'data:\n\n', ''],
    ['never ended', 'data: x', 'x'],
    ['after a byte order mark', '\uFEFFdata: x\n\n', 'x'],
    ['a comment', ': keep-alive\n\n', undefined],
    ['a blank line', '\n', undefined],
    ['a field that only begins like data', 'database: x\n\n', undefined],
  ])('%s', (_, event, data) => expect(dataOf(bytesOf(event))).toBe(data))
})
