import { describe, expect, test } from 'vitest'
import { openai } from '../../providers/openai.ts'
import type { ChatCall, Part } from '../../src/core/chat/call.ts'
import { said } from '../../src/dialects/said.ts'
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
const sealed = 'reasoning.encrypted_content'
const head = {
  model: 'up/model',
  max_output_tokens: 4096,
  stream: false,
  store: false,
  include: [sealed],
}

function encode(call: Partial<ChatCall>) {
  const { body, dropped } = openaiResponses.encodeCall({ ...plain, ...call }, target)
  return { body: JSON.parse(textOf(body)) as Record<string, unknown>, dropped }
}
const text = (text: string): Part => ({ type: 'text', text })

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

describe('what is lost is named, once', () => {
  const thought: Part = { type: 'reasoning', text: 'a', seal: { by: 'anthropic', value: 's' } }
  test.each<[string, Partial<ChatCall>, string[]]>([
    [
      'sampling',
      { sampling: { topK: 1, seed: 1, presencePenalty: 1, frequencyPenalty: 1 } },
      ['top_k', 'seed', 'presence_penalty', 'frequency_penalty'],
    ],
    ['stops and answers', { stop: ['x'], answers: 2 }, ['n', 'stop']],
    ['a tier without a price', { serviceTier: 'priority' }, ['service_tier']],
    ['a call of none', { toolChoice: { mode: 'any' } }, ['tool_choice']],
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
  const closed = { type: 'object', properties: {}, required: [], additionalProperties: false }
  const schema = { ...closed, properties: { a: { type: 'string' } }, required: ['a'] }
  test.each<[string, Partial<ChatCall>, object]>([
    [
      'tools',
      { tools: [{ ...f, description: 'F', schema, strict: true }, f, { ...f, strict: true }, c] },
      {
        tools: [
          { type: 'function', name: 'f', description: 'F', parameters: schema, strict: true },
          { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
          { type: 'function', name: 'f', parameters: closed, strict: true },
          { type: 'custom', name: 'c' },
        ],
      },
    ],
    [
      'a grammar',
      { tools: [{ ...c, grammar: { syntax: 'lark', definition: 'x' } }] },
      {
        tools: [{ type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }],
      },
    ],
    ['any tool', { tools: [f], toolChoice: { mode: 'any' } }, { tool_choice: 'required' }],
    ['any of none', { toolChoice: { mode: 'auto', names: [] } }, {}],
    ['none', { tools: [f], toolChoice: { mode: 'none', names: ['f'] } }, { tool_choice: 'none' }],
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
    ['one at a time', { tools: [f], parallelTools: false }, { parallel_tool_calls: false }],
    [
      'JSON',
      { format: { type: 'json' }, verbosity: 'low' },
      {
        text: { format: { type: 'json_object' }, verbosity: 'low' },
        input: [{ role: 'system', content: [{ type: 'input_text', text: 'Answer with a JSON object.' }] }],
      },
    ],
    [
      'a schema',
      { format: { type: 'schema', schema: { a: 1 } } },
      { text: { format: { type: 'json_schema', name: 'answer', schema: { a: 1 } } } },
    ],
    [
      'effort, and to see thought',
      { reasoning: { effort: 'low', visible: true } },
      { reasoning: { effort: 'low', summary: 'auto' } },
    ],
    ['no thought', { reasoning: { effort: 'none' } }, { reasoning: { effort: 'none' }, include: undefined }],
    [
      'likelihoods',
      { sampling: { topLogprobs: 0, temperature: 0, topP: 1 } },
      { top_logprobs: 0, include: [sealed, 'message.output_text.logprobs'], temperature: 0, top_p: 1 },
    ],
    ['the standard tier', { serviceTier: 'standard' }, { service_tier: 'default' }],
    [
      'for whom, and why',
      { endUser: 'alice', cacheKey: 'k', metadata: { a: 'b' } },
      { safety_identifier: 'acme:alice', prompt_cache_key: 'acme:k', metadata: { a: 'b' } },
    ],
  ])('%s', (_, call, expected) => {
    const { body, dropped } = encode({ ...call, stream: true })
    const { tools } = body
    expect(body).toEqual({ ...head, stream: true, input: [], ...said({ tools }), ...expected })
    expect(dropped).toEqual([])
  })

  test.each([
    [0, 'none'],
    [1024, 'low'],
    [10_000, 'medium'],
    [32_000, 'high'],
  ])('a budget of %i tokens of thought is %s effort, or as near as one gets', (budget, effort) => {
    const { body, dropped } = encode({ reasoning: { budget } })
    expect(body['reasoning']).toEqual({ effort })
    expect(dropped).toEqual(['reasoning_budget'])
    expect(encode({ reasoning: { budget, effort: 'max' } }).body['reasoning']).toEqual({ effort: 'max' })
  })

  test('thought that comes back sealed asks for more of the kind', () => {
    const part: Part = { type: 'reasoning', text: '', seal: { by: 'openai', value: 'g' } }
    const reasoning = { effort: 'none' } as const
    expect(encode({ reasoning, turns: [{ role: 'assistant', parts: [part] }] }).body['include']).toEqual([
      sealed,
    ])
    expect(encode({ reasoning: { effort: 'none' } }).body).not.toHaveProperty('include')
  })
})

test('an error is read in an envelope, without one, and by its type', () => {
  const read = (body: string) => openaiResponses.readError(bytesOf(body))
  expect(read('{"error":{"code":"c","message":"m"}}')).toEqual({ code: 'c', message: 'm' })
  expect(read('{"code":1302,"message":"m"}')).toEqual({ code: '1302', message: 'm' })
  expect(read('{"error":{"code":null,"type":"t"}}')).toEqual({ code: 't' })
  for (const body of ['', '[]', '{}', '<html>']) expect(read(body)).toEqual({})
})
