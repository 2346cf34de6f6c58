import { describe, expect, test } from 'vitest'
import { blank, decode, refusalOf } from './openai-chat-calls.ts'

const schema = { type: 'object', properties: {} }
const tool = {
  type: 'function',
  function: { name: 'f', description: 'Finds.', parameters: schema, strict: true },
}
const allowed = (mode: string) => ({
  type: 'allowed_tools',
  allowed_tools: {
    mode,
    tools: [
      { type: 'function', function: { name: 'f' } },
      { type: 'custom', custom: { name: 'g' } },
    ],
  },
})

test('a request that asks for nothing in particular', () => expect(decode({})).toEqual(blank))

describe('what a request asks for', () => {
  test.each<[string, object, object]>([
    [
      'tools',
      { tools: [tool] },
      { tools: [{ kind: 'function', name: 'f', description: 'Finds.', schema, strict: true }] },
    ],
    [
      'custom tools, one with a grammar',
      {
        tools: [
          { type: 'custom', custom: { name: 'g', format: { type: 'text' } } },
          {
            type: 'custom',
            custom: { name: 'h', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } },
          },
        ],
      },
      {
        tools: [
          { kind: 'custom', name: 'g' },
          { kind: 'custom', name: 'h', grammar: { syntax: 'lark', definition: 'x' } },
        ],
      },
    ],
    [
      'old functions',
      { functions: [{ name: 'f', parameters: schema }], function_call: { name: 'f' } },
      {
        tools: [{ kind: 'function', name: 'f', schema }],
        toolChoice: { mode: 'any', names: ['f'] },
        parallelTools: false,
      },
    ],
    ['no tool', { tool_choice: 'none' }, { toolChoice: { mode: 'none' } }],
    ['whatever tool', { tool_choice: 'auto' }, { toolChoice: { mode: 'auto' } }],
    ['some tool', { tool_choice: 'required' }, { toolChoice: { mode: 'any' } }],
    [
      'this tool',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { toolChoice: { mode: 'any', names: ['f'] } },
    ],
    [
      'this custom tool',
      { tool_choice: { type: 'custom', custom: { name: 'g' } } },
      { toolChoice: { mode: 'any', names: ['g'] } },
    ],
    [
      'one of these',
      { tool_choice: allowed('required') },
      { toolChoice: { mode: 'any', names: ['f', 'g'] } },
    ],
    ['these or none', { tool_choice: allowed('auto') }, { toolChoice: { mode: 'auto', names: ['f', 'g'] } }],
    ['one tool at a time', { parallel_tool_calls: false }, { parallelTools: false }],
    ['any text', { response_format: { type: 'text' } }, {}],
    ['JSON', { response_format: { type: 'json_object' } }, { format: { type: 'json' } }],
    [
      'JSON of a shape',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', description: 'd', schema, strict: true },
        },
      },
      { format: { type: 'schema', name: 'n', description: 'd', schema, strict: true } },
    ],
    ['little thought', { reasoning_effort: 'minimal' }, { reasoning: { effort: 'minimal' } }],
    ['few words', { verbosity: 'low' }, { verbosity: 'low' }],
    [
      'odds',
      { temperature: 0, top_p: 0.5, top_k: 3, seed: 7, presence_penalty: -1, frequency_penalty: 1 },
      { sampling: { temperature: 0, topP: 0.5, topK: 3, seed: 7, presencePenalty: -1, frequencyPenalty: 1 } },
    ],
    ['its chances', { logprobs: true }, { sampling: { topLogprobs: 0 } }],
    ['the chances of others', { logprobs: true, top_logprobs: 5 }, { sampling: { topLogprobs: 5 } }],
    ['no chances', { logprobs: false, top_logprobs: 0 }, {}],
    ['an end', { stop: 'x' }, { stop: ['x'] }],
    ['ends', { stop: ['x', '', 'y'] }, { stop: ['x', 'y'] }],
    ['a cap, by its old name', { max_tokens: 7 }, { outputCap: 7 }],
    ['a cap', { max_completion_tokens: 8 }, { outputCap: 8 }],
    ['answers in a stream', { n: 3, stream: true }, { answers: 3, stream: true }],
    ['the standard tier', { service_tier: 'default' }, { serviceTier: 'standard' }],
    ['whatever tier', { service_tier: 'auto' }, {}],
    [
      'records',
      { user: 'ann', prompt_cache_key: 'k', metadata: { team: 'a' } },
      { endUser: 'ann', cacheKey: 'k', metadata: { team: 'a' } },
    ],
  ])('%s', (_, fields, expected) => expect(decode(fields)).toEqual({ ...blank, ...expected }))
})

describe('what has no place in a call', () => {
  test('is named', () => {
    const fields = {
      logit_bias: { 50256: -100 },
      prediction: { type: 'content', content: 'x' },
      modalities: ['text', 'audio'],
      audio: { voice: 'alloy', format: 'wav' },
      moderation: { model: 'omni' },
      prompt_cache_options: { mode: 'explicit' },
      prompt_cache_retention: 'in_memory',
      enable_thinking: false,
    }
    expect(decode(fields).foreign).toEqual(Object.keys(fields))
  })

  test('but asks for nothing is not', () => {
    const fields = {
      logit_bias: {},
      modalities: ['text'],
      audio: null,
      plugins: [],
      store: false,
      best_of: 1,
      stream_options: { include_usage: true },
    }
    expect(decode(fields).foreign).toEqual([])
  })

  test('is one of two end users', () => {
    expect(decode({ safety_identifier: 'ann', user: 'bob' })).toMatchObject({
      endUser: 'ann',
      foreign: ['user'],
    })
    expect(decode({ safety_identifier: 'ann', user: 'ann' }).foreign).toEqual([])
  })

  test('is a field of a tool that nobody knows', () => {
    const tools = [{ ...tool, defer_loading: true, function: { ...tool.function, examples: [1] } }]
    expect(decode({ tools }).foreign).toEqual(['defer_loading', 'examples'])
  })
})

describe('a field of the wrong kind is named', () => {
  test.each<[object, string]>([
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ tools: [{ type: 'function', function: { name: '' } }] }, 'tools[0].function.name'],
    [
      { tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] },
      'tools[0].function.parameters',
    ],
    [
      { tools: [{ type: 'custom', custom: { name: 'g', format: { type: 'regex' } } }] },
      'tools[0].custom.format.type',
    ],
    [{ functions: {} }, 'functions'],
    [{ tool_choice: 'any' }, 'tool_choice'],
    [{ tool_choice: { type: 'function' } }, 'tool_choice.function'],
    [{ tool_choice: { type: 'allowed_tools' } }, 'tool_choice.allowed_tools'],
    [{ function_call: 'required' }, 'function_call'],
    [{ parallel_tool_calls: 'no' }, 'parallel_tool_calls'],
    [{ response_format: 'json' }, 'response_format'],
    [{ response_format: { type: 'yaml' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort'],
    [{ verbosity: 3 }, 'verbosity'],
    [{ temperature: '1' }, 'temperature'],
    [{ seed: 1.5 }, 'seed'],
    [{ top_logprobs: 2 }, 'top_logprobs'],
    [{ logprobs: 1 }, 'logprobs'],
    [{ stop: [5] }, 'stop'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ messages: [5] }, 'messages[0]'],
  ])('%j', (fields, param) => expect(refusalOf(fields)).toEqual({ code: 'invalid_request', param }))
})
