import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import type { ScanOptions, StreamScanner } from '../../src/core/dialect.ts'
import {
  chunkOf,
  chunks,
  closing,
  eventOf,
  head,
  hello,
  limit,
  quirks,
  read,
  readChunks,
  receipt,
  stream,
  usage,
  wireUsage,
} from './gemini-wire.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

interface Wishes extends ScanOptions {
  readonly alt?: string
  readonly candidateCount?: number
}

function scannerFor({ alt, candidateCount = 1, ...options }: Wishes = {}): StreamScanner {
  const body = { contents: hello, generationConfig: { candidateCount } }
  return gemini.scanStream(read(body, { stream: true, ...(alt && { alt }) }), quirks, options)
}

function passAll(scanner: StreamScanner, text: string): string {
  return textOf(scanner.push(bytesOf(text))) + textOf(scanner.rest())
}

const factsOf = ({ usage, outputBytes, finished, ended, failed, hidError }: StreamScanner) => ({
  usage,
  outputBytes,
  finished,
  ended,
  failed,
  hidError,
})
const outputBytes =
  'think'.length + 'Hé'.length + 1 + 'llo €'.length + 2 + 'get_weather{"city":"Oslo"}'.length
const whole = { usage, outputBytes, finished: true, ended: false, failed: false, hidError: false }

describe('as events', () => {
  const forms: [string, string][] = [
    ['LF', stream],
    ['CRLF', stream.replaceAll('\n', '\r\n')],
    ['comments', `: hi\n\n${stream}: bye\n\n`],
    ['no last blank line', stream.slice(0, -2)],
    ['no last line end', stream.slice(0, -1)],
    ['no space', stream.replaceAll('data: ', 'data:')],
  ]

  test.each(forms)('%s: every byte passes, wherever the stream is split', (_, text) => {
    for (const places of ['everywhere', []] as const) {
      const scanner = scannerFor({ alt: 'sse' })
      const passed = splitBytes(bytesOf(text), places).map((bytes) => textOf(scanner.push(bytes)))
      expect(passed.join('') + textOf(scanner.rest())).toBe(text)
      expect(factsOf(scanner)).toEqual(whole)
    }
  })

  test('bytes that are no chunks pass too', () => {
    const text = 'data: [DONE]\n\ndata: no JSON\n\ndata: 7\n\nevent: ping\n\n'
    const scanner = scannerFor({ alt: 'sse' })
    expect(passAll(scanner, text)).toBe(text)
    expect(factsOf(scanner)).toMatchObject({ finished: false, failed: false, outputBytes: 0 })
  })
})

describe('as an array', () => {
  test('each event becomes an element, wherever the stream is split', () => {
    fc.assert(
      fc.property(cuts, fc.constantFrom('\n', '\r\n'), (places, end) => {
        const text = `: hi\n\n${stream}data: [DONE]\n\n`.replaceAll('\n', end)
        const scanner = scannerFor()
        const passed = splitBytes(bytesOf(text), places).map((bytes) => textOf(scanner.push(bytes)))
        const printed = passed.join('') + textOf(scanner.rest())
        expect(printed).toBe(`[${chunks.map((chunk) => JSON.stringify(chunk)).join(',\n')}]`)
        expect(factsOf(scanner)).toEqual(whole)
      }),
    )
  })

  test('an event of several lines is one element', () => {
    const [chunk = {}] = chunks
    const lines = JSON.stringify(chunk, null, 2).split('\n')
    const scanner = scannerFor()
    const printed = textOf(scanner.push(bytesOf(lines.map((line) => `data: ${line}\n`).join('') + '\n')))
    expect(printed).toBe(`[${lines.join('\n')}`)
  })

  test('a stream that breaks stays open for the error that follows', () => {
    const scanner = scannerFor()
    const printed = passAll(scanner, stream.slice(0, stream.indexOf('"finishReason"')))
    expect(JSON.parse(`${printed}]`)).toHaveLength(3)
    expect(scanner.finished).toBe(false)
  })
})

describe('the usage', () => {
  const usageAfter = (...chunks: object[]) => {
    const scanner = scannerFor({ alt: 'sse' })
    passAll(scanner, chunks.map((chunk) => eventOf(chunk)).join(''))
    return scanner.usage
  }
  const metadata = (usageMetadata: object, more = {}) => chunkOf([], more, { usageMetadata })
  const stop = { finishReason: 'STOP' }

  test('no output is none only once the answer has finished', () => {
    expect(usageAfter(metadata({ promptTokenCount: 3 }))).toBeUndefined()
    expect(usageAfter(metadata({ promptTokenCount: 3 }, stop))).toMatchObject({
      inputTokens: 3,
      outputTokens: 0,
    })
  })

  test('the last counts, but thoughts are never fewer', () => {
    const early = metadata({ promptTokenCount: 3, candidatesTokenCount: 1, thoughtsTokenCount: 40 })
    const late = metadata({ promptTokenCount: 3, candidatesTokenCount: 9 }, stop)
    expect(usageAfter(early, late)).toMatchObject({ outputTokens: 49, reasoningTokens: 40 })
  })

  test('one that was told before more text came does not count that', () => {
    const early = metadata({ promptTokenCount: 3, candidatesTokenCount: 1 })
    expect(usageAfter(early, chunkOf([{ text: 'more' }], stop))).toBeUndefined()
    expect(usageAfter(early, chunkOf([], stop))).toMatchObject({ outputTokens: 1 })
  })
})

describe('the end', () => {
  test('comes with the last of the answers asked for', () => {
    const scanner = scannerFor({ alt: 'sse', candidateCount: 2 })
    scanner.push(bytesOf(eventOf(chunkOf([{ text: 'a' }], { index: 1, finishReason: 'MAX_TOKENS' }))))
    expect(scanner.finished).toBe(false)
    scanner.push(bytesOf(eventOf(chunkOf([], { index: undefined, finishReason: 'STOP' }))))
    expect(scanner.finished).toBe(true)
  })

  test('comes at once where the prompt is blocked', () => {
    const scanner = scannerFor({ alt: 'sse', candidateCount: 2 })
    scanner.push(bytesOf(eventOf({ promptFeedback: { blockReason: 'SAFETY' } })))
    expect(scanner.finished).toBe(true)
  })

  test.each([null, '', 'FINISH_REASON_UNSPECIFIED', 7])('is not %j', (finishReason) => {
    const scanner = scannerFor({ alt: 'sse' })
    scanner.push(bytesOf(eventOf(chunkOf([], { finishReason }))))
    expect(scanner.finished).toBe(false)
  })
})

describe('an error', () => {
  const error = { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }
  const denied = { error: { code: 403, message: 'project 42', status: 'PERMISSION_DENIED' } }
  const before = eventOf(chunkOf([{ text: 'a' }]))

  test('passes, and ends the array', () => {
    const events = scannerFor({ alt: 'sse' })
    expect(passAll(events, before + eventOf(error))).toBe(before + eventOf(error))
    expect(factsOf(events)).toMatchObject({ failed: true, hidError: false })
    for (const holdEnd of [true, false])
      expect(JSON.parse(passAll(scannerFor({ holdEnd }), before + eventOf(error)))).toMatchObject([{}, error])
  })

  test('that is the fault of the operator is kept back', () => {
    const scanner = scannerFor({ alt: 'sse' })
    expect(passAll(scanner, before + eventOf(denied))).toBe(before)
    expect(factsOf(scanner)).toMatchObject({ failed: true, hidError: true })
    expect(passAll(scannerFor(), before + eventOf(denied))).not.toMatch(/\]$/)
  })
})

const finishMessage = 'A budget affords no more output.'

describe('an end of ours', () => {
  test.each(['sse', undefined])('follows what the provider sent: %s', (alt) => {
    const scanner = scannerFor({ ...(alt && { alt }), holdEnd: true })
    const printed = passAll(scanner, stream) + textOf(scanner.close(closing))
    const [last, ...others] = readChunks(printed).toReversed()
    expect(others.toReversed()).toEqual(chunks)
    expect(last).toEqual({
      candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: wireUsage,
      ...head,
      weir: receipt,
    })
  })

  test('is set apart from an event that has no blank line', () => {
    const scanner = scannerFor({ alt: 'sse', holdEnd: true })
    const printed = passAll(scanner, stream.trimEnd()) + textOf(scanner.close(closing))
    expect(readChunks(printed)).toHaveLength(chunks.length + 1)
  })

  test.each(['sse', undefined])('cuts the answers that are open: %s', (alt) => {
    const scanner = scannerFor({ ...(alt && { alt }), candidateCount: 3 })
    const begun = eventOf(chunkOf([{ text: 'a' }], { index: 1, finishReason: 'STOP' }))
    const printed = textOf(scanner.push(bytesOf(begun))) + textOf(scanner.cut({ ...closing, limit }))
    const content = { role: 'model', parts: [{ text: '' }] }
    expect(readChunks(printed).at(-1)).toEqual({
      candidates: [
        { content, finishReason: 'MAX_TOKENS', finishMessage, index: 0 },
        { content, finishReason: 'MAX_TOKENS', finishMessage, index: 2 },
      ],
      usageMetadata: wireUsage,
      ...head,
      weir: { reason: 'budget', limit, ...receipt },
    })
  })

  test('names the stream itself where the provider did not', () => {
    const scanner = scannerFor({ alt: 'sse' })
    const { cost: _, ...plain } = closing
    const [chunk] = readChunks(textOf(scanner.cut({ ...plain, limit: undefined })))
    expect(chunk).toMatchObject({
      responseId: 'req_acme_1',
      modelVersion: 'gemini-3-flash',
      weir: { reason: 'budget' },
    })
    expect(chunk?.['weir']).toEqual({ reason: 'budget' })
  })
})
