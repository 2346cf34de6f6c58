import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { requestOf } from './openai-responses-wire.ts'

const decode = (fields: object = {}) => openaiResponses.decodeCall(requestOf(fields))

/** The error that a request is refused with. */
function refusal(fields: object) {
  try {
    decode(fields)
  } catch (error) {
    if (error instanceof WeirError) return { code: error.code, param: error.details.param }
    throw error
  }
  throw new Error('It was not refused.')
}

const text = (text: string) => ({ type: 'text', text })
const user = { role: 'user', content: 'hi' }

test('a plain request is a plain call', () => {
  expect(decode()).toEqual({
    system: [],
    turns: [{ role: 'user', parts: [text('hi')] }],
    tools: [],
    sampling: {},
    stop: [],
    answers: 1,
    stream: false,
    foreign: [],
  })
})

describe('wishes', () => {
  test.each<[string, object, object]>([
    ['cap and stream', { max_output_tokens: 7, stream: true }, { outputCap: 7, stream: true }],
    [
      'tools',
      {
        tools: [
          {
            type: 'function',
            name: 'f',
            description: 'F',
            parameters: { type: 'object' },
            strict: true,
            defer_loading: true,
          },
          { type: 'function', name: 'g', parameters: null, strict: null },
          { type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
        ],
      },
      {
        tools: [
          { kind: 'function', name: 'f', description: 'F', schema: { type: 'object' }, strict: true },
          { kind: 'function', name: 'g' },
          { kind: 'custom', name: 'c', grammar: { syntax: 'lark', definition: 'x' } },
        ],
        foreign: ['defer_loading'],
      },
    ],
    [
      'tools that come in later',
      { input: [{ type: 'additional_tools', tools: [{ type: 'function', name: 'f' }] }] },
      { tools: [{ kind: 'function', name: 'f' }] },
    ],
    ['any tool', { tool_choice: 'required' }, { toolChoice: { mode: 'any' } }],
    ['no tool', { tool_choice: 'none' }, { toolChoice: { mode: 'none' } }],
    [
      'one tool',
      { tool_choice: { type: 'custom', name: 'f' } },
      { toolChoice: { mode: 'any', names: ['f'] } },
    ],
    [
      'some tools',
      {
        tool_choice: {
          type: 'allowed_tools',
          mode: 'auto',
          tools: [
            { type: 'function', name: 'f' },
            { type: 'function', name: 'g' },
          ],
        },
      },
      { toolChoice: { mode: 'auto', names: ['f', 'g'] } },
    ],
    ['one at a time', { parallel_tool_calls: false }, { parallelTools: false }],
    ['JSON', { text: { format: { type: 'json_object' } } }, { format: { type: 'json' } }],
    [
      'a schema',
      {
        text: {
          format: { type: 'json_schema', name: 'n', schema: { a: 1 }, strict: true },
          verbosity: 'low',
        },
      },
      { format: { type: 'schema', name: 'n', schema: { a: 1 }, strict: true }, verbosity: 'low' },
    ],
    ['effort', { reasoning: { effort: 'xhigh' } }, { reasoning: { effort: 'xhigh' } }],
    ['to see thought', { reasoning: { summary: 'auto' } }, { reasoning: { visible: true } }],
    [
      'both',
      { reasoning: { effort: 'low', generate_summary: 'concise', context: 'all_turns' } },
      { reasoning: { effort: 'low', visible: true }, foreign: ['reasoning.context'] },
    ],
    ['sampling', { temperature: 0, top_p: 0.5 }, { sampling: { temperature: 0, topP: 0.5 } }],
    ['likelihoods', { include: ['message.output_text.logprobs'] }, { sampling: { topLogprobs: 0 } }],
    ['alternatives', { top_logprobs: 3 }, { sampling: { topLogprobs: 3 } }],
    ['none of them', { top_logprobs: 0 }, { sampling: {} }],
    ['the standard tier', { service_tier: 'default' }, { serviceTier: 'standard' }],
    [
      'for whom, and why',
      { safety_identifier: 'a', prompt_cache_key: 'k', metadata: { x: 'y' } },
      { endUser: 'a', cacheKey: 'k', metadata: { x: 'y' } },
    ],
    [
      'what nobody else can do',
      { truncation: 'auto', max_tool_calls: 3, prompt_cache_retention: '24h', unheard_of: 1 },
      { foreign: ['truncation', 'max_tool_calls', 'prompt_cache_retention', 'unheard_of'] },
    ],
    [
      'nothing that is lost',
      {
        truncation: 'disabled',
        store: true,
        background: false,
        stream_options: { include_obfuscation: false },
        include: ['reasoning.encrypted_content'],
        unheard_of: null,
      },
      { foreign: [] },
    ],
    [
      'nothing but what it is told of the past',
      { input: [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }, user] },
      { foreign: ['web_search_call'] },
    ],
  ])('%s', (_, fields, expected) => expect(decode(fields)).toMatchObject(expected))
})

describe('what is wrong is named', () => {
  test.each<[string, object, string]>([
    ['instructions', { instructions: ['a'] }, 'instructions'],
    ['temperature', { temperature: '1' }, 'temperature'],
    ['a tool without a name', { tools: [{ type: 'function' }] }, 'tools'],
    ['parameters', { tools: [{ type: 'function', name: 'f', parameters: [] }] }, 'tools'],
    ['tool_choice', { tool_choice: 'any' }, 'tool_choice'],
    ['text.format', { text: { format: { type: 'json_schema' } } }, 'text.format'],
    ['text.verbosity', { text: { verbosity: 'loud' } }, 'text.verbosity'],
    ['reasoning.effort', { reasoning: { effort: 'extreme' } }, 'reasoning.effort'],
    ['metadata', { metadata: { a: 1 } }, 'metadata'],
    ['parallel_tool_calls', { parallel_tool_calls: 1 }, 'parallel_tool_calls'],
    ['a role', { input: [{ role: 'tool', content: 'a' }] }, 'input'],
    ['a part', { input: [{ role: 'user', content: [{ type: 'video' }] }] }, 'input'],
    ['a text', { input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input'],
    [
      'an image',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:x' }] }] },
      'image_url',
    ],
    ['a call', { input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, 'input'],
    ['arguments', { input: [{ type: 'function_call', name: 'f', call_id: 'c', arguments: {} }] }, 'input'],
    ['an output', { input: [{ type: 'function_call_output', call_id: 'c' }] }, 'input'],
  ])('%s', (_, fields, param) => expect(refusal(fields)).toEqual({ code: 'invalid_request', param }))

  test.each<[string, object, string]>([
    ['a tool that only OpenAI knows', { tools: [{ type: 'apply_patch' }] }, 'tools'],
    ['a choice of one', { tool_choice: { type: 'apply_patch' } }, 'tool_choice'],
    ['an item that only OpenAI knows', { input: [{ type: 'local_shell_call', id: 'l' }] }, 'input'],
    ['what only OpenAI can read', { input: [{ type: 'compaction', encrypted_content: 'g' }] }, 'input'],
  ])('%s', (_, fields, param) => expect(refusal(fields)).toEqual({ code: 'cannot_translate', param }))

  test('what is kept must have been put in', () => {
    expect(refusal({ previous_response_id: 'resp_1' }).code).toBe('not_found')
    expect(refusal({ input: [{ id: 'msg_1' }] }).code).toBe('not_found')
  })
})
