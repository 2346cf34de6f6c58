import { describe, expect, test } from 'vitest'
import { openai } from '../../providers/openai.ts'
import type { ChatCall, Part, Turn } from '../../src/core/chat/call.ts'
import { said } from '../../src/dialects/openai-responses/said.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { textOf, bytesOf } from './splits.ts'

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
const head = { model: 'up/model', max_output_tokens: 4096, stream: false, store: false }

function encode(call: Partial<ChatCall>) {
  const { body, dropped } = openaiResponses.encodeCall({ ...plain, ...call }, target)
  return { body: JSON.parse(textOf(body)) as Record<string, unknown>, dropped }
}
const encodeTurn = (role: Turn['role'], ...parts: Part[]) => {
  const { body, dropped } = encode({ turns: [{ role, parts }] })
  return { input: body['input'], dropped }
}

const text = (text: string): Part => ({ type: 'text', text })
const base64 = (mediaType: string) => ({ type: 'base64' as const, mediaType, data: 'AAAA' })

test('a plain call is kept by nobody, and capped at what is held for it', () => {
  const { body, dropped } = encode({ outputCap: 9_999, turns: [{ role: 'user', parts: [text('hi')] }] })
  expect(body).toEqual({ ...head, input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] })
  expect(dropped).toEqual([])
})

test('the request is one that this dialect reads', () => {
  const { body } = openaiResponses.encodeCall(
    { ...plain, turns: [{ role: 'user', parts: [text('hi')] }] },
    target,
  )
  expect(openaiResponses.read({ body }).outputCap).toBe(4096)
})

test('the system comes first, what it says later stays in its place', () => {
  const { body } = encode({
    system: [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ],
    turns: [
      { role: 'user', parts: [text('c')] },
      { role: 'system', parts: [text('d')] },
    ],
  })
  const said = (role: string, text: string) => ({ role, content: [{ type: 'input_text', text }] })
  expect(body).toMatchObject({
    instructions: 'a',
    input: [said('system', 'b'), said('user', 'c'), said('system', 'd')],
  })
})

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
      { type: 'input_text', text: 'abc' },
      ['name'],
    ],
  ])('%s', (_, part, expected, lost) => {
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

describe('what is lost is named, once', () => {
  const thought: Part = { type: 'reasoning', text: 'a', seal: { by: 'anthropic', value: 's' } }
  test.each<[string, Partial<ChatCall>, string[]]>([
    [
      'sampling',
      { sampling: { topK: 1, seed: 1, presencePenalty: 1, frequencyPenalty: 1 } },
      ['top_k', 'seed', 'presence_penalty', 'frequency_penalty'],
    ],
    ['stops and answers', { stop: ['x'], answers: 2 }, ['n', 'stop']],
    ['what no dialect carries', { foreign: ['logit_bias', 'n'], answers: 2 }, ['logit_bias', 'n']],
    ['marks', { tools: [{ kind: 'function', name: 'f', cache: {} }] }, ['cache_control']],
    ['other thought', { turns: [{ role: 'assistant', parts: [thought, thought] }] }, ['reasoning']],
    [
      'seals of calls',
      {
        turns: [
          {
            role: 'assistant',
            parts: [
              {
                type: 'tool_call',
                id: 'c',
                name: 'f',
                arguments: '{}',
                kind: 'function',
                seal: { by: 'google', value: 's' },
              },
            ],
          },
        ],
      },
      ['reasoning'],
    ],
    ['names', { turns: [{ role: 'user', parts: [text('a')], name: 'al' }] }, ['name']],
    [
      'citations of documents',
      {
        turns: [
          {
            role: 'assistant',
            parts: [
              {
                type: 'text',
                text: 'a',
                citations: [{ type: 'document', index: 0, quote: 'q', unit: 'page', from: 1, to: 2 }],
              },
            ],
          },
        ],
      },
      ['citations'],
    ],
  ])('%s', (_, call, lost) => expect(encode(call).dropped).toEqual(lost))
})

describe('wishes', () => {
  const f = { kind: 'function', name: 'f' } as const
  const c = { kind: 'custom', name: 'c' } as const
  test.each<[string, Partial<ChatCall>, object]>([
    [
      'tools',
      { tools: [{ ...f, description: 'F', schema: { a: 1 }, strict: true }, f, c] },
      {
        tools: [
          { type: 'function', name: 'f', description: 'F', parameters: { a: 1 }, strict: true },
          { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
          { type: 'custom', name: 'c' },
        ],
      },
    ],
    [
      'a grammar as Responses has it',
      { tools: [{ ...c, grammar: { type: 'grammar', syntax: 'lark', definition: 'x' } }] },
      {
        tools: [{ type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }],
      },
    ],
    [
      'a grammar as chat completions have it',
      { tools: [{ ...c, grammar: { type: 'grammar', grammar: { syntax: 'regex', definition: 'x' } } }] },
      {
        tools: [{ type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'regex', definition: 'x' } }],
      },
    ],
    ['any tool', { toolChoice: { mode: 'any' } }, { tool_choice: 'required' }],
    ['none', { toolChoice: { mode: 'none', names: ['f'] } }, { tool_choice: 'none' }],
    [
      'one tool',
      { tools: [f, c], toolChoice: { mode: 'any', names: ['c'] } },
      { tool_choice: { type: 'custom', name: 'c' } },
    ],
    [
      'some tools',
      { tools: [f, c], toolChoice: { mode: 'auto', names: ['c', 'f'] } },
      {
        tool_choice: {
          type: 'allowed_tools',
          mode: 'auto',
          tools: [
            { type: 'custom', name: 'c' },
            { type: 'function', name: 'f' },
          ],
        },
      },
    ],
    ['one at a time', { parallelTools: false }, { parallel_tool_calls: false }],
    [
      'JSON',
      { format: { type: 'json' }, verbosity: 'low' },
      { text: { format: { type: 'json_object' }, verbosity: 'low' } },
    ],
    [
      'a schema',
      { format: { type: 'schema', schema: { a: 1 } } },
      { text: { format: { type: 'json_schema', name: 'answer', schema: { a: 1 } } } },
    ],
    [
      'effort, and to see thought',
      { reasoning: { effort: 'low', visible: true } },
      { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] },
    ],
    ['a budget of thought', { reasoning: { budget: 1024 } }, { reasoning: { effort: 'low' } }],
    ['a larger one', { reasoning: { budget: 10_000, effort: 'max' } }, { reasoning: { effort: 'max' } }],
    ['a large one', { reasoning: { budget: 32_000 } }, { reasoning: { effort: 'high' } }],
    ['no thought', { reasoning: { effort: 'none' } }, { reasoning: { effort: 'none' } }],
    [
      'likelihoods',
      { sampling: { topLogprobs: 0, temperature: 0, topP: 1 } },
      { top_logprobs: 0, include: ['message.output_text.logprobs'], temperature: 0, top_p: 1 },
    ],
    ['the standard tier', { serviceTier: 'standard' }, { service_tier: 'default' }],
    [
      'for whom, and why',
      { endUser: 'alice', cacheKey: 'k', metadata: { a: 'b' } },
      { safety_identifier: 'acme:alice', prompt_cache_key: 'acme:k', metadata: { a: 'b' } },
    ],
  ])('%s', (_, call, expected) => {
    const { body, dropped } = encode({ ...call, stream: true })
    const { include, tools } = body
    expect(body).toEqual({ ...head, stream: true, input: [], ...said({ include, tools }), ...expected })
    expect(dropped).toEqual([])
  })

  test('thought that comes back sealed asks for more of the kind', () => {
    const part: Part = { type: 'reasoning', text: '', seal: { by: 'openai', value: 'g' } }
    expect(encode({ turns: [{ role: 'assistant', parts: [part] }] }).body['include']).toEqual([
      'reasoning.encrypted_content',
    ])
    expect(encode({}).body).not.toHaveProperty('include')
    expect(encode({ reasoning: { effort: 'none' } }).body).not.toHaveProperty('include')
  })
})

test('an error is read in an envelope, without one, and by its type', () => {
  const read = (body: string) => openaiResponses.readError(bytesOf(body))
  expect(read('{"error":{"code":"c","message":"m"}}')).toEqual({ code: 'c', message: 'm' })
  expect(read('{"code":429,"message":"m"}')).toEqual({ code: '429', message: 'm' })
  expect(read('{"error":{"code":null,"type":"t"}}')).toEqual({ code: 't' })
  for (const body of ['', 'no', '[]', '"x"', '{"error":"x"}']) expect(read(body)).toEqual({})
})
