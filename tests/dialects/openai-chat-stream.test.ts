import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChatStreamScanner } from '../../src/dialects/openai-chat/scan-stream.ts'
import { noUsage } from '../../src/core/usage.ts'
import { alibabaFixture } from '../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../fixtures/providers/openai.ts'
import { sandboxFixture } from '../fixtures/providers/sandbox.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

const fixtures = [openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture]

/** What comes out of a stream, and what it told. */
function scan(
  stream: string,
  options: { drop?: boolean; answers?: number; cuts?: readonly number[] | 'everywhere' } = {},
) {
  const scanner = new ChatStreamScanner({
    dropUsageChunk: options.drop ?? false,
    answers: options.answers ?? 1,
    operatorErrors: ['Arrearage'],
  })
  const pieces = splitBytes(bytesOf(stream), options.cuts ?? [])
  const out = pieces.map((piece) => textOf(scanner.push(piece))).join('') + textOf(scanner.rest())
  const { usage, outputBytes, finished, failed } = scanner
  return { out, usage, outputBytes, finished, failed }
}

const event = (chunk: unknown, end = '\n\n') =>
  `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}${end}`
const delta = (delta: object, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
})
const finish = (index = 0, reason = 'stop') => ({ choices: [{ index, delta: {}, finish_reason: reason }] })
const usage = (prompt_tokens: number, completion_tokens: number) => ({
  usage: { prompt_tokens, completion_tokens },
})

describe.each(fixtures)('the stream of $provider', (fixture) => {
  const facts = {
    usage: fixture.streamUsage,
    outputBytes: Buffer.byteLength(fixture.streamText + fixture.streamReasoning),
    finished: true,
    failed: false,
  }
  const withCrlf = fixture.stream.replaceAll('\n', '\r\n')

  test.each([
    ['as it is', fixture.stream],
    ['with CRLF', withCrlf],
  ])('%s: every split tells the same facts and lets the same bytes through', (_, stream) => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: cuts }, fc.constant('everywhere' as const)), (cuts) => {
        expect(scan(stream, { cuts })).toEqual({ out: stream, ...facts })
      }),
      { numRuns: 60 },
    )
  })

  test('unasked usage is taken out where it is a chunk of its own, whatever the split', () => {
    const isUsageChunk = (event: string) => event.includes('"choices":[]')
    const events = fixture.stream.split(/(?<=\n\n)/)
    const kept = events.filter((event) => !isUsageChunk(event)).join('')
    fc.assert(
      fc.property(cuts, (cuts) => {
        expect(scan(fixture.stream, { cuts, drop: true })).toEqual({ out: kept, ...facts })
      }),
      { numRuns: 60 },
    )
    expect(kept === fixture.stream).toBe(fixture === deepseekFixture)
  })
})

describe('usage in a stream', () => {
  test('null stays where it is', () => {
    const stream = event({ ...delta({ content: 'a' }), usage: null }) + event({ choices: [], usage: null })
    expect(scan(stream, { drop: true })).toMatchObject({ out: stream, usage: undefined })
  })

  test('on every chunk counts up: the last one holds, and no chunk with a choice is taken out', () => {
    const stream = [1, 2, 3].map((n) => event({ ...delta({ content: 'a' }), ...usage(9, n) })).join('')
    expect(scan(stream, { drop: true })).toMatchObject({
      out: stream,
      usage: { ...noUsage, inputTokens: 9, outputTokens: 3 },
    })
  })

  test('that cannot be read is not taken out, and does not replace what was read', () => {
    const stream = event({ choices: [], usage: { prompt_tokens: -1, completion_tokens: 2 } })
    expect(scan(event({ ...finish(), ...usage(1, 2) }) + stream, { drop: true })).toMatchObject({
      out: expect.stringContaining(stream) as string,
      usage: { inputTokens: 1, outputTokens: 2 },
    })
  })

  test('without choices, or with empty ones of another kind (Azure’s filters), goes through', () => {
    const stream = event(usage(1, 2)) + event({ choices: [], prompt_filter_results: [] })
    expect(scan(stream, { drop: true }).out).toBe(stream)
  })

  test('a usage chunk that was never ended is taken out too', () => {
    const whole = event({ choices: [], ...usage(1, 2) }, '')
    expect(scan(event(finish()) + whole, { drop: true })).toMatchObject({
      out: event(finish()),
      usage: { inputTokens: 1 },
    })
  })
})

describe('the end of a stream', () => {
  test.each([
    ['a finish reason', event(finish()), 1, true],
    ['[DONE] without any', event(delta({ content: 'a' })) + event('[DONE]'), 1, true],
    ['one of two answers', event(finish()), 2, false],
    ['both of two answers', event(finish()) + event(finish(1)), 2, true],
    ['both in one chunk', event({ choices: [...finish().choices, ...finish(1).choices] }), 2, true],
    ['an empty finish reason', event(finish(0, '')), 1, false],
    ['nothing', event(delta({ content: 'a' })), 1, false],
    ['comments and rubbish', ': ok\n\ndata: {"choices":\n\ndata: 5\n\ndata: null\n\n', 1, false],
  ])('after %s', (...[, stream, answers, finished]) => {
    expect(scan(stream, { answers })).toMatchObject({ out: stream, finished, failed: false })
  })
})

describe('an error in a stream', () => {
  test.each([
    ['in OpenAI’s envelope', event({ error: { message: 'no', code: null } })],
    ['as a text', event({ error: 'no' })],
    ['bare, as vLLM sends it', event({ object: 'error', message: 'no', code: 500 })],
    ['as an event named error', `event: error\n${event({ message: 'no', code: 'x' })}`],
    ['as an event named error without JSON', `event: error\ndata: overloaded\n\n`],
    ['as an event named error, with CRLF', `event:error\r\n${event({ message: 'no' }, '\r\n\r\n')}`],
  ])('%s is noticed, and goes through', (_, stream) => {
    const begun = event(delta({ content: 'a' }))
    expect(scan(begun + stream, { cuts: 'everywhere' })).toMatchObject({
      out: begun + stream,
      failed: true,
      finished: false,
    })
  })

  test.each([
    ['a null error', event({ ...delta({ content: 'a' }), error: null })],
    ['an event of another name', `event: message\n${event(delta({ content: 'event: error' }))}`],
    ['a comment', ': event: error\n\n'],
  ])('%s is none', (_, stream) => expect(scan(stream).failed).toBe(false))
})

test('an error about the operator\u2019s account is kept back, any other goes down as it came', () => {
  const scanner = new ChatStreamScanner({ dropUsageChunk: false, answers: 1, operatorErrors: ['Arrearage'] })
  const event = (code: string) =>
    Buffer.from(`data: ${JSON.stringify({ error: { code, message: 'm' } })}\n\n`)
  expect(textOf(scanner.push(event('content_filter')))).toBe(event('content_filter').toString())
  expect(scanner).toMatchObject({ failed: true, hidError: false })
  expect(scanner.push(event('Arrearage'))).toHaveLength(0)
  expect(scanner).toMatchObject({ failed: true, hidError: true })
})

test('a usage that was told before more text came does not count it, and is none', () => {
  const scanner = new ChatStreamScanner({ dropUsageChunk: false, answers: 1, operatorErrors: [] })
  const push = (chunk: object) => scanner.push(Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`))
  const text = { choices: [{ index: 0, delta: { content: 'word' }, finish_reason: null }] }
  const usage = { prompt_tokens: 10, completion_tokens: 1 }
  push({ ...text, usage })
  expect(scanner.usage).toMatchObject({ outputTokens: 1 })
  push(text)
  expect(scanner.usage).toBeUndefined()
  push({ choices: [], usage })
  push(text)
  expect(scanner.usage).toBeUndefined()
})
