import { describe, expect, test } from 'vitest'
import { packSeal } from '../../src/core/chat/seal.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { requestOf } from './openai-responses-wire.ts'

const decode = (fields: object = {}) => openaiResponses.decodeCall(requestOf(fields))
const decodeItems = (...input: unknown[]) => decode({ input })

const text = (text: string) => ({ type: 'text', text })
const user = { role: 'user', content: 'hi' }

describe('who says what', () => {
  test('instructions and what stands in front are the system’s; later, they are turns of it', () => {
    const call = decode({
      instructions: 'a',
      input: [
        { role: 'developer', content: 'b' },
        { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'c' }] },
        user,
        { role: 'developer', content: 'd' },
      ],
    })
    expect(call.system).toEqual([text('a'), text('b'), text('c')])
    expect(call.turns).toEqual([
      { role: 'user', parts: [text('hi')] },
      { role: 'system', parts: [text('d')] },
    ])
  })

  test('what the model said, thought and called in one go is one turn', () => {
    const { turns, foreign } = decodeItems(
      user,
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'x' },
          { type: 'summary_text', text: 'y' },
        ],
        encrypted_content: 'gAAAA',
      },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [
          { type: 'output_text', text: 'I look', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'f',
        arguments: '{}',
        status: 'completed',
      },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'c', input: 'ls' },
      { type: 'function_call_output', call_id: 'call_1', output: 'ok' },
      {
        type: 'custom_tool_call_output',
        call_id: 'call_2',
        output: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'original' },
        ],
      },
      { role: 'user', content: 'and?' },
    )
    expect(foreign).toEqual([])
    expect(turns.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          {
            type: 'reasoning',
            text: 'x\n\ny',
            seal: { by: 'openai', value: 'gAAAA', id: 'rs_1', locked: true },
          },
          text('I look'),
          { type: 'refusal', text: 'no' },
          { type: 'tool_call', id: 'call_1', name: 'f', arguments: '{}', kind: 'function' },
          { type: 'tool_call', id: 'call_2', name: 'c', arguments: 'ls', kind: 'custom' },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            type: 'tool_result',
            callId: 'call_1',
            content: [text('ok')],
            isError: false,
            kind: 'function',
          },
          {
            type: 'tool_result',
            callId: 'call_2',
            content: [
              text('see'),
              {
                type: 'image',
                source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
                detail: 'original',
              },
            ],
            isError: false,
            kind: 'custom',
          },
        ],
      },
      { role: 'user', parts: [text('and?')] },
    ])
  })

  test('text of the past brings its citations of addresses; others have no place', () => {
    const annotations = [
      { type: 'url_citation', url: 'https://a', title: 'A', start_index: 0, end_index: 3 },
      { type: 'file_citation', file_id: '', filename: 'b', index: 0 },
    ]
    const call = decodeItems({
      role: 'assistant',
      phase: 'commentary',
      content: [{ type: 'output_text', text: 'abc', annotations }],
    })
    expect(call.turns[0]?.parts[0]).toEqual({
      ...text('abc'),
      citations: [{ type: 'url', url: 'https://a', title: 'A', start: 0, end: 3 }],
    })
    expect(call.foreign).toEqual(['phase', 'annotations'])
  })
})

describe('thought', () => {
  const thought = (more: object) =>
    decodeItems({ type: 'reasoning', id: 'rs_1', summary: [], ...more }).turns[0]?.parts

  test('of OpenAI’s is under lock', () => {
    expect(thought({ encrypted_content: 'g' })).toEqual([
      { type: 'reasoning', text: '', seal: { by: 'openai', value: 'g', id: 'rs_1', locked: true } },
    ])
  })

  test('that is told whole is no summary', () => {
    const content = [{ type: 'reasoning_text', text: 'a' }]
    const summary = [{ type: 'summary_text', text: 'b' }]
    expect(thought({ content, summary })).toEqual([{ type: 'reasoning', text: 'a' }])
  })

  test('of another maker’s comes with that maker’s seal', () => {
    const seal = { by: 'anthropic', value: 'sig', locked: true } as const
    expect(thought({ encrypted_content: packSeal(seal) })).toEqual([{ type: 'reasoning', text: '', seal }])
  })

  test('of OpenAI’s that is packed is as it was sealed', () => {
    const seal = { by: 'openai', value: 'g', id: 'rs_9', locked: true } as const
    expect(thought({ encrypted_content: packSeal(seal) })).toEqual([{ type: 'reasoning', text: '', seal }])
  })

  test('of which nothing is there is none', () => expect(thought({})).toBeUndefined())

  test('a seal of Google’s without a text belongs to the call behind it', () => {
    const google = packSeal({ by: 'google', value: 'sig' })
    const { turns } = decodeItems(
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'a' }],
        encrypted_content: google,
      },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: google },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: 'd', name: 'f', arguments: '{}' },
    )
    const seal = { by: 'google', value: 'sig' }
    expect(turns[0]?.parts).toEqual([
      { type: 'reasoning', text: 'a', seal },
      { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', kind: 'function', seal },
      { type: 'tool_call', id: 'd', name: 'f', arguments: '{}', kind: 'function' },
    ])
  })
})

test('a seal that names its call belongs to that, wherever it stands', () => {
  const { turns } = decodeItems(
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call', call_id: 'd', name: 'f', arguments: '{}' },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      encrypted_content: packSeal({ by: 'google', value: 'sig', id: 'c' }),
    },
  )
  expect(turns[0]?.parts).toMatchObject([{ id: 'c', seal: { by: 'google', value: 'sig' } }, { id: 'd' }])
  expect(turns[0]?.parts[1]).not.toHaveProperty('seal')
})

describe('media', () => {
  const base64 = (mediaType: string, data = 'AAAA') => ({ type: 'base64', mediaType, data })
  test.each<[string, object, object]>([
    [
      'an image by its address',
      { type: 'input_image', image_url: 'https://a/b.png', detail: 'low' },
      { type: 'image', source: { type: 'url', url: 'https://a/b.png' }, detail: 'low' },
    ],
    [
      'an image with a mark for the cache',
      {
        type: 'input_image',
        image_url: 'data:image/png;base64,AAAA',
        prompt_cache_breakpoint: { mode: 'explicit' },
      },
      { type: 'image', source: base64('image/png'), cache: {} },
    ],
    [
      'a file as a data URL',
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'document', source: base64('application/pdf'), name: 'a.pdf' },
    ],
    [
      'a file as bare base64',
      { type: 'input_file', filename: 'a.PDF', file_data: 'AAAA' },
      { type: 'document', source: base64('application/pdf'), name: 'a.PDF' },
    ],
    [
      'a file by its address',
      { type: 'input_file', file_url: 'https://a/b.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://a/b.pdf' } },
    ],
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'audio', source: base64('audio/mpeg') },
    ],
  ])('%s', (_, part, expected) => {
    expect(decodeItems({ role: 'user', content: [part] }).turns[0]?.parts).toEqual([expected])
  })

  test('an image that a model made is its own', () => {
    const item = { type: 'image_generation_call', id: 'ig_1', result: 'AAAA', output_format: 'webp' }
    expect(decodeItems(item).turns).toEqual([
      { role: 'assistant', parts: [{ type: 'image', source: base64('image/webp') }] },
    ])
  })
})
