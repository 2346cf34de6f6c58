import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import { ResponsesStreamEncoder } from '../../src/dialects/openai-responses/encode-stream.ts'
import { eventsOfAnswer } from './openai-responses-answers.ts'
import { expectLegal } from './openai-responses-order.ts'
import {
  closing,
  cutting,
  eventsOf,
  limit,
  priced,
  receipt,
  requestId,
  tellingOf,
  wireUsage,
} from './openai-responses-wire.ts'

const encode = (events: readonly ChatEvent[]) => new ResponsesStreamEncoder(tellingOf()).push(events)
const typesOf = (stream: string) => eventsOf(stream).map(({ type }) => type.replace('response.', ''))

describe('the order of a plain stream', () => {
  const block = (type: 'text' | 'reasoning', index = 0): ChatEvent => ({
    type: 'block',
    index,
    block: { type },
  })
  const delta = (text: string, index = 0): ChatEvent => ({ type: 'delta', index, text })
  const end: ChatEvent[] = [{ type: 'finish', finish: 'stop' }, { type: 'end' }]

  test('of one text', () => {
    const stream = encode([
      { type: 'start' },
      block('text'),
      delta('Hi'),
      { type: 'block_end', index: 0 },
      ...end,
    ])
    expect(typesOf(stream)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  test('of nothing is a message that says nothing', () => {
    const events = eventsOf(encode([{ type: 'start' }, block('text'), ...end]))
    expectLegal(events)
    expect(events.at(-1)?.response?.output).toMatchObject([
      { type: 'message', status: 'completed', content: [{ type: 'output_text', text: '' }] },
    ])
  })

  test('texts that follow each other are one message', () => {
    const events = eventsOf(encode([block('text'), delta('a'), block('text', 1), delta('b', 1), ...end]))
    expectLegal(events)
    expect(events.at(-1)?.response?.output).toMatchObject([{ content: [{ text: 'a' }, { text: 'b' }] }])
  })

  test('says at once that it began, and what came, and nothing after its end', () => {
    const encoder = new ResponsesStreamEncoder(tellingOf())
    expect(typesOf(encoder.push([{ type: 'start' }]))).toEqual(['created', 'in_progress'])
    expect(encoder.push([block('text')])).toBe('')
    expect(typesOf(encoder.push([delta('a')])).at(-1)).toBe('output_text.delta')
    expect(encoder.response).toBeUndefined()
    encoder.push(end)
    expect(encoder.push([delta('b'), ...end])).toBe('')
    expect(encoder.close(closing)).toBe('')
  })

  test('an error of the provider’s is left to the gateway', () => {
    const encoder = new ResponsesStreamEncoder(tellingOf())
    encoder.push([{ type: 'start' }])
    expect(encoder.push([{ type: 'error', code: 'secret' }])).toBe('')
  })

  test('an answer of which nothing can be used has failed', () => {
    const end = eventsOf(encode([{ type: 'finish', finish: 'error' }, { type: 'end' }])).at(-1)
    expect(end).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    })
  })

  test('what is open when an answer is cut short is incomplete', () => {
    const events = eventsOf(
      encode([block('text'), delta('a'), { type: 'finish', finish: 'length' }, { type: 'end' }]),
    )
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ status: 'incomplete' }],
        usage: { input_tokens: 0, output_tokens: 0 },
      },
    })
  })
})

describe('seals', () => {
  const google = { by: 'google', value: 's' } as const
  const call: ChatEvent = {
    type: 'block',
    index: 0,
    block: { type: 'tool_call', id: 'c', name: 'f', kind: 'function' },
  }
  const outputOf = (...batches: ChatEvent[][]) => {
    const encoder = new ResponsesStreamEncoder(tellingOf())
    for (const batch of batches) encoder.push(batch)
    encoder.push([{ type: 'finish', finish: 'stop' }, { type: 'end' }])
    return (encoder.response as { output: unknown[] }).output
  }

  test('of a call goes in front of it', () => {
    expect(outputOf([call, { type: 'seal', index: 0, seal: google }])).toMatchObject([
      { type: 'reasoning', summary: [], encrypted_content: packSeal({ ...google, id: 'c' }) },
      { type: 'function_call', call_id: 'c' },
    ])
  })

  test('of a call that comes late is not lost', () => {
    expect(outputOf([call], [{ type: 'seal', index: 0, seal: google }])).toMatchObject([
      { type: 'function_call', call_id: 'c' },
      { type: 'reasoning', summary: [], encrypted_content: packSeal({ ...google, id: 'c' }) },
    ])
  })

  test('of OpenAI’s own are as they were', () => {
    const seal = { by: 'openai', value: 'gAAA', id: 'rs_9', locked: true } as const
    const thought: ChatEvent = { type: 'block', index: 0, block: { type: 'reasoning' } }
    expect(outputOf([thought, { type: 'seal', index: 0, seal }])).toEqual([
      { type: 'reasoning', id: 'rs_9', summary: [], encrypted_content: 'gAAA' },
    ])
    const begun: ChatEvent = { type: 'delta', index: 0, text: 'a' }
    expect(outputOf([thought, begun], [{ type: 'seal', index: 0, seal }])).toMatchObject([
      { summary: [{ text: 'a' }], encrypted_content: packSeal(seal) },
    ])
  })
})

describe('a stream whose end is held back', () => {
  const begun: ChatEvent[] = [
    { type: 'block', index: 0, block: { type: 'text' } },
    { type: 'delta', index: 0, text: 'a' },
  ]
  const held = (...events: ChatEvent[]) => {
    const encoder = new ResponsesStreamEncoder(tellingOf(), { holdEnd: true })
    return { encoder, out: encoder.push([...begun, ...events]) }
  }

  test('is closed as the model ended it, with usage and cost', () => {
    const { encoder, out } = held({ type: 'finish', finish: 'length' }, { type: 'end' })
    const events = eventsOf(out + encoder.close(priced))
    expectLegal(events)
    const response = { usage: wireUsage, weir: receipt, status: 'incomplete' }
    expect(events.at(-1)).toMatchObject({ type: 'response.incomplete', response })
    expect(encoder.response).toEqual(events.at(-1)?.response)
  })

  test('is cut as one that reached its cap, and says why', () => {
    const { encoder, out } = held()
    const events = eventsOf(out + encoder.cut(cutting))
    expectLegal(events)
    expect(events.at(-1)?.response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: wireUsage,
      weir: { reason: 'budget', limit, ...receipt },
      output: [{ status: 'incomplete', content: [{ text: 'a' }] }],
    })
  })

  test('is cut before it began', () => {
    const encoder = new ResponsesStreamEncoder(tellingOf())
    const events = eventsOf(encoder.cut({ ...closing, limit: undefined }))
    expectLegal(events)
    expect(events.at(-1)?.response?.weir).toEqual({ reason: 'budget' })
  })
})

test('a response tells back what was asked for', () => {
  const asked = {
    instructions: 'x',
    tools: [{ type: 'function', name: 'f', parameters: null, strict: null }],
    tool_choice: 'required',
    temperature: 0.5,
    max_output_tokens: 9,
    metadata: { a: 'b' },
    parallel_tool_calls: false,
    reasoning: { effort: 'low' },
    text: { verbosity: 'low' },
    store: false,
    truncation: null,
  }
  const encoder = new ResponsesStreamEncoder(tellingOf(asked))
  const [created] = eventsOf(encoder.push([{ type: 'start', id: 'theirs', model: 'theirs' }]))
  expect(created?.response).toMatchObject({
    ...asked,
    id: requestId.replace('req', 'resp'),
    model: 'gpt-5.2',
    created_at: 1_763_900_000,
    object: 'response',
    status: 'in_progress',
    error: null,
    top_p: null,
    previous_response_id: null,
    truncation: 'disabled',
    reasoning: { effort: 'low', summary: null },
    text: { format: { type: 'text' }, verbosity: 'low' },
  })
})

test('ids are short enough to be sent on to any provider', () => {
  const long = `req_eu-${'a'.repeat(20)}_019b0c7e-1c2d-7a3b-8c4d-5e6f70819203`
  const encoder = new ResponsesStreamEncoder({ ...tellingOf(), requestId: long })
  const stream = encoder.push(eventsOfAnswer({ blocks: [{ type: 'text', text: 'a' }], finish: 'stop' }))
  const id = expect.stringMatching(/^msg_[0-9a-f]{32}_0$/) as string
  expect(eventsOf(stream).at(-1)?.response?.output).toMatchObject([{ id }])
})
