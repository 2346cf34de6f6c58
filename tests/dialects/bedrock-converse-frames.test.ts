import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/core/bytes.ts'
import { FrameReader, newsOf, type Frame } from '../../src/dialects/bedrock-converse/frames.ts'
import { encodeFrame, eventFrame, exceptionFrame, frameOf } from './bedrock-converse-wire.ts'
import { cuts, splitBytes, textOf } from './splits.ts'

const read = (bytes: Uint8Array, cuts: readonly number[] | 'everywhere' = []) => {
  const reader = new FrameReader()
  const frames = splitBytes(bytes, cuts).flatMap((piece) => reader.push(piece).map(plain))
  return { frames, broken: reader.broken, isCutOff: reader.isCutOff }
}

/** Read at once: the bytes are a view of what was pushed. */
const plain = ({ headers, payload }: Frame) => ({
  headers: Object.fromEntries(headers),
  payload: textOf(payload),
})

/** Recorded: a stream whose only frame is an exception. */
const recorded = Buffer.from(
  'AAAA3QAAAGfHkZB6DTptZXNzYWdlLXR5cGUHAAlleGNlcHRpb24POmV4Y2VwdGlvbi10eXBlBwAZbW9kZWxTdHJlYW1FcnJvckV4Y2VwdGlvbg06Y29udGVudC10eXBlBwAQYXBwbGljYXRpb24vanNvbnsibWVzc2FnZSI6Ik1vZGVsIFN0cmVhbSBFcnJvciIsIm9yaWdpbmFsU3RhdHVzQ29kZSI6NTAwLCJvcmlnaW5hbE1lc3NhZ2UiOiJUaGUgbW9kZWwgc3RyZWFtIGZhaWxlZC4ifVczQxM=',
  'base64',
)

const texts = fc.string({ unit: 'binary', maxLength: 30 })
const names = fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__proto__')
const frames = fc.array(fc.record({ headers: fc.dictionary(names, texts), payload: texts }), { maxLength: 6 })

test('every frame of AWS’s own codec is read, wherever the bytes were cut', () => {
  const places = fc.oneof({ weight: 5, arbitrary: cuts }, fc.constant('everywhere' as const))
  fc.assert(
    fc.property(frames, places, (sent, cuts) => {
      const bytes = concatBytes(sent.map(({ headers, payload }) => frameOf(headers, payload)))
      const told = sent.map(({ headers, payload }) => ({
        headers: { ...headers },
        payload: Buffer.from(payload).toString(),
      }))
      const decoded = read(bytes, cuts)
      expect(JSON.stringify(decoded)).toBe(
        JSON.stringify({ frames: told.map(utf8Headers), broken: false, isCutOff: false }),
      )
    }),
  )
})

/** Half characters do not survive UTF-8. */
const utf8Headers = ({ headers, payload }: { headers: Record<string, string>; payload: string }) => ({
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString()]),
  ),
  payload,
})

test('a recorded frame of Bedrock is read', () => {
  const { frames, ...rest } = read(new Uint8Array(recorded), 'everywhere')
  expect(rest).toEqual({ broken: false, isCutOff: false })
  expect(frames).toEqual([
    {
      headers: {
        ':message-type': 'exception',
        ':exception-type': 'modelStreamErrorException',
        ':content-type': 'application/json',
      },
      payload: expect.stringContaining('"originalStatusCode":500') as string,
    },
  ])
})

test('headers of every type are passed over, texts are kept', () => {
  const bytes = encodeFrame({
    headers: {
      yes: { type: 'boolean', value: true },
      no: { type: 'boolean', value: false },
      byte: { type: 'byte', value: 7 },
      short: { type: 'short', value: 7 },
      whole: { type: 'integer', value: 7 },
      bytes: { type: 'binary', value: new Uint8Array(300) },
      time: { type: 'timestamp', value: new Date(0) },
      id: { type: 'uuid', value: '12345678-1234-1234-1234-123456789012' },
      text: { type: 'string', value: 'kept' },
    },
    body: new Uint8Array(),
  })
  expect(read(bytes).frames).toEqual([{ headers: { text: 'kept' }, payload: '' }])
})

describe('a damaged stream', () => {
  const good = eventFrame('messageStart', { role: 'assistant' })
  const next = eventFrame('messageStop', { stopReason: 'end_turn' })

  test('a byte that changed anywhere breaks it there, and never crashes', () => {
    fc.assert(
      fc.property(fc.nat(next.length - 1), fc.integer({ min: 1, max: 255 }), cuts, (at, flip, cuts) => {
        const damaged = next.slice()
        damaged[at] = (damaged[at] ?? 0) ^ flip
        const { frames, broken } = read(concatBytes([good, damaged, good]), cuts)
        expect({ frames: frames.length, broken }).toEqual({ frames: 1, broken: true })
      }),
    )
  })

  test('any bytes at all are read without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, cuts) => {
        expect(read(bytes, cuts).frames).toEqual([])
      }),
    )
  })

  test.each([
    ['of a frame beyond all bounds', 64 * 1024 * 1024, 0],
    ['of a frame that is shorter than itself', 3, 0],
    ['of headers that are longer than the frame', 100, 90],
    ['of headers beyond all bounds', 100, 0xffffffff],
  ])('a length %s is refused as soon as it is told', (_, length, headersLength) => {
    const prelude = Buffer.alloc(12)
    prelude.writeUInt32BE(length, 0)
    prelude.writeUInt32BE(headersLength, 4)
    prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
    const reader = new FrameReader()
    expect(reader.push(prelude)).toEqual([])
    expect(reader.broken).toBe(true)
    expect(reader.push(good)).toEqual([])
  })

  test.each([
    ['a header of an unknown type', [1, 0x61, 12, 0]],
    ['a text that is longer than the headers', [1, 0x61, 7, 0, 9, 0x62]],
    ['a text without its length', [1, 0x61, 7, 0]],
    ['a name that is longer than the headers', [200, 0x61]],
    ['a number that is cut', [1, 0x61, 4, 0, 0]],
  ])('%s is refused', (_, headers) => {
    const frame = Buffer.alloc(16 + headers.length)
    frame.writeUInt32BE(frame.length, 0)
    frame.writeUInt32BE(headers.length, 4)
    frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
    frame.set(headers, 12)
    frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4)
    expect(read(new Uint8Array(frame))).toEqual({ frames: [], broken: true, isCutOff: false })
  })

  test('one that is cut within a frame is cut off', () => {
    for (let length = 1; length < good.length; length++)
      expect(read(good.subarray(0, length), 'everywhere')).toMatchObject({ broken: false, isCutOff: true })
    expect(read(good).isCutOff).toBe(false)
  })
})

test('the host may use its buffer again', () => {
  const bytes = eventFrame('messageStart', { role: 'assistant' })
  const reader = new FrameReader()
  const buffer = bytes.slice(0, 30)
  reader.push(buffer)
  buffer.fill(0)
  expect(reader.push(bytes.subarray(30)).map(plain)).toMatchObject([{ payload: '{"role":"assistant"}' }])
})

test.each([
  [exceptionFrame('throttlingException'), { type: 'exception', code: 'ThrottlingException' }],
  [
    frameOf({ ':message-type': 'error', ':error-code': 'InternalFailure' }, ''),
    { type: 'exception', code: 'InternalFailure' },
  ],
  [frameOf({ ':message-type': 'error' }, ''), { type: 'exception', code: 'UnknownError' }],
  [frameOf({ ':message-type': 'exception' }, ''), { type: 'exception', code: 'UnknownException' }],
  [eventFrame('chunk', {}), { type: 'event', name: 'chunk' }],
  [frameOf({}, ''), { type: 'event', name: '' }],
])('frame %# tells what it is', (bytes, news) => {
  expect(new FrameReader().push(bytes).map(newsOf)).toMatchObject([news])
})
