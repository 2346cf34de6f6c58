import { describe, expect, test } from 'vitest'
import { openai } from '../../providers/openai.ts'
import type { ChatCall, Part, Turn } from '../../src/core/chat/call.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { textOf } from './splits.ts'

const target = { org: 'acme', upstreamModel: 'up/model', outputCap: 4096, quirks: openai.quirks }
const plain: ChatCall = {
  system: [],
  turns: [],
  tools: [],
  sampling: {},
  stop: [],
  answers: 1,
  stream: false,
  foreign: [],
}

function encode(call: Partial<ChatCall>, upstreamModel = 'up/model') {
  const { body, dropped } = openaiResponses.encodeCall({ ...plain, ...call }, { ...target, upstreamModel })
  return { body: JSON.parse(textOf(body)) as Record<string, unknown>, dropped }
}
const encodeTurn = (role: Turn['role'], ...parts: Part[]) => {
  const { body, dropped } = encode({ turns: [{ role, parts }] })
  return { input: body['input'], dropped }
}

const text = (text: string): Part => ({ type: 'text', text })
const base64 = (mediaType: string) => ({ type: 'base64' as const, mediaType, data: 'AAAA' })

test('a turn of the model’s is its items, in order', () => {
  const { input, dropped } = encodeTurn(
    'assistant',
    { type: 'reasoning', text: 'x', seal: { by: 'openai', value: 'g', id: 'rs_1' } },
    { type: 'reasoning', text: '', seal: { by: 'openai', value: 'h', locked: true } },
    {
      type: 'text',
      text: 'abc',
      citations: [{ type: 'url', url: 'https://a', title: 'A', start: 1, end: 2 }],
    },
    { type: 'refusal', text: 'no' },
    { type: 'tool_call', id: 'call_1', name: 'f', arguments: '{', kind: 'function' },
    { type: 'tool_call', id: 'call_2', name: 'c', arguments: 'ls', kind: 'custom' },
    text('so'),
  )
  expect(dropped).toEqual([])
  const citation = { type: 'url_citation', url: 'https://a', title: 'A', start_index: 1, end_index: 2 }
  expect(input).toEqual([
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'x' }],
      encrypted_content: 'g',
    },
    { type: 'reasoning', summary: [], encrypted_content: 'h' },
    {
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'abc', annotations: [citation] },
        { type: 'refusal', refusal: 'no' },
      ],
    },
    { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{' },
    { type: 'custom_tool_call', call_id: 'call_2', name: 'c', input: 'ls' },
    { role: 'assistant', content: [{ type: 'output_text', text: 'so', annotations: [] }] },
  ])
})

test('results of tools are items, between what the user says', () => {
  const result = { type: 'tool_result', callId: 'c', isError: false, kind: 'function' } as const
  const { input, dropped } = encodeTurn(
    'user',
    { ...result, content: [{ type: 'text', text: 'ok' }] },
    { ...result, content: [] },
    {
      ...result,
      kind: 'custom',
      isError: true,
      content: [
        { type: 'text', text: 'see' },
        { type: 'image', source: base64('image/png') },
      ],
    },
    text('and?'),
  )
  expect(dropped).toEqual(['is_error'])
  const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' }
  expect(input).toEqual([
    { type: 'function_call_output', call_id: 'c', output: 'ok' },
    { type: 'function_call_output', call_id: 'c', output: '' },
    { type: 'custom_tool_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'see' }, image] },
    { role: 'user', content: [{ type: 'input_text', text: 'and?' }] },
  ])
})

describe('media', () => {
  const url = { type: 'url', url: 'https://a/b' } as const
  test.each<[string, Part, object, string[]]>([
    [
      'an image',
      { type: 'image', source: url, detail: 'original', name: 'n', cache: {} },
      { type: 'input_image', image_url: 'https://a/b', detail: 'original' },
      ['cache_control', 'name'],
    ],
    [
      'a document',
      { type: 'document', source: base64('application/pdf'), detail: 'original' },
      {
        type: 'input_file',
        file_data: 'data:application/pdf;base64,AAAA',
        filename: 'document.pdf',
        detail: 'high',
      },
      [],
    ],
    [
      'a document by its address',
      { type: 'document', source: url, name: 'b.pdf', cite: true, context: 'x' },
      { type: 'input_file', file_url: 'https://a/b', filename: 'b.pdf' },
      ['citations', 'document_context'],
    ],
    [
      'a document as text',
      { type: 'document', source: { type: 'text', text: 'abc' }, name: 'n' },
      { type: 'input_text', text: '# n\n\nabc' },
      [],
    ],
  ])('%s', (...[, part, expected, lost]) => {
    const { input, dropped } = encodeTurn('user', part)
    expect(input).toEqual([{ role: 'user', content: [expected] }])
    expect(dropped).toEqual(lost)
  })

  test.each<[string, Turn['role'], Part]>([
    ['audio', 'user', { type: 'audio', source: base64('audio/mpeg') }],
    ['video', 'user', { type: 'video', source: url }],
    ['an image of the model’s', 'assistant', { type: 'image', source: url }],
  ])('%s cannot be carried', (_, role, part) =>
    expect(() => encodeTurn(role, part)).toThrow(expect.objectContaining({ code: 'cannot_translate' })),
  )
})

describe('marks for the cache', () => {
  const marked: Partial<ChatCall> = {
    system: [{ type: 'text', text: 'a', cache: { ttl: '1h' } }],
    turns: [
      {
        role: 'user',
        parts: [
          {
            type: 'tool_result',
            callId: 'c',
            content: [{ type: 'text', text: 'ok' }],
            isError: false,
            kind: 'function',
            cache: {},
          },
        ],
      },
    ],
  }

  test('go to a model that knows them, on messages alone', () => {
    const { body, dropped } = encode(marked, 'gpt-5.6')
    const part = (text: string) => ({
      type: 'input_text',
      text,
      prompt_cache_breakpoint: { mode: 'explicit' },
    })
    expect(body).not.toHaveProperty('instructions')
    expect(body['input']).toEqual([
      { role: 'system', content: [part('a')] },
      { type: 'function_call_output', call_id: 'c', output: [part('ok')] },
    ])
    expect(dropped).toEqual(['cache_ttl'])
  })

  test('are kept from all others', () => {
    const { body, dropped } = encode(marked, 'gpt-5.2')
    expect(body).toMatchObject({ instructions: 'a', input: [{ output: 'ok' }] })
    expect(dropped).toEqual(['cache_control'])
  })
})
