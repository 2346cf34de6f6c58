import { describe, expect, test } from 'vitest'
import { deepseek } from '../../providers/deepseek.ts'
import { openai } from '../../providers/openai.ts'
import type { ChatCall, Part, Tool } from '../../src/core/chat/call.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { blank, encode, target, text } from './openai-chat-calls.ts'

const said = (...parts: Part[]) => ({ role: 'user' as const, parts })

test('a call that says nothing', () => {
  expect(encode({})).toEqual({
    body: { model: 'gpt-5.2', messages: [], max_completion_tokens: 4096 },
    dropped: [],
  })
})

describe('wishes', () => {
  const tools: Tool[] = [
    { kind: 'function', name: 'f', description: 'Finds.', schema: { type: 'object' }, strict: false },
    { kind: 'custom', name: 'g', grammar: { syntax: 'regex', definition: 'a' } },
  ]

  test.each<[string, Partial<ChatCall>, object, string[]]>([
    [
      'tools',
      { tools, parallelTools: false },
      {
        parallel_tool_calls: false,
        tools: [
          {
            type: 'function',
            function: { name: 'f', description: 'Finds.', parameters: { type: 'object' }, strict: false },
          },
          {
            type: 'custom',
            custom: { name: 'g', format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a' } } },
          },
        ],
      },
      [],
    ],
    ['some tool', { tools, toolChoice: { mode: 'any' } }, { tool_choice: 'required' }, []],
    [
      'this tool',
      { tools, toolChoice: { mode: 'any', names: ['g'] } },
      { tool_choice: { type: 'custom', custom: { name: 'g' } } },
      [],
    ],
    [
      'these tools or none',
      { tools, toolChoice: { mode: 'auto', names: ['f'] } },
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
      },
      [],
    ],
    ['some tool of none', { toolChoice: { mode: 'any' } }, {}, ['tool_choice']],
    ['one tool of none at a time', { toolChoice: { mode: 'auto' }, parallelTools: false }, {}, []],
    [
      'JSON',
      { format: { type: 'json' } },
      {
        response_format: { type: 'json_object' },
        messages: [{ role: 'system', content: 'Answer with a JSON object.' }],
      },
      [],
    ],
    [
      'JSON of a shape without a name',
      { format: { type: 'schema', schema: {} } },
      { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: {} } } },
      [],
    ],
    ['much thought', { reasoning: { effort: 'xhigh', visible: false } }, { reasoning_effort: 'xhigh' }, []],
    [
      'much thought to see',
      { reasoning: { effort: 'max', visible: true } },
      { reasoning_effort: 'xhigh' },
      ['reasoning_visible'],
    ],
    [
      'thought of so many tokens',
      { reasoning: { budget: 2048 } },
      { reasoning_effort: 'low' },
      ['reasoning_budget'],
    ],
    ['more of them', { reasoning: { budget: 8000 } }, { reasoning_effort: 'medium' }, ['reasoning_budget']],
    ['very many', { reasoning: { budget: 32_000 } }, { reasoning_effort: 'high' }, ['reasoning_budget']],
    ['none', { reasoning: { budget: 0 } }, { reasoning_effort: 'none' }, ['reasoning_budget']],
    [
      'odds',
      { sampling: { temperature: 0, topP: 1, topK: 5, seed: 7, presencePenalty: 1, frequencyPenalty: 0 } },
      { temperature: 0, top_p: 1, seed: 7, presence_penalty: 1, frequency_penalty: 0 },
      ['top_k'],
    ],
    ['chances', { sampling: { topLogprobs: 0 } }, { logprobs: true }, []],
    ['more chances', { sampling: { topLogprobs: 2 } }, { logprobs: true, top_logprobs: 2 }, []],
    ['few words', { verbosity: 'low' }, { verbosity: 'low' }, []],
    ['the standard tier', { serviceTier: 'standard' }, { service_tier: 'default' }, []],
    ['another tier, whose price is not known', { serviceTier: 'priority' }, {}, ['service_tier']],
    ['answers', { answers: 2 }, {}, ['n']],
    ['records', { metadata: { a: 'b' } }, {}, ['metadata']],
    ['ids', { endUser: 'ann', cacheKey: 'k' }, { user: 'acme:ann', prompt_cache_key: 'acme:k' }, []],
    ['a stream', { stream: true }, { stream: true, stream_options: { include_usage: true } }, []],
  ])('%s', (...[, call, fields, dropped]) => {
    const body = { model: 'gpt-5.2', messages: [], max_completion_tokens: 4096, ...fields }
    const encoded = encode(call)
    expect({ ...encoded, body: { ...encoded.body } }).toMatchObject({ body, dropped })
    if (!call.tools) expect(encoded.body).toEqual(body)
  })

  test('to stop are four at most', () => {
    const stop = ['a', 'b', 'c', 'd', 'e']
    expect(encode({ stop }, { upstreamModel: 'gpt-4.1' })).toMatchObject({
      body: { stop: ['a', 'b', 'c', 'd'] },
      dropped: ['stop'],
    })
  })

  test('of a provider that departs from this dialect', () => {
    const call = { stream: true, outputCap: 99_999 }
    expect(encode(call, { quirks: { ...deepseek.quirks, streamOptions: false } }).body).toEqual({
      model: 'gpt-5.2',
      messages: [],
      max_tokens: 4096,
      stream: true,
    })
  })
})

test('what goes up is what the passthrough reads', () => {
  const { body } = openaiChat.encodeCall({ ...blank, turns: [said(text('a'))], stream: true }, target)
  const request = openaiChat.read({ body })
  expect(request).toMatchObject({ model: 'gpt-5.2', stream: true, outputCap: 4096 })
  expect(openaiChat.refusalFor(request, openai.quirks)).toBeUndefined()
})
