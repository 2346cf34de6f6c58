import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { assemble } from '../../src/core/chat/assemble.ts'
import { noUsage } from '../../src/core/usage.ts'
import { ChatStreamDecoder } from '../../src/dialects/openai-chat/decode-stream.ts'
import { alibabaFixture } from '../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../fixtures/providers/openai.ts'
import { sandboxFixture } from '../fixtures/providers/sandbox.ts'
import { begun, chunk, done, event, head } from './chat-chunks.ts'
import { bytesOf, splitBytes } from './splits.ts'

function decode(stream: string, cuts: readonly number[] | 'everywhere' = []): ChatEvent[] {
  const decoder = new ChatStreamDecoder()
  return [...splitBytes(bytesOf(stream), cuts).flatMap((piece) => decoder.push(piece)), ...decoder.rest()]
}
const typesOf = (stream: string) => decode(stream).map(({ type }) => type)
const text = (text: string) => ({ type: 'text', text })

describe.each([openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture])(
  'the stream of $provider',
  ({ stream, streamText, streamReasoning, streamUsage, streamFinishReason }) => {
    const expected = {
      finish: streamFinishReason,
      usage: streamUsage,
      blocks: [
        ...(streamReasoning === '' ? [] : [{ type: 'reasoning', text: streamReasoning }]),
        text(streamText),
      ],
    }

    test('is read, wherever it was cut', () => {
      for (const cuts of [[], 'everywhere'] as const) {
        const events = decode(stream, cuts)
        expect(assemble(events)).toMatchObject(expected)
        expect(events.at(-1)).toEqual({ type: 'end' })
      }
    })

    test('is read with line ends of two bytes, and without its end', () => {
      expect(assemble(decode(stream.replaceAll('\n', '\r\n'), 'everywhere'))).toMatchObject(expected)
      const open = stream.slice(0, stream.lastIndexOf('data: [DONE]'))
      expect(decode(open.trimEnd())).toEqual(decode(stream))
    })
  },
)

test('events tell each step as it comes', () => {
  const call = { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{' } }
  const usage = { prompt_tokens: 2, completion_tokens: 1 }
  const stream =
    begun +
    chunk({ reasoning_content: 'hm' }) +
    chunk({ content: 'a' }) +
    chunk({ tool_calls: [call] }) +
    chunk({ tool_calls: [{ index: 0, function: { arguments: '}' } }] }) +
    chunk({}, 0, 'tool_calls') +
    event({ ...head, choices: [], usage }) +
    done
  expect(decode(stream)).toEqual([
    { type: 'start', id: 'chatcmpl-1', model: 'gpt-5.2-x' },
    { type: 'block', index: 0, block: { type: 'reasoning' } },
    { type: 'delta', index: 0, text: 'hm' },
    { type: 'block_end', index: 0 },
    { type: 'block', index: 1, block: { type: 'text' } },
    { type: 'delta', index: 1, text: 'a' },
    { type: 'block_end', index: 1 },
    { type: 'block', index: 2, block: { type: 'tool_call', id: 'c', name: 'f', kind: 'function' } },
    { type: 'delta', index: 2, text: '{' },
    { type: 'delta', index: 2, text: '}' },
    { type: 'block_end', index: 2 },
    { type: 'finish', finish: 'tool_calls' },
    { type: 'usage', usage: { ...noUsage, inputTokens: 2, outputTokens: 1 } },
    { type: 'end' },
  ])
})

describe('departures', () => {
  const usage = { prompt_tokens: 2, completion_tokens: 1 }
  const told = { ...noUsage, inputTokens: 2, outputTokens: 1 }

  test('nulls and empty reasons, no role, usage on every chunk', () => {
    const bit = (content: string, reason: unknown, count: number) => {
      const delta = { content, tool_calls: null, refusal: null, reasoning_content: null }
      const choices = [{ index: 0, delta, finish_reason: reason, logprobs: null }]
      return event({ ...head, choices, usage: { ...usage, completion_tokens: count } })
    }
    const stream = bit('a', '', 1) + bit('b', null, 2) + bit('', 'stop', 3)
    const events = decode(stream)
    expect(assemble(events)).toMatchObject({
      blocks: [text('ab')],
      finish: 'stop',
      usage: { ...told, outputTokens: 3 },
    })
    expect(events.at(-1)).toEqual({ type: 'end' })
  })

  test('Azure’s first chunk has neither id nor choices', () => {
    const first = event({ id: '', model: '', choices: [], prompt_filter_results: [] })
    expect(decode(first + begun)).toEqual([{ type: 'start', id: 'chatcmpl-1', model: 'gpt-5.2-x' }])
  })

  test('no reason at all, but an end', () => {
    expect(decode(begun + chunk({ content: 'a' }) + done).slice(-2)).toEqual([
      { type: 'finish', finish: 'stop' },
      { type: 'end' },
    ])
  })

  test('chunks without choices, and lines that are no JSON', () => {
    const stream = event({ ...head, usage }) + event('{') + event('5') + ': comment\n\n' + begun
    expect(typesOf(stream)).toEqual(['start', 'usage'])
  })

  test('a stream that breaks off has no end', () => {
    expect(typesOf(begun + chunk({ content: 'a' }))).toEqual(['start', 'block', 'delta'])
  })

  test('what comes after the end, or after the reason, is not said any more', () => {
    const late = chunk({ content: 'late' })
    expect(typesOf(begun + chunk({}, 0, 'stop') + late + done + late)).toEqual(['start', 'finish', 'end'])
  })

  test('other answers than the first are not read', () => {
    expect(typesOf(begun + chunk({ content: 'a' }, 1) + chunk({}, 1, 'stop'))).toEqual(['start'])
  })

  test.each<[string, string, object]>([
    ['in an envelope', event({ error: { message: 'm', code: 'server_error' } }), { code: 'server_error' }],
    ['bare', event({ object: 'error', message: 'm', code: 500 }), {}],
    ['by its name', 'event: error\ndata: {"code":"Throttling"}\n\n', { code: 'Throttling' }],
  ])('an error %s ends it, without an end of its own', (_, error, code) => {
    expect(decode(begun + error + chunk({}, 0, 'stop') + done).slice(1)).toEqual([{ type: 'error', ...code }])
  })
})

test('thoughts, refusals, images, chances and citations are told', () => {
  const citation = { url: 'u', title: 't', start_index: 0, end_index: 1 }
  const token = { token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }
  const choice = { index: 0, delta: { content: 'a' }, logprobs: { content: [token] }, finish_reason: null }
  const stream =
    chunk({ role: 'assistant', reasoning: 'hm' }) +
    event({ ...head, choices: [choice] }) +
    chunk({ annotations: [{ type: 'url_citation', url_citation: citation }] }) +
    chunk({ refusal: 'no' }) +
    chunk({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }) +
    chunk({}, 0, 'content_filter')
  expect(assemble(decode(stream))).toMatchObject({
    blocks: [
      { type: 'reasoning', text: 'hm' },
      {
        ...text('a'),
        citations: [{ type: 'url', url: 'u', title: 't', start: 0, end: 1 }],
        logprobs: [{ token: 'a', logprob: -1, bytes: [97], top: [] }],
      },
      { type: 'refusal', text: 'no' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    ],
    finish: 'content_filter',
  })
})
