import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { WeirError } from '../../src/core/errors.ts'
import { noUsage } from '../../src/core/usage.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { ResponsesStreamEncoder } from '../../src/dialects/openai-responses/encode-stream.ts'
import { eventsOfAnswer } from './openai-responses-answers.ts'
import {
  cutting,
  ended,
  limit,
  output,
  priced,
  printEvents,
  receipt,
  requestId,
  scannerFor,
  streamEvents,
  tellingOf,
  told,
  wireUsage,
} from './openai-responses-wire.ts'
import { bytesOf, textOf } from './splits.ts'

/** A client that gets this for every answer. */
function clientOf(body: string, type = 'text/event-stream'): OpenAI {
  const fetch = () => Promise.resolve(new Response(body, { headers: { 'content-type': type } }))
  return new OpenAI({ apiKey: 'wr_test', maxRetries: 0, fetch })
}
const body = { model: 'gpt-5.2', input: 'hi' }
const final = (stream: string) => clientOf(stream).responses.stream(body).finalResponse()

const events = eventsOfAnswer(
  {
    blocks: [
      { type: 'reasoning', text: 'Let me see.', seal: { by: 'anthropic', value: 'sig' } },
      {
        type: 'text',
        text: 'Hello there',
        citations: [{ type: 'url', url: 'https://a', title: 'A', start: 0, end: 5 }],
      },
      { type: 'text', text: ', you', logprobs: [{ token: ', you', logprob: -1, top: [] }] },
      { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"a":1}', kind: 'function' },
      { type: 'tool_call', id: 'c2', name: 'g', arguments: 'ls', kind: 'custom' },
      { type: 'refusal', text: 'no' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    ],
    finish: 'tool_calls',
    usage: { ...noUsage, inputTokens: 20, cachedInputTokens: 8, outputTokens: 5, reasoningTokens: 3 },
  },
  { pieces: 3 },
)

const expected = {
  id: requestId.replace('req', 'resp'),
  status: 'completed',
  output_text: 'Hello there, you',
  usage: wireUsage,
  output: [
    { type: 'reasoning', summary: [{ text: 'Let me see.' }] },
    {
      type: 'message',
      content: [
        { text: 'Hello there', annotations: [{ type: 'url_citation', url: 'https://a' }] },
        { text: ', you', logprobs: [{ token: ', you', bytes: [44, 32, 121, 111, 117] }] },
      ],
    },
    { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' },
    { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: 'ls' },
    { type: 'message', content: [{ type: 'refusal', refusal: 'no' }] },
    { type: 'image_generation_call', result: 'AAAA' },
  ],
}

describe('the official SDK reads what we write', () => {
  test('a stream', async () => {
    const stream = new ResponsesStreamEncoder(tellingOf()).push(events)
    expect(await final(stream)).toMatchObject(expected)
  })

  test('a stream event by event, its deltas put together on the way', async () => {
    const stream = new ResponsesStreamEncoder(tellingOf()).push(events)
    const runner = clientOf(stream).responses.stream(body)
    let [text, input] = ['', '']
    runner.on('response.output_text.delta', ({ snapshot }) => (text = snapshot))
    runner.on('response.function_call_arguments.delta', ({ snapshot }) => (input = snapshot))
    await runner.done()
    expect([text, input]).toEqual([', you', '{"a":1}'])
  })

  test('a stream of blocks side by side', async () => {
    const call = (index: number): ChatEvent => ({
      type: 'block',
      index,
      block: { type: 'tool_call', id: `c${index}`, name: 'f', kind: 'function' },
    })
    const delta = (index: number, text: string): ChatEvent => ({ type: 'delta', index, text })
    const text: ChatEvent = { type: 'block', index: 9, block: { type: 'text' } }
    const mixed = [
      text,
      delta(9, 'a'),
      call(0),
      call(1),
      delta(1, '{'),
      delta(9, 'b'),
      delta(0, '{'),
      delta(1, '}'),
    ]
    const encoder = new ResponsesStreamEncoder(tellingOf())
    const end: ChatEvent[] = [{ type: 'finish', finish: 'tool_calls' }, { type: 'end' }]
    const response = await final(encoder.push([...mixed, delta(0, '}'), ...end]))
    expect(response.output_text).toBe('ab')
    expect(response.output.slice(1)).toMatchObject([{ arguments: '{}' }, { arguments: '{}' }])
  })

  test('a stream of nothing', async () => {
    const stream = new ResponsesStreamEncoder(tellingOf()).push([
      { type: 'finish', finish: 'stop' },
      { type: 'end' },
    ])
    expect(await final(stream)).toMatchObject({ output_text: '', output: [{ type: 'message' }] })
  })

  test('a stream that a budget cuts, wherever', async () => {
    for (let count = 0; count < events.length - 3; count++) {
      const encoder = new ResponsesStreamEncoder(tellingOf(), { holdEnd: true })
      const out = encoder.push(events.slice(0, count)) + encoder.cut(cutting)
      expect(await final(out)).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        weir: { reason: 'budget', limit },
      })
    }
  })

  test('an answer that came whole', async () => {
    const answer = { blocks: [{ type: 'text' as const, text: 'Hi' }], finish: 'stop' as const }
    const whole = textOf(openaiResponses.encodeAnswer(answer, tellingOf()))
    const response = await clientOf(whole, 'application/json').responses.create(body)
    expect(response).toMatchObject({ output_text: 'Hi', status: 'completed', store: true })
  })

  test('an error in the middle', async () => {
    const telling = tellingOf()
    const encoder = new ResponsesStreamEncoder(telling)
    const error = new WeirError('upstream_failed', 'The provider failed.')
    const begun = encoder.push(events.slice(0, 4))
    const out = begun + textOf(openaiResponses.errorEvent(error, requestId, telling.request))
    await expect(final(out)).rejects.toThrow('The provider failed.')
    const flat = JSON.parse(out.split('data: ').at(-1) ?? '') as object
    expect(flat).toMatchObject({ type: 'error', code: 'upstream_failed', param: null, sequence_number: 6 })
    const alone = textOf(openaiResponses.errorEvent(error, requestId))
    expect(alone).toContain('"sequence_number":0')
  })

  test('an error in place of an answer', async () => {
    const error = new WeirError('budget_exceeded', 'Spent.', { limit })
    const printed = textOf(openaiResponses.errorBody(error, requestId))
    const fetch = () => Promise.resolve(new Response(printed, { status: 402 }))
    const client = new OpenAI({ apiKey: 'wr_test', maxRetries: 0, fetch })
    await expect(client.responses.create(body)).rejects.toMatchObject({
      code: 'budget_exceeded',
      status: 402,
    })
  })
})

describe('the official SDK reads what we pass on', () => {
  test('to its end', async () => {
    const scanner = scannerFor()
    const response = await final(textOf(scanner.push(bytesOf(printEvents(streamEvents)))))
    expect(response).toMatchObject({ output_text: told.text, output, usage: ended.usage })
  })

  test('with our end in place of its own', async () => {
    const scanner = scannerFor({ holdEnd: true })
    const out = textOf(scanner.push(bytesOf(printEvents(streamEvents)))) + textOf(scanner.close(priced))
    expect(await final(out)).toMatchObject({ output, usage: wireUsage, weir: receipt })
  })

  test('cut, wherever', async () => {
    for (let count = 0; count < streamEvents.length; count++) {
      const scanner = scannerFor()
      const begun = textOf(scanner.push(bytesOf(printEvents(streamEvents.slice(0, count)))))
      const response = await final(begun + textOf(scanner.cut(cutting)))
      expect(response).toMatchObject({ status: 'incomplete', usage: wireUsage, weir: { reason: 'budget' } })
    }
  })
})
