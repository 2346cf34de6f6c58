import { describe, expect, test } from 'vitest'
import { openai } from '../../providers/openai.ts'
import type { Block, ChatAnswer } from '../../src/core/chat/answer.ts'
import { eventsOf } from '../../src/core/chat/assemble.ts'
import type { Part } from '../../src/core/chat/call.ts'
import type { Seal } from '../../src/core/chat/seal.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { decodeMessages, text } from './openai-chat-calls.ts'
import type { Fields } from './openai-upstream.ts'
import { bytesOf, textOf } from './splits.ts'

/** What a model thought between its words comes back to it there. */

const seal = (value: string): Seal => ({ by: 'anthropic', value })
const thought = (value: string) => ({ type: 'reasoning' as const, text: `${value}?`, seal: seal(value) })
const locked = { type: 'reasoning' as const, text: '', seal: { ...seal('L'), locked: true } }
const call = (id: string) => ({
  type: 'tool_call' as const,
  id,
  name: 'f',
  arguments: '{}',
  kind: 'function' as const,
})

const telling = (stream: boolean) => ({
  requestId: 'req_acme_1',
  model: 'm',
  created: 1_763_900_000,
  request: openaiChat.read({ body: bytesOf(JSON.stringify({ model: 'm', messages: [], stream })) }),
})

function whole(answer: ChatAnswer): Fields {
  const body = JSON.parse(textOf(openaiChat.encodeAnswer(answer, telling(false)))) as {
    choices: { message: Fields }[]
  }
  return body.choices[0]?.message ?? {}
}

/** As clients put a message together from its deltas. */
function streamed(answer: ChatAnswer): Fields {
  const stream = openaiChat.encodeStream(telling(true)).push(eventsOf(answer))
  const chunks = [...stream.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Fields)
  const deltas = chunks.map(({ choices }) => (choices as { delta: Fields }[])[0]?.delta ?? {})
  const joined = (name: string) => deltas.map((delta) => String(delta[name] ?? '')).join('')
  const pieces = deltas.flatMap((delta) => (delta['tool_calls'] ?? []) as { index: number; id?: string }[])
  const calls = pieces.filter(({ id }) => id !== undefined)
  return {
    role: 'assistant',
    content: joined('content'),
    reasoning_content: joined('reasoning_content'),
    reasoning_details: deltas.flatMap((delta) => delta['reasoning_details'] ?? []),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call) => ({ ...call, function: { name: 'f', arguments: '{}' } })),
    }),
  }
}

const answers: readonly (readonly [string, readonly Block[]])[] = [
  ['before and behind its words', [thought('A'), text('T1🌊'), thought('B'), call('c1')]],
  ['between words', [text('T1'), thought('A'), text('T2'), locked, text('T3'), call('c1')]],
  ['between calls', [thought('A'), call('c1'), thought('B'), text('T'), call('c2'), locked, call('c3')]],
  ['at the end', [text('T1'), call('c1'), thought('A')]],
  ['twice in a row', [text('T1'), thought('A'), thought('B'), call('c1')]],
  ['without a seal in between', [thought('A'), text('T1'), { type: 'reasoning', text: 'u' }, thought('B')]],
]

describe.each([
  ['whole', whole],
  ['streamed', streamed],
])('a thought that was told %s comes back where it stood', (_, print) => {
  test.each(answers)('%s', (_, blocks) => {
    const message = print({ blocks, finish: 'stop' })
    const parts = decodeMessages(message).turns[0]?.parts
    expect(parts).toEqual(blocks)
  })
})

test('Claude gets its message back as it was', () => {
  const blocks = [thought('A'), text('T1'), thought('B'), call('c1')]
  const result = { role: 'tool', tool_call_id: 'c1', content: 'done' }
  const chat = decodeMessages(
    { role: 'user', content: 'hi' },
    streamed({ blocks, finish: 'tool_calls' }),
    result,
  )
  const target = { org: 'acme', upstreamModel: 'claude-opus-4-6', outputCap: 900, quirks: openai.quirks }
  const { body, dropped } = anthropicMessages.encodeCall(chat, target)
  const { messages } = JSON.parse(textOf(body)) as { messages: Fields[] }
  expect(messages[1]?.['content']).toMatchObject([
    { type: 'thinking', thinking: 'A?', signature: 'A' },
    { type: 'text', text: 'T1' },
    { type: 'thinking', thinking: 'B?', signature: 'B' },
    { type: 'tool_use', id: 'c1' },
  ])
  expect(dropped).toEqual([])
})

describe('what a client changed is read all the same', () => {
  const message = () =>
    whole({ blocks: [thought('A'), text('Hello'), thought('B'), call('c1')], finish: 'stop' })
  const partsOf = (changes: Fields): readonly Part[] =>
    decodeMessages({ ...message(), ...changes }).turns[0]?.parts ?? []

  test('a shorter text', () => {
    expect(partsOf({ content: 'Hi' })).toEqual([thought('A'), text('Hi'), thought('B'), call('c1')])
  })

  test('a text in parts', () => {
    expect(partsOf({ content: [text('He'), text('llo you')] })).toEqual([
      thought('A'),
      text('He'),
      text('llo'),
      thought('B'),
      text(' you'),
      call('c1'),
    ])
  })

  test('places that make no sense', () => {
    const details = message()['reasoning_details'] as Fields[]
    for (const after of [null, 7, { text: -1 }, { text: 1.5, tool_calls: 'x' }, []])
      expect(partsOf({ reasoning_details: details.map((detail) => ({ ...detail, after })) })).toEqual([
        thought('A'),
        thought('B'),
        text('Hello'),
        call('c1'),
      ])
  })

  test('citations stay with the words that they are about', () => {
    const cited = (start: number, end: number) => ({ type: 'url' as const, url: 'u', start, end })
    const blocks: Block[] = [
      { ...text('Hello'), citations: [cited(0, 5)] },
      thought('A'),
      { ...text(' you'), citations: [cited(1, 4)] },
    ]
    expect(decodeMessages(whole({ blocks, finish: 'stop' })).turns[0]?.parts).toEqual(blocks)
  })
})
