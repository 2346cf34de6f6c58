import { describe, expect, test } from 'vitest'
import { call, decodeBytes, delta, ending, stop, streamOf } from './bedrock-converse-wire.ts'

const start = { messageStart: { role: 'assistant', p: 'abc' } }

describe('thoughts', () => {
  const open = { type: 'block', index: 0, block: { type: 'reasoning' } }
  const close = { type: 'block_end', index: 0 }
  const thoughts = (...deltas: object[]) =>
    decodeBytes(streamOf(...deltas.map((reasoningContent) => delta(3, { reasoningContent })), stop(3)))

  test('that are not shown have a seal alone', () => {
    expect(thoughts({ text: '' }, { signature: 'Ep' }, { signature: '4B' })).toEqual([
      open,
      { type: 'seal', index: 0, seal: { by: 'anthropic', value: 'Ep4B' } },
      close,
    ])
  })

  test.each(['redactedContent', 'data'])('under lock, as %s, are a locked seal', (field) => {
    const seal = { by: 'anthropic', value: 'c2VjcmV0', locked: true }
    expect(thoughts({ [field]: 'c2VjcmV0' })).toEqual([open, { type: 'seal', index: 0, seal }, close])
  })

  test('under lock in pieces are put together by their bytes', () => {
    const pieces = ['se', 'c', 'ret'].map((text) => ({
      redactedContent: Buffer.from(text).toString('base64'),
    }))
    const value = Buffer.from('secret').toString('base64')
    expect(thoughts(...pieces)[1]).toMatchObject({ seal: { value, locked: true } })
  })

  test('that OpenAI locked are OpenAI’s', () => {
    const value = Buffer.from('rsn_abc').toString('base64')
    expect(thoughts({ redactedContent: value })[1]).toMatchObject({ seal: { by: 'openai', locked: true } })
  })
})

describe('blocks', () => {
  test('empty texts begin none (Kimi brackets its answer with them)', () => {
    const stream = streamOf(
      start,
      delta(0, { text: '' }),
      stop(0),
      delta(1, { reasoningContent: { text: 'hm' } }),
      stop(1),
      delta(2, { text: '' }),
      stop(2),
      call(3, 'functions.glob:0', 'glob'),
      delta(3, { toolUse: { input: '{}' } }),
      stop(3),
      ...ending('end_turn'),
    )
    expect(decodeBytes(stream).map((event) => ('index' in event ? event.index : event.type))).toEqual([
      'start',
      0,
      0,
      0,
      1,
      1,
      1,
      'finish',
      'usage',
      'end',
    ])
    expect(decodeBytes(stream)).toContainEqual({ type: 'finish', finish: 'tool_calls' })
  })

  test('side by side are kept apart', () => {
    const stream = streamOf(
      call(0, 'a', 'f'),
      call(1, 'b', 'g'),
      delta(1, { toolUse: { input: '{' } }),
      delta(0, { toolUse: { input: '[' } }),
    )
    expect(decodeBytes(stream).slice(2)).toEqual([
      { type: 'delta', index: 1, text: '{' },
      { type: 'delta', index: 0, text: '[' },
    ])
  })

  test('of another kind at the same place take over', () => {
    const stream = streamOf(delta(0, { reasoningContent: { text: 'a' } }), delta(0, { text: 'b' }))
    expect(decodeBytes(stream)).toEqual([
      { type: 'block', index: 0, block: { type: 'reasoning' } },
      { type: 'delta', index: 0, text: 'a' },
      { type: 'block_end', index: 0 },
      { type: 'block', index: 1, block: { type: 'text' } },
      { type: 'delta', index: 1, text: 'b' },
    ])
  })

  test('citations come with their text', () => {
    const citation = {
      title: 'report',
      sourceContent: [{ text: 'AI 1\r\n' }, { text: 'AI' }],
      location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
    }
    expect(decodeBytes(streamOf(delta(1, { citation }), delta(1, { text: 'so' })))).toEqual([
      { type: 'block', index: 0, block: { type: 'text' } },
      {
        type: 'citation',
        index: 0,
        citation: {
          type: 'document',
          index: 0,
          title: 'report',
          quote: 'AI 1\r\nAI',
          unit: 'page',
          from: 1,
          to: 2,
        },
      },
      { type: 'delta', index: 0, text: 'so' },
    ])
  })

  test('the stop sequence is told where Bedrock tells it', () => {
    const told = (fields: object) =>
      decodeBytes(
        streamOf({ messageStop: { stopReason: 'stop_sequence', additionalModelResponseFields: fields } }),
      )[0]
    const finish = { type: 'finish', finish: 'stop_sequence' }
    expect(told({ delta: { stop_sequence: 'END' } })).toEqual({ ...finish, stopSequence: 'END' })
    expect(told({ stop_sequence: 'END' })).toEqual({ ...finish, stopSequence: 'END' })
    expect(told({ delta: { stop_sequence: null } })).toEqual(finish)
  })
})
