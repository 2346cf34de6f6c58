import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { noUsage } from '../../src/core/usage.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { chunkOf, chunks, eventOf, head, stream, usage } from './gemini-wire.ts'
import { bytesOf, splitBytes } from './splits.ts'

function eventsOf(text: string, places: readonly number[] | 'everywhere' = []): ChatEvent[] {
  const decoder = gemini.decodeStream()
  return [...splitBytes(bytesOf(text), places).flatMap((bytes) => decoder.push(bytes)), ...decoder.rest()]
}
const stop = { finishReason: 'STOP' }

describe('a stream', () => {
  const expected: ChatEvent[] = [
    {
      type: 'start',
      id: 'r1',
      model: 'gemini-3-flash-001',
      input: { ...noUsage, inputTokens: 20, outputTokens: 30, reasoningTokens: 30 },
    },
    { type: 'block', index: 0, block: { type: 'reasoning' } },
    { type: 'delta', index: 0, text: 'think' },
    { type: 'block_end', index: 0 },
    { type: 'block', index: 1, block: { type: 'text' } },
    { type: 'delta', index: 1, text: 'Hé' },
    { type: 'delta', index: 1, text: 'llo €' },
    { type: 'block_end', index: 1 },
    {
      type: 'block',
      index: 2,
      block: { type: 'tool_call', id: 'call_r1_0', name: 'get_weather', kind: 'function' },
    },
    { type: 'seal', index: 2, seal: { by: 'google', value: 'Cq0B' } },
    { type: 'delta', index: 2, text: '{"city":"Oslo"}' },
    { type: 'block_end', index: 2 },
    { type: 'usage', usage },
    { type: 'finish', finish: 'tool_calls' },
    { type: 'end' },
  ]

  test.each<[string, string]>([
    ['as it is', stream],
    ['with CRLF', stream.replaceAll('\n', '\r\n')],
    ['with comments', `: hi\n\n${stream}`],
    ['without its last line end', stream.trimEnd()],
    ['with what nobody knows', `data: [DONE]\n\ndata: {"x":\n\nevent: x\n\ndata: {"new":1}\n\n${stream}`],
  ])('%s, wherever it is split', (_, text) => {
    const known = (events: ChatEvent[]) => events.filter(({ type }) => type !== 'start')
    expect(known(eventsOf(text))).toEqual(known(expected))
    expect(known(eventsOf(text, 'everywhere'))).toEqual(known(expected))
  })

  test('begins with what it says of itself', () => expect(eventsOf(stream)).toEqual(expected))

  test('that breaks has no end', () => {
    const [first, second] = chunks
    const types = eventsOf(eventOf(first ?? {}) + eventOf(second ?? {})).map(({ type }) => type)
    expect(types).not.toContain('end')
    expect(types).not.toContain('finish')
  })

  test('that is an error says so', () => {
    const error = { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }
    expect(eventsOf(eventOf(error))).toEqual([{ type: 'error', code: 'RESOURCE_EXHAUSTED' }])
    expect(eventsOf(eventOf({ error: 'no' }))).toEqual([{ type: 'error' }])
  })

  test('may bring a call after it said why it ended', () => {
    const call = { functionCall: { name: 'f', id: 'x' } }
    const events = eventsOf(
      [chunkOf([{ text: 'a' }], stop), chunkOf([call])].map((chunk) => eventOf(chunk)).join(''),
    )
    expect(events).toContainEqual({ type: 'finish', finish: 'tool_calls' })
  })

  test('may bring the seal of its text last, in a part without text', () => {
    const parts = [{ text: 'a' }, { text: '', thoughtSignature: 'Cq0B' }]
    const events = eventsOf(
      parts.map((part) => eventOf(chunkOf([part]))).join('') + eventOf(chunkOf([], stop)),
    )
    expect(events.slice(3, 7)).toEqual([
      { type: 'block_end', index: 0 },
      { type: 'block', index: 1, block: { type: 'reasoning' } },
      { type: 'seal', index: 1, seal: { by: 'google', value: 'Cq0B' } },
      { type: 'block_end', index: 1 },
    ])
  })

  test('the seal of a text is not taken for that of the call behind it', () => {
    const parts = [{ text: 'a', thoughtSignature: 'Cq0B' }, { functionCall: { name: 'f' } }]
    const events = eventsOf(eventOf(chunkOf(parts, stop)))
    expect(events.some(({ type }) => type === 'seal')).toBe(false)
  })

  test('a thought ends with its seal', () => {
    const parts = [
      { text: 'a', thought: true, thoughtSignature: 'Aaaa' },
      { text: 'b', thought: true },
    ]
    expect(gemini.decodeAnswer(bytesOf(JSON.stringify(chunkOf(parts))))?.blocks).toEqual([
      { type: 'reasoning', text: 'a', seal: { by: 'google', value: 'Aaaa' } },
      { type: 'reasoning', text: 'b' },
    ])
  })

  test('whose prompt was blocked ends', () =>
    expect(eventsOf(eventOf({ promptFeedback: { blockReason: 'SAFETY' }, ...head }))).toEqual([
      { type: 'start', id: 'r1', model: 'gemini-3-flash-001' },
      { type: 'finish', finish: 'content_filter' },
      { type: 'end' },
    ]))
})
