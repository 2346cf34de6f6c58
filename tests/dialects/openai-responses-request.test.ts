import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { readRequest } from '../../src/dialects/openai-responses/read-request.ts'
import { bytesOf } from './splits.ts'

const base = { model: 'gpt-5.2', input: 'hi' }
const read = (body: object) => readRequest({ body: bytesOf(JSON.stringify(body)) })
const item = (item: unknown) => ({ ...base, input: [item] })

/** The error that a body is refused with. */
function refusal(body: object | string) {
  try {
    readRequest({ body: bytesOf(typeof body === 'string' ? body : JSON.stringify(body)) })
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return { code: error.code, param: error.details.param, message: error.message }
  }
  throw new Error('It was not refused.')
}

describe('a field of the wrong kind is named', () => {
  test.each<[string, object, string]>([
    ['no model', { input: 'hi' }, 'model'],
    ['an empty model', { ...base, model: '' }, 'model'],
    ['no input', { model: 'a' }, 'input'],
    ['input that is an object', { ...base, input: {} }, 'input'],
    ['input of texts', item('hi'), 'input'],
    ['an item without a type', item({ content: 'hi' }), 'input'],
    ['an item with a number for a type', item({ type: 7, role: 'user', content: 'hi' }), 'input'],
    ['a reference without an id', item({ type: 'item_reference' }), 'input'],
    ['stream as a text', { ...base, stream: 'true' }, 'stream'],
    ['store as a text', { ...base, store: 'false' }, 'store'],
    ['a cap of zero', { ...base, max_output_tokens: 0 }, 'max_output_tokens'],
    ['a cap in fractions', { ...base, max_output_tokens: 1.5 }, 'max_output_tokens'],
    ['tools as an object', { ...base, tools: {} }, 'tools'],
    ['include as a text', { ...base, include: 'all' }, 'include'],
    ['previous_response_id as a number', { ...base, previous_response_id: 7 }, 'previous_response_id'],
    ['user as a number', { ...base, user: 7 }, 'user'],
    ['a long user', { ...base, user: 'x'.repeat(257) }, 'user'],
    ['prompt_cache_key as a list', { ...base, prompt_cache_key: [] }, 'prompt_cache_key'],
    ['reasoning as a text', { ...base, reasoning: 'high' }, 'reasoning'],
  ])('%s', (_, body, param) => expect(refusal(body)).toMatchObject({ code: 'invalid_request', param }))
})

describe('what no price or owner is known for is refused, unless it is off', () => {
  test.each<[string, unknown]>([
    ['models', ['a', 'b']],
    ['plugins', [{ id: 'web' }]],
    ['web_search_options', {}],
    ['n', 2],
    ['max_tokens', 5],
    ['max_completion_tokens', 5],
    ['service_tier', 'priority'],
    ['service_tier', 'flex'],
    ['background', true],
    ['conversation', 'conv_1'],
    ['conversation', { id: 'conv_1' }],
    ['prompt', { id: 'pmpt_1' }],
    ['context_management', [{ type: 'compaction' }]],
    ['access_programs', { cyber: 'daybreak_red' }],
    ['reasoning', { mode: 'pro' }],
    ['prompt_cache_options', { ttl: '12h' }],
    ['prompt_cache_options', { comparison_response_id: 'resp_1' }],
    ...[
      'web_search',
      'web_search_preview',
      'file_search',
      'code_interpreter',
      'image_generation',
      'mcp',
      'computer',
      'computer_use_preview',
      'programmatic_tool_calling',
      'constructor',
    ].map((type): [string, unknown] => ['tools', [{ type }]]),
    ['tools', [{ type: 'shell' }]],
    ['tools', [{ type: 'shell', environment: { type: 'container_auto' } }]],
    ['tools', [{ type: 'tool_search' }]],
    ['tools', [{ type: 'tool_search', execution: 'server' }]],
    ['tools', [{ type: 'namespace', name: 'n', tools: [{ type: 'mcp' }] }]],
    ['tools', [{ name: 'no type' }]],
    ['tools', [null]],
  ])('%s: %j', (param, value) => {
    expect(refusal({ ...base, [param]: value })).toMatchObject({ code: 'invalid_request', param })
  })

  test.each<[string, unknown]>([
    ['service_tier', 'auto'],
    ['service_tier', 'default'],
    ['background', false],
    ['n', 1],
    ['context_management', []],
    ['reasoning', { effort: 'high', mode: 'standard' }],
    ['prompt_cache_options', { mode: 'explicit', ttl: '30m' }],
    ['prompt_cache_retention', '24h'],
    ['moderation', { model: 'omni-moderation-latest' }],
    ['max_tool_calls', 3],
    [
      'tools',
      [
        { type: 'function', name: 'f', parameters: {} },
        { type: 'custom', name: 'c' },
        { type: 'apply_patch' },
        { type: 'local_shell' },
        { type: 'shell', environment: { type: 'local' } },
        { type: 'tool_search', execution: 'client' },
        { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f' }] },
      ],
    ],
    ...[
      'tools',
      'store',
      'stream',
      'conversation',
      'prompt',
      'reasoning',
      'previous_response_id',
      'user',
    ].map((name): [string, unknown] => [name, null]),
  ])('%s may be %j', (name, value) => expect(read({ ...base, [name]: value }).model).toBe('gpt-5.2'))

  test.each<[string, object, string]>([
    ['a tool of the provider’s by an item', { type: 'additional_tools', tools: [{ type: 'mcp' }] }, 'input'],
    ['one that a search found', { type: 'tool_search_output', tools: [{ type: 'web_search' }] }, 'input'],
    ['a call of the provider’s', { type: 'code_interpreter_call', id: 'ci_1', code: '1' }, 'input'],
    ['an order to compact', { type: 'compaction_trigger' }, 'input'],
    [
      'a cache that is kept for long',
      {
        role: 'user',
        content: [{ type: 'input_text', text: 'a', prompt_cache_breakpoint: { ttl: '12h' } }],
      },
      'prompt_cache_breakpoint.ttl',
    ],
  ])('%s', (_, told, param) => {
    expect(refusal(item(told))).toMatchObject({ code: 'invalid_request', param })
  })

  test.each<[string, object]>([
    ['a file by its id', { role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }],
    ['an image by its id', { role: 'user', content: [{ type: 'input_image', file_id: 'file-1' }] }],
    ['a container', { type: 'shell_call', environment: { type: 'container_reference', container_id: 'c' } }],
    ['a picture that the provider keeps', { type: 'image_generation_call', id: 'ig_1', status: 'completed' }],
  ])('%s was never issued to this org', (_, told) => expect(refusal(item(told)).code).toBe('not_found'))

  test('a citation of a file opens nothing, and may stay', () => {
    const annotations = [{ type: 'file_citation', file_id: 'file-1', index: 0, filename: 'a' }]
    const content = [{ type: 'output_text', text: 'a', annotations }]
    expect(read(item({ role: 'assistant', content })).model).toBe('gpt-5.2')
  })
})

test.each([
  ['repeated', '{"model":"a","input":"hi","model":"b"}', 'model'],
  ['escaped', String.raw`{"mod\u0065l":"a","input":"hi"}`, 'model'],
  ['in capitals', '{"model":"a","input":"hi","Background":true}', 'background'],
  ['a long s, which folds to s', '{"model":"a","input":"hi","\u017ftore":true}', 'store'],
  ['repeated further down', '{"model":"a","input":[{"role":"user","content":"x","content":"y"}]}', undefined],
])('a field that others may read in another way is refused: %s', (_, body, param) =>
  expect(refusal(body)).toMatchObject({ code: 'invalid_request', param }),
)

describe('what a request asks for', () => {
  test.each<[string, object, object]>([
    [
      'nothing in particular',
      {},
      { stream: false, answers: 1, extraOutputTokens: 0, wantsStored: true, itemReferences: [] },
    ],
    ['a stream', { stream: true }, { stream: true }],
    ['a cap', { max_output_tokens: 7 }, { outputCap: 7 }],
    ['that nothing is kept', { store: false }, { wantsStored: false }],
    ['that it is kept', { store: true }, { wantsStored: true }],
    ['to go on', { previous_response_id: 'resp_1' }, { previousResponseId: 'resp_1' }],
    [
      'what is kept',
      { input: [{ type: 'item_reference', id: 'msg_1' }, { id: 'rs_1' }, { role: 'user', content: 'a' }] },
      { itemReferences: ['msg_1', 'rs_1'] },
    ],
    ['for somebody', { user: 'alice' }, { endUser: 'alice' }],
    ['for somebody by the new name', { user: 'alice', safety_identifier: 'bob' }, { endUser: 'bob' }],
    ['for somebody in metadata', { metadata: { user_id: 'carol' } }, { endUser: 'carol' }],
  ])('%s', (_, fields, expected) => expect(read({ ...base, ...fields })).toMatchObject(expected))

  test('to go on may need no input', () => {
    expect(read({ model: 'a', previous_response_id: 'resp_1' }).previousResponseId).toBe('resp_1')
  })
})

test('whatever a request holds, it is read or refused by name', () => {
  const fields = [
    'input',
    'tools',
    'reasoning',
    'text',
    'metadata',
    'include',
    'tool_choice',
    'store',
    'user',
  ]
  const request = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 4 }))
  fc.assert(
    fc.property(request, fc.jsonValue(), (fields, item) => {
      for (const body of [fields, { ...fields, input: [item] }, { ...fields, input: 'hi' }])
        try {
          openaiResponses.decodeCall(read({ model: 'a', ...body }))
        } catch (error) {
          if (!(error instanceof WeirError)) throw error
        }
    }),
    { numRuns: 500 },
  )
})
