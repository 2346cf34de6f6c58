import { describe, expect, test } from 'vitest'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { answer, name } from './openai-responses-answers.ts'
import { ended, endedUsage, output, told } from './openai-responses-wire.ts'
import { bytesOf } from './splits.ts'

const [thought, message, call, customCall] = output

const decodeAnswer = (answer: unknown) => openaiResponses.decodeAnswer(bytesOf(JSON.stringify(answer)))

describe('an answer that came whole', () => {
  test('is read with all that it says', () => expect(decodeAnswer(ended)).toEqual({ ...name, ...answer }))

  test.each<[string, object, string]>([
    ['that is complete', { output: [message] }, 'stop'],
    ['of a server that tells no status', { output: [message], status: null }, 'stop'],
    ['that waits for tools', {}, 'tool_calls'],
    [
      'that ran into its cap',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      'length',
    ],
    [
      'that was filtered',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      'content_filter',
    ],
    ['that is incomplete for no known reason', { status: 'incomplete' }, 'length'],
  ])('%s', (_, fields, finish) => expect(decodeAnswer({ ...ended, ...fields })?.finish).toBe(finish))

  test.each<[string, unknown]>([
    ['a text', 'hi'],
    ['another’s answer', { choices: [] }],
    ['one that failed', { ...ended, status: 'failed' }],
    ['one that is not there yet', { ...ended, status: 'queued' }],
  ])('%s is none', (_, body) => expect(decodeAnswer(body)).toBeUndefined())

  test('refusals, images, likelihoods and thought that is told whole are read too', () => {
    const logprobs = [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [{ token: 'b', logprob: -2 }] }]
    const items = [
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'g' },
      { type: 'reasoning', id: 'rs_3', summary: [] },
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'a', annotations: [{ type: 'file_path', file_id: 'f' }], logprobs },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      { type: 'image_generation_call', result: 'AAAA' },
      { type: 'web_search_call', id: 'ws_1' },
      null,
    ]
    expect(decodeAnswer({ output: items })).toEqual({
      finish: 'stop',
      blocks: [
        { type: 'reasoning', text: 'hm' },
        { type: 'reasoning', text: '', seal: { by: 'openai', value: 'g', id: 'rs_2', locked: true } },
        {
          type: 'text',
          text: 'a',
          logprobs: [{ token: 'a', logprob: -1, bytes: [97], top: [{ token: 'b', logprob: -2 }] }],
        },
        { type: 'refusal', text: 'no' },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      ],
    })
  })
})

describe('what tells how much was used', () => {
  const read = (answer: unknown) => openaiResponses.readAnswer(bytesOf(JSON.stringify(answer)))

  test('an answer, with the bytes of all that it says', () => {
    const outputBytes = Buffer.byteLength(told.text + told.thought + told.calls)
    expect(read(ended)).toEqual({ usage: endedUsage, outputBytes })
    expect(read({ output: [call, customCall, thought, null] })).toEqual({
      outputBytes: Buffer.byteLength(told.calls + told.thought),
    })
    for (const body of ['x', null, [], { output: {} }]) expect(read(body)).toBeUndefined()
  })

  test.each<[string, object, object | undefined]>([
    ['zero is zero', { input_tokens: 0, output_tokens: 0 }, { inputTokens: 0, outputTokens: 0 }],
    ['a total alone is none', { input_tokens: 5 }, undefined],
    ['what cannot be is not believed', { input_tokens: 5e12, output_tokens: 1 }, undefined],
    [
      'parts are never more than the whole',
      {
        input_tokens: 5,
        output_tokens: 2,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 9 },
        output_tokens_details: { reasoning_tokens: 7 },
      },
      { cachedInputTokens: 4, cacheWriteTokens: 1, reasoningTokens: 2 },
    ],
  ])('%s', (_, usage, expected) => {
    const told = read({ output: [], usage })?.usage
    if (expected) expect(told).toMatchObject(expected)
    else expect(told).toBeUndefined()
  })
})
