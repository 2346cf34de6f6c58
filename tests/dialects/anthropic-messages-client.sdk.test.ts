import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { eventsOf } from '../../src/core/chat/assemble.ts'
import { WeirError } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import {
  blockStart,
  closing,
  limit,
  messageDelta,
  priced,
  receipt,
  scannerFor,
  start,
  telling,
  text,
  textBlock,
  wholeStream,
  wholeUsage,
} from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

/** The official client of a server that answers every call so. */
function clientOf(body: string, { status = 200, type = 'text/event-stream' } = {}) {
  const answer = () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }))
  return new Anthropic({ baseURL: 'http://weir.example', apiKey: 'wr_test', maxRetries: 0, fetch: answer })
}

const params = { model: 'claude-best', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] }
const finalMessage = (stream: string) => clientOf(stream).messages.stream(params).finalMessage()

const wireUsage = { input_tokens: 12, cache_read_input_tokens: 8, output_tokens: 5 }
const begun = start() + blockStart(0, textBlock) + text(0, 'Ein ')

test('the official SDK puts together what was translated', async () => {
  const events = eventsOf({
    blocks: [
      { type: 'reasoning', text: 'Hm.', seal: { by: 'google', value: 'x' } },
      {
        type: 'text',
        text: 'Ein Wehr 🌊',
        citations: [{ type: 'document', index: 0, quote: 'q', unit: 'page', from: 1, to: 2 }],
      },
      { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"a":[1,"é"]}', kind: 'function' },
      { type: 'tool_call', id: 'c2', name: 'g', arguments: '', kind: 'function' },
    ],
    finish: 'tool_calls',
    usage: wholeUsage,
  })
  const message = await finalMessage(anthropicMessages.encodeStream(telling).push(events))
  expect(message).toMatchObject({
    id: 'msg_acme_01',
    model: 'claude-best',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: expect.stringMatching(/^weir1\./) as string },
      { type: 'text', text: 'Ein Wehr 🌊', citations: [{ type: 'page_location', start_page_number: 1 }] },
      { type: 'tool_use', id: 'c1', name: 'f', input: { a: [1, 'é'] } },
      { type: 'tool_use', id: 'c2', name: 'g', input: {} },
    ],
    stop_reason: 'tool_use',
    usage: {
      input_tokens: 12,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 30,
      output_tokens: 40,
    },
  })
})

test('the official SDK reads an answer that came whole', async () => {
  const body = anthropicMessages.encodeAnswer(
    { blocks: [{ type: 'text', text: 'Hi' }], finish: 'stop' },
    telling,
  )
  const message = await clientOf(textOf(body), { type: 'application/json' }).messages.create(params)
  expect(message).toMatchObject({ content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' })
})

test('the official SDK puts together a stream with our end in place of its own', async () => {
  const scanner = scannerFor({ holdEnd: true })
  const message = await finalMessage(
    textOf(scanner.push(bytesOf(wholeStream))) + textOf(scanner.close(priced)),
  )
  expect(message).toMatchObject({
    content: [
      { type: 'thinking', thinking: 'Let me see.', signature: 'EqQB' },
      { type: 'text', text: 'Ein Wehr. 🌊 "Fluss"\n' },
      { type: 'tool_use', name: 'measure', input: { river: 'Isar' } },
    ],
    stop_reason: 'tool_use',
    usage: wireUsage,
  })
})

test.each([
  ['in the middle of a text', begun, [{ type: 'text', text: 'Ein ' }]],
  [
    'in the middle of a call',
    start() + blockStart(0, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
    [{ type: 'tool_use', name: 'f' }],
  ],
  ['before it began', '', []],
])('the official SDK puts together a stream that was cut %s', async (_, stream, content) => {
  const scanner = scannerFor()
  const message = await finalMessage(
    textOf(scanner.push(bytesOf(stream))) + textOf(scanner.cut({ ...closing, limit })),
  )
  expect(message).toMatchObject({ content, stop_reason: 'max_tokens', usage: wireUsage })
  const encoder = anthropicMessages.encodeStream(telling, { holdEnd: true })
  const decoder = anthropicMessages.decodeStream()
  const translated = encoder.push(decoder.push(bytesOf(stream))) + encoder.cut({ ...closing, limit })
  expect(await finalMessage(translated)).toMatchObject({
    content,
    stop_reason: 'max_tokens',
    usage: wireUsage,
  })
})

test('the official SDK puts together a stream that ended without an end', async () => {
  for (const stream of [
    begun,
    begun + messageDelta('end_turn', { output_tokens: 5, input_tokens: 12, cache_read_input_tokens: 8 }),
  ]) {
    const scanner = scannerFor()
    const message = await finalMessage(textOf(scanner.push(bytesOf(stream))) + textOf(scanner.close(closing)))
    expect(message).toMatchObject({ content: [{ text: 'Ein ' }], stop_reason: 'end_turn', usage: wireUsage })
  }
})

test('the official SDK hands on what is said beside', async () => {
  const scanner = scannerFor({ holdEnd: true })
  const stream = textOf(scanner.push(bytesOf(begun))) + textOf(scanner.cut({ ...priced, limit }))
  const said: unknown[] = []
  for await (const event of await clientOf(stream).messages.create({ ...params, stream: true }))
    if ('weir' in event) said.push(event.weir)
  expect(said).toEqual([{ reason: 'budget', limit, ...receipt }])
})

test('the official SDK knows our errors by their type', async () => {
  const error = new WeirError('budget_exceeded', 'The budget is spent.', { limit })
  const body = textOf(anthropicMessages.errorBody(error, 'req_acme_01'))
  const call = clientOf(body, { status: 402, type: 'application/json' }).messages.create(params)
  await expect(call).rejects.toMatchObject({
    status: 402,
    type: 'billing_error',
    apiMessage: 'The budget is spent.',
  })
  const event = textOf(anthropicMessages.errorEvent(new WeirError('overloaded', 'Too much.'), 'req_acme_01'))
  const streamed = finalMessage(begun + event)
  await expect(streamed).rejects.toBeInstanceOf(APIError)
  await expect(streamed).rejects.toMatchObject({ type: 'overloaded_error' })
})
