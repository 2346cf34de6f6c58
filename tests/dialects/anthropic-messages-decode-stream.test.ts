import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { assemble } from '../../src/core/chat/assemble.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import {
  blockStart,
  blockStop,
  delta,
  event,
  messageDelta,
  ping,
  start,
  stop,
  text,
  textBlock,
  wholeStream,
  wholeUsage,
} from './anthropic-events.ts'
import { bytesOf, cuts, splitBytes } from './splits.ts'

function decode(stream: string, places: readonly number[] | 'everywhere' = []): ChatEvent[] {
  const decoder = anthropicMessages.decodeStream()
  const events = splitBytes(bytesOf(stream), places).flatMap((part) => decoder.push(part))
  return [...events, ...decoder.rest()]
}

const wholeEvents: ChatEvent[] = [
  {
    type: 'start',
    id: 'msg_1',
    model: 'claude-opus-5-20260801',
    input: { ...wholeUsage, outputTokens: 1, reasoningTokens: 0 },
  },
  { type: 'block', index: 0, block: { type: 'reasoning' } },
  { type: 'delta', index: 0, text: 'Let me ' },
  { type: 'delta', index: 0, text: 'see.' },
  { type: 'seal', index: 0, seal: { by: 'anthropic', value: 'EqQB' } },
  { type: 'block_end', index: 0 },
  { type: 'block', index: 1, block: { type: 'text' } },
  { type: 'delta', index: 1, text: 'Ein Wehr. ' },
  { type: 'delta', index: 1, text: '🌊 "Fluss"\n' },
  { type: 'block_end', index: 1 },
  { type: 'block', index: 2, block: { type: 'tool_call', id: 'toolu_1', name: 'measure', kind: 'function' } },
  { type: 'delta', index: 2, text: '{"river":' },
  { type: 'delta', index: 2, text: '"Isar"}' },
  { type: 'block_end', index: 2 },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'usage', usage: wholeUsage },
  { type: 'end' },
]

describe('a stream of Anthropic', () => {
  test.each([
    ['LF', wholeStream],
    ['CRLF', wholeStream.replaceAll('\n', '\r\n')],
    ['comments', `: hi\n\n${wholeStream}: bye\n\n`],
    ['no end', wholeStream.trimEnd()],
    ['no message_stop', wholeStream.replace(stop, '')],
    ['no names', wholeStream.replaceAll(/event: .*\n/g, '')],
  ])('is read, wherever it was cut, with %s', (_, stream) => {
    fc.assert(
      fc.property(fc.oneof(cuts, fc.constant('everywhere' as const)), (places) => {
        expect(decode(stream, places)).toEqual(wholeEvents)
      }),
      { numRuns: 30 },
    )
  })

  test('that never finished has no end', () => {
    expect(decode(start() + blockStart(0, textBlock) + text(0, 'x')).at(-1)).toMatchObject({ type: 'delta' })
    expect(decode('')).toEqual([])
  })

  test('may bring a call’s input with its start, or none', () => {
    const tool = (input: object) => ({ type: 'tool_use', id: 'a', name: 'f', input })
    const answer = assemble(
      decode(
        start() +
          blockStart(0, tool({ a: 1 })) +
          blockStop(0) +
          blockStart(1, tool({})) +
          blockStop(1) +
          blockStart(2, tool({ a: 1 })) +
          delta(2, { type: 'input_json_delta', partial_json: '{"b":2}' }) +
          messageDelta('tool_use') +
          stop,
      ),
    )
    expect(answer.blocks).toMatchObject([
      { arguments: '{"a":1}' },
      { arguments: '{}' },
      { arguments: '{"b":2}' },
    ])
  })

  test('by the tool that stands for the answer is a text', () => {
    const answer = assemble(
      decode(
        start() +
          blockStart(0, { type: 'tool_use', id: 'a', name: 'weir_json_answer', input: {} }) +
          delta(0, { type: 'input_json_delta', partial_json: '{"b":2}' }) +
          blockStop(0) +
          messageDelta('tool_use') +
          stop,
      ),
    )
    expect(answer).toMatchObject({ blocks: [{ type: 'text', text: '{"b":2}' }], finish: 'stop' })
  })

  test('tells citations, locked thoughts, and signatures of thoughts that are not shown', () => {
    const citation = {
      type: 'char_location',
      cited_text: 'a',
      document_index: 0,
      document_title: null,
      start_char_index: 1,
      end_char_index: 2,
    }
    const answer = assemble(
      decode(
        start() +
          blockStart(0, { type: 'redacted_thinking', data: 'abc' }) +
          blockStop(0) +
          blockStart(1, { type: 'thinking', thinking: '', signature: '' }) +
          delta(1, { type: 'signature_delta', signature: 'Eq' }) +
          blockStop(1) +
          blockStart(2, { type: 'text', text: 'So: ' }) +
          delta(2, { type: 'citations_delta', citation }) +
          delta(2, { type: 'citations_delta', citation: { type: 'new' } }) +
          text(2, 'a') +
          messageDelta('end_turn') +
          stop,
      ),
    )
    expect(answer.blocks).toEqual([
      { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'abc', locked: true } },
      { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'Eq' } },
      {
        type: 'text',
        text: 'So: a',
        citations: [{ type: 'document', index: 0, quote: 'a', unit: 'character', from: 1, to: 2 }],
      },
    ])
  })

  test('passes over what ran at the provider, and what nobody knows', () => {
    const stream =
      start() +
      blockStart(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }) +
      delta(0, { type: 'input_json_delta', partial_json: '{"q"' }) +
      blockStop(0) +
      blockStart(1, { type: 'new', text: 'x' }) +
      event({ type: 'new_event' }) +
      event({ type: 'toString' }) +
      ping +
      'data: [1]\n\ndata: nope\n\nevent: content_block_delta\ndata: {"delta":7}\n\n' +
      messageDelta('end_turn') +
      stop
    expect(decode(stream).map(({ type }) => type)).toEqual(['start', 'finish', 'usage', 'end'])
  })

  test('tells no usage before it ends, nor one that it does not tell at its end', () => {
    const types = (stream: string) => decode(stream).map(({ type }) => type)
    expect(types(start() + messageDelta(null))).toEqual(['start'])
    expect(types(start() + messageDelta('end_turn', {}) + stop)).toEqual(['start', 'finish', 'end'])
    expect(types(start() + messageDelta('end_turn', {}) + messageDelta(null) + stop)).toEqual([
      'start',
      'finish',
      'usage',
      'end',
    ])
  })

  test('ends with an error, of which only the code is told', () => {
    const error = event({ type: 'error', error: { type: 'overloaded_error', message: 'secret' } })
    expect(decode(error + wholeStream)).toEqual([{ type: 'error', code: 'overloaded_error' }])
    const events = decode(start() + messageDelta('end_turn') + error)
    expect(events.at(-1)).toEqual({ type: 'error', code: 'overloaded_error' })
  })

  test('tells the sequence that stopped it', () => {
    const stopped = event({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      usage: { output_tokens: 1 },
    })
    expect(decode(start() + stopped)[1]).toEqual({
      type: 'finish',
      finish: 'stop_sequence',
      stopSequence: 'END',
    })
  })
})
