import { describe, expect, test } from 'vitest'
import type { Block, ChatEvent, Finish } from '../../src/core/chat/answer.ts'
import { eventsOf } from '../../src/core/chat/assemble.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import type { ScanOptions, Telling } from '../../src/core/dialect.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { limit, priced, receipt, wireUsage, withUsage } from './chat-chunks.ts'
import { bytesOf, textOf } from './splits.ts'

function tellingFor(fields: object = {}): Telling {
  const body = bytesOf(JSON.stringify({ model: 'm', messages: [], stream: true, ...fields }))
  return { requestId: 'req_acme_1', model: 'm', created: 1_763_900_207, request: openaiChat.read({ body }) }
}
const head = { id: 'chatcmpl-acme_1', object: 'chat.completion.chunk', created: 1_763_900_207, model: 'm' }
const encoderFor = (fields: object = {}, options?: ScanOptions) =>
  openaiChat.encodeStream(tellingFor(fields), options)

type Chunk = Record<string, unknown> & { choices: { delta: object; finish_reason: unknown }[] }

function chunksOf(stream: string): Chunk[] {
  const events = stream.split(/(?<=\n\n)/).filter((event) => event !== 'data: [DONE]\n\n')
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as Chunk)
}
const deltasOf = (stream: string) => chunksOf(stream).map(({ choices }) => choices[0]?.delta)

const { usage } = priced
const answerOf = (blocks: Block[], finish: Finish = 'stop') => eventsOf({ blocks, finish, usage })
const hi: Block = { type: 'text', text: 'hi' }
const call: Block = { type: 'tool_call', id: 'c1', name: 'f', arguments: '{}', kind: 'function' }
const custom: Block = { type: 'tool_call', id: 'c2', name: 'g', arguments: 'raw', kind: 'custom' }

test('a stream is printed as OpenAI prints it', () => {
  const choice = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  })
  const stream = encoderFor().push(answerOf([hi]))
  expect(chunksOf(stream)).toEqual([
    choice({ role: 'assistant', content: '' }),
    choice({ content: 'hi' }),
    choice({}, 'stop'),
  ])
  expect(stream.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('usage is told to a caller that asked for it, and to no other', () => {
  const chunks = chunksOf(encoderFor(withUsage).push(answerOf([hi])))
  expect(chunks.at(-1)).toEqual({ ...head, choices: [], usage: wireUsage })
  expect(chunks.slice(0, -1).every((chunk) => chunk['usage'] === null)).toBe(true)
})

test('each piece is sent as it comes', () => {
  const encoder = encoderFor()
  const printed = answerOf([hi, call]).map((event) => encoder.push([event]) !== '')
  const types = answerOf([hi, call]).filter((_, index) => printed[index])
  expect(types.map(({ type }) => type)).toEqual(['start', 'delta', 'block', 'delta', 'end'])
})

test('calls of tools count by themselves', () => {
  const events: ChatEvent[] = answerOf([hi, call, custom], 'tool_calls')
  const stream = encoderFor().push(events)
  expect(deltasOf(stream).slice(2)).toEqual([
    { tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
    { tool_calls: [{ index: 1, id: 'c2', type: 'custom', custom: { name: 'g', input: '' } }] },
    { tool_calls: [{ index: 1, custom: { input: 'raw' } }] },
    {},
  ])
  expect(chunksOf(stream).at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
})

test('a caller of old functions gets one, by its old name', () => {
  const fields = { functions: [{ name: 'f' }] }
  const stream = encoderFor(fields).push(answerOf([call, { ...call, id: 'c3' }], 'tool_calls'))
  expect(deltasOf(stream).slice(1)).toEqual([
    { function_call: { name: 'f', arguments: '' } },
    { function_call: { arguments: '{}' } },
    {},
  ])
  expect(chunksOf(stream).at(-1)?.choices[0]?.finish_reason).toBe('function_call')
  const body = openaiChat.encodeAnswer({ blocks: [call], finish: 'tool_calls' }, tellingFor(fields))
  expect(JSON.parse(textOf(body))).toMatchObject({
    choices: [
      {
        message: { content: null, function_call: { name: 'f', arguments: '{}' } },
        finish_reason: 'function_call',
      },
    ],
  })
})

test('seals are told whole, behind the thought that they are on', () => {
  const anthropic = { by: 'anthropic', value: 'c2ln' } as const
  const openai = { by: 'openai', value: 'enc', id: 'rs_1', locked: true } as const
  const google = { by: 'google', value: 'Z29v' } as const
  const blocks: Block[] = [
    { type: 'reasoning', text: 'one' },
    { type: 'reasoning', text: 'two', seal: anthropic },
    { type: 'reasoning', text: '', seal: openai },
    { type: 'reasoning', text: 'three' },
    { ...call, seal: google },
  ]
  const detail = { type: 'reasoning.text', format: 'weir-v1' }
  const details = [
    { ...detail, text: 'one', index: 0 },
    { ...detail, text: 'two', signature: packSeal(anthropic), index: 1 },
    { ...detail, type: 'reasoning.encrypted', data: 'enc', id: 'rs_1', index: 2 },
  ]
  const [one, two, encrypted] = details
  expect(deltasOf(encoderFor().push(answerOf(blocks))).slice(1, -4)).toEqual([
    { reasoning_content: 'one' },
    { reasoning_details: [one] },
    { reasoning_content: 'two' },
    { reasoning_details: [two] },
    { reasoning_details: [encrypted] },
    { reasoning_content: 'three' },
  ])
  const body = openaiChat.encodeAnswer({ blocks, finish: 'tool_calls' }, tellingFor())
  expect(JSON.parse(textOf(body))).toMatchObject({
    choices: [
      {
        message: {
          reasoning_content: 'onetwothree',
          reasoning_details: details,
          tool_calls: [{ id: 'c1', extra_content: { google: { thought_signature: 'Z29v' } } }],
        },
      },
    ],
  })
})

test('text that cites says where in the whole message, once it is complete', () => {
  const citation = { type: 'url', url: 'u', title: 't', start: 0, end: 1 } as const
  const bare = { type: 'url', url: 'v' } as const
  const document = { type: 'document', index: 0, quote: 'q', unit: 'page', from: 1, to: 2 } as const
  const blocks: Block[] = [hi, { type: 'text', text: 'ho', citations: [citation, bare, document] }]
  const cited = [
    { url: 'u', title: 't', start_index: 2, end_index: 3 },
    { url: 'v', title: '', start_index: 2, end_index: 4 },
  ]
  const annotations = cited.map((url_citation) => ({ type: 'url_citation', url_citation }))
  expect(deltasOf(encoderFor().push(answerOf(blocks))).slice(1, -1)).toEqual([
    { content: 'hi' },
    { content: 'ho' },
    { annotations },
  ])
  const body = openaiChat.encodeAnswer({ blocks, finish: 'stop' }, tellingFor())
  expect(JSON.parse(textOf(body))).toMatchObject({ choices: [{ message: { content: 'hiho', annotations } }] })
})

describe('an answer that is written whole', () => {
  const whole = (blocks: Block[], finish: Finish = 'stop') =>
    JSON.parse(textOf(openaiChat.encodeAnswer({ blocks, finish, usage }, tellingFor()))) as object

  test('has all that OpenAI’s has', () => {
    expect(whole([hi])).toEqual({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: wireUsage,
    })
  })

  test.each<[string, Block[], object]>([
    ['has no content if it only calls', [call], { content: null, tool_calls: [{ id: 'c1' }] }],
    ['has no content if it refuses', [{ type: 'refusal', text: 'no' }], { content: null, refusal: 'no' }],
    ['has an empty content if it says nothing', [], { content: '' }],
    [
      'has an empty content if it only thinks',
      [{ type: 'reasoning', text: 'hm' }],
      { content: '', reasoning_content: 'hm' },
    ],
    [
      'has its sound where OpenAI has it',
      [{ type: 'audio', mediaType: 'audio/wav', data: 'AA' }],
      { audio: { data: 'AA' } },
    ],
  ])('%s', (_, blocks, message) => expect(whole(blocks)).toMatchObject({ choices: [{ message }] }))

  test.each<[Finish, Block[], string]>([
    ['stop', [call], 'tool_calls'],
    ['stop_sequence', [hi], 'stop'],
    ['length', [call], 'length'],
    ['content_filter', [], 'content_filter'],
    ['pause', [hi], 'stop'],
    ['error', [], 'stop'],
  ])('ends by %s with %j as %s', (finish, blocks, reason) =>
    expect(whole(blocks, finish)).toMatchObject({ choices: [{ finish_reason: reason }] }),
  )
})

describe('an end that is held', () => {
  const held = (events: readonly ChatEvent[]) => {
    const encoder = encoderFor({}, { holdEnd: true })
    return { encoder, printed: encoder.push(events) }
  }

  test('comes with our usage and the receipt', () => {
    const { encoder, printed } = held(answerOf([hi]))
    expect(printed).not.toContain('stop')
    const end = encoder.close(priced)
    expect(chunksOf(end)).toEqual([
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null },
      { ...head, choices: [], usage: wireUsage, weir: receipt },
    ])
    expect(end.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  test('of a budget closes what is open and says why', () => {
    const { encoder } = held(answerOf([hi, call]).slice(0, -4))
    expect(chunksOf(encoder.cut({ ...priced, limit }))).toEqual([
      {
        ...head,
        choices: [{ index: 0, delta: {}, finish_reason: 'length' }],
        usage: null,
        weir: { reason: 'budget', limit },
      },
      { ...head, choices: [], usage: wireUsage, weir: receipt },
    ])
  })

  test('of a budget before anything was said', () => {
    const cut = encoderFor().cut({ ...priced, limit: undefined })
    expect(deltasOf(cut)).toEqual([{ role: 'assistant', content: '' }, {}])
    expect(chunksOf(cut).at(-1)).toMatchObject({ weir: { reason: 'budget' } })
  })

  test('of a budget after the model had finished is the model’s own', () => {
    const { encoder } = held(answerOf([hi], 'content_filter').slice(0, -1))
    const [finish] = chunksOf(encoder.cut({ ...priced, limit }))
    expect(finish?.choices[0]?.finish_reason).toBe('content_filter')
    expect(finish).not.toHaveProperty('weir')
  })
})
