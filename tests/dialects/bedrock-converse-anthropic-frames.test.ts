import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/core/bytes.ts'
import type { Exchange } from '../../src/core/transport.ts'
import { AnthropicFrames, unframedExchange } from '../../src/dialects/bedrock-converse/anthropic-frames.ts'
import { eventFrame, exceptionFrame, frameOf } from './bedrock-converse-wire.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

const chunk = (event: unknown) =>
  eventFrame('chunk', {
    bytes: Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)).toString('base64'),
    p: 'abcdefgh',
  })
const sse = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const usage = { input_tokens: 12, output_tokens: 1 }
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [], usage }
const events = [
  { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Zürich 🌊\n' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 9 },
  },
  { type: 'message_stop' },
]
const framed = concatBytes([
  ...events.slice(0, -1).map(chunk),
  chunk({ ...events.at(-1), 'amazon-bedrock-invocationMetrics': { inputTokenCount: 12 } }),
])
const plain = events.map(sse).join('')

const unframe = (bytes: Uint8Array, cuts: readonly number[] | 'everywhere' = []) => {
  const frames = new AnthropicFrames()
  const told = splitBytes(bytes, cuts).map((piece) => textOf(frames.push(piece)))
  return told.join('') + textOf(frames.rest())
}

test('events are Anthropic’s own, without Bedrock’s metrics, wherever the bytes were cut', () => {
  expect(unframe(framed)).toBe(plain)
  expect(unframe(framed, 'everywhere')).toBe(plain)
  fc.assert(
    fc.property(cuts, (cuts) => {
      expect(unframe(framed, cuts)).toBe(plain)
    }),
  )
})

test('what nothing is taken from goes on as it came', () => {
  const odd = '{"type":"ping", "n":1.0e2,"big":12345678901234567890,"a":"\\u00e9"}'
  expect(unframe(chunk(odd))).toBe(`event: ping\ndata: ${odd}\n\n`)
})

test('line breaks between fields do not break the event', () => {
  expect(unframe(chunk('{\n"type":\r\n"ping"\n}'))).toBe('event: ping\ndata: {"type":"ping"}\n\n')
})

describe('an error', () => {
  const errorOf = (bytes: Uint8Array, cuts: readonly number[] | 'everywhere' = []) => {
    const [, data = ''] = /^event: error\ndata: (.*)\n\n$/.exec(unframe(bytes, cuts)) ?? []
    return JSON.parse(data) as { type: string; error: { type: string; message: string } }
  }

  test.each([
    ['throttlingException', 'rate_limit_error'],
    ['validationException', 'invalid_request_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['modelStreamErrorException', 'api_error'],
    ['toString', 'api_error'],
  ])('%s is Anthropic’s %s, without AWS’s words', (name, type) => {
    const event = errorOf(exceptionFrame(name))
    expect(event).toMatchObject({ type: 'error', error: { type } })
    expect(event.error.message).not.toContain('arn')
  })

  test('is an error frame', () => {
    expect(errorOf(frameOf({ ':message-type': 'error', ':error-code': 'X' }, ''))).toMatchObject({
      error: { type: 'api_error' },
    })
  })

  test('is a damaged frame, once, and nothing follows', () => {
    const damaged = framed.slice()
    damaged[5] = 99
    expect(errorOf(damaged, 'everywhere')).toMatchObject({ error: { type: 'api_error' } })
  })

  test('is a stream that is cut within a frame', () => {
    expect(errorOf(framed.subarray(0, 50), 'everywhere')).toMatchObject({ error: { type: 'api_error' } })
  })

  test('is none once the message ended', () => {
    expect(unframe(concatBytes([framed, exceptionFrame('throttlingException')]))).toBe(plain)
    expect(unframe(concatBytes([framed, framed.subarray(0, 50)]))).toBe(plain)
    expect(unframe(concatBytes([framed, bytesOf('rubbish, and a lot of it')]))).toBe(plain)
  })
})

test.each([
  ['another event', eventFrame('initial-response', {})],
  ['a chunk without bytes', eventFrame('chunk', {})],
  ['a chunk that is no base64', eventFrame('chunk', { bytes: '***' })],
  ['a chunk that is no JSON', chunk('{"type":')],
  ['a chunk that is no object', chunk('[1]')],
  ['a chunk without a type', chunk({ a: 1 })],
  ['a chunk whose type is two lines', chunk({ type: 'a\ndata: b' })],
  ['no JSON at all', eventFrame('chunk', 'no')],
])('%s is passed over', (_, bytes) => expect(unframe(concatBytes([bytes, framed]))).toBe(plain))

describe('an exchange', () => {
  const exchangeOf = (contentType: string, body: Uint8Array): Exchange => {
    const pieces = splitBytes(body, [10, 200, 300])
    return {
      head: Promise.resolve({ status: 200, headers: { 'content-type': contentType, 'content-length': '9' } }),
      read: () => Promise.resolve(pieces.shift()),
      abort: (reason) => pieces.splice(0, pieces.length, bytesOf(reason.message)),
    }
  }
  const readOut = async (exchange: Exchange) => {
    let text = ''
    for (let bytes = await exchange.read(); bytes; bytes = await exchange.read()) {
      expect(bytes.length).toBeGreaterThan(0)
      text += textOf(bytes)
    }
    return text
  }

  test('with a stream has Anthropic’s', async () => {
    const exchange = unframedExchange(exchangeOf('application/vnd.amazon.eventstream', framed))
    expect(await exchange.head).toEqual({ status: 200, headers: { 'content-type': 'text/event-stream' } })
    expect(await readOut(exchange)).toBe(plain)
    expect(await exchange.read()).toBeUndefined()
  })

  test('with a stream that is cut says so', async () => {
    const cut = framed.subarray(0, framed.length - 3)
    const exchange = unframedExchange(exchangeOf('application/vnd.amazon.eventstream', cut))
    expect(await readOut(exchange)).toContain('event: error')
  })

  test('with anything else stays as it is', async () => {
    const exchange = unframedExchange(exchangeOf('application/json', bytesOf('{"message":"no"}')))
    expect((await exchange.head).headers).toEqual({
      'content-type': 'application/json',
      'content-length': '9',
    })
    expect(await readOut(exchange)).toBe('{"message":"no"}')
  })

  test('can be aborted, and fails as it does', async () => {
    const exchange = unframedExchange(exchangeOf('text/plain', framed))
    exchange.abort(new Error('gone'))
    expect(textOf((await exchange.read()) ?? bytesOf(''))).toBe('gone')
    const failed = Promise.reject<never>(new Error('broken'))
    failed.catch(() => {})
    const broken = unframedExchange({ head: failed, read: () => failed, abort: () => {} })
    await expect(broken.head).rejects.toThrow('broken')
    await expect(broken.read()).rejects.toThrow('broken')
  })
})

test('the official SDK reads the stream', async () => {
  const client = new Anthropic({
    apiKey: 'x',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(unframe(framed, [40, 333]), { headers: { 'content-type': 'text/event-stream' } }),
      ),
  })
  const stream = client.messages.stream({ model: 'claude-x', max_tokens: 9, messages: [] })
  expect(await stream.finalMessage()).toMatchObject({
    content: [{ type: 'text', text: 'Zürich 🌊\n' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 12, output_tokens: 9 },
  })
})
