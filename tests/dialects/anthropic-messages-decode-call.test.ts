import { describe, expect, test } from 'vitest'
import { decode, refusalOf } from './anthropic-calls.ts'

const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } }
const cache = { ttl: '1h' }

describe('a request in no wire format', () => {
  test('is as short as what was said', () => {
    expect(decode()).toEqual({
      system: [],
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
      tools: [],
      sampling: {},
      stop: [],
      outputCap: 1_000,
      answers: 1,
      stream: false,
      foreign: [],
    })
  })

  test('has all settings', () => {
    const call = decode({
      system: 'Be brief.',
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END'],
      stream: true,
      service_tier: 'standard_only',
      metadata: { user_id: 'alice' },
    })
    expect(call).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.' }],
      sampling: { temperature: 0.5, topP: 0.9, topK: 40 },
      stop: ['END'],
      stream: true,
      serviceTier: 'standard',
      endUser: 'alice',
    })
  })

  test('names what no other dialect has, and nothing that says nothing', () => {
    const call = decode({
      context_management: { edits: [] },
      thinking: { type: 'enabled', budget_tokens: 2_000, block_binding: {} },
      output_config: { effort: 'low', task_budget: { type: 'tokens', total: 5 } },
      something_new: 1,
      'x\ny': 1,
      nothing: null,
      metadata: { user_id: 'alice', team: 'search' },
      diagnostics: { previous_message_id: null },
      tools: [{ name: 'f', input_schema: { type: 'object' }, defer_loading: true, allowed_callers: null }],
      messages: [
        { role: 'user', content: [{ type: 'web_search_tool_result', tool_use_id: 'a', content: [] }] },
        { role: 'system', content: 'x', clear_at: 'next_user_message' },
      ],
    })
    expect(call.foreign.toSorted()).toEqual([
      'block_binding',
      'clear_at',
      'context_management',
      'defer_loading',
      'fields',
      'metadata',
      'something_new',
      'task_budget',
      'web_search_tool_result',
    ])
  })

  test.each([
    [{ type: 'adaptive' }, undefined, { visible: true }],
    [{ type: 'adaptive', display: 'omitted' }, 'max', { effort: 'max', visible: false }],
    [{ type: 'enabled', budget_tokens: 5_000 }, undefined, { budget: 5_000, visible: true }],
    [{ type: 'disabled' }, 'high', { effort: 'none' }],
    [{ type: 'between_tools' }, undefined, { effort: 'minimal' }],
    [undefined, 'low', { effort: 'low' }],
    [undefined, undefined, undefined],
  ])('thinks as %j with effort %s', (thinking, effort, reasoning) => {
    expect(decode({ thinking, output_config: { effort } }).reasoning).toEqual(reasoning)
  })

  test('answers in a format', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const format = { type: 'json_schema', schema }
    expect(decode({ output_config: { format } }).format).toEqual({ type: 'schema', schema, strict: true })
    expect(decode({ output_format: format }).format).toEqual({ type: 'schema', schema, strict: true })
  })

  test.each([
    [{ type: 'auto' }, { toolChoice: { mode: 'auto' } }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: { mode: 'any' }, parallelTools: false },
    ],
    [{ type: 'tool', name: 'f' }, { toolChoice: { mode: 'any', names: ['f'] } }],
    [{ type: 'none' }, { toolChoice: { mode: 'none' } }],
  ])('chooses tools by %j', (tool_choice, expected) => {
    expect(decode({ tool_choice })).toMatchObject(expected)
  })

  test('has tools', () => {
    const input_schema = { type: 'object', properties: {} }
    const tool = { name: 'f', description: 'F.', input_schema, strict: true, ...mark }
    expect(decode({ tools: [tool, { name: 'g', input_schema }] }).tools).toEqual([
      { kind: 'function', name: 'f', description: 'F.', schema: input_schema, strict: true, cache },
      { kind: 'function', name: 'g', schema: input_schema },
    ])
  })
})

describe('what cannot be read', () => {
  test.each([
    ['messages.0', { messages: ['Hi'] }],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages.0.content', { messages: [{ role: 'user', content: 7 }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: ['x'] }] }],
    ['messages.0.content.0.type', { messages: [{ role: 'user', content: [{}] }] }],
    [
      'messages.0.content.1.text',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }, { type: 'text' }] }] },
    ],
    ['messages.0.content.0.source', { messages: [{ role: 'user', content: [{ type: 'image' }] }] }],
    [
      'messages.0.content.0.input',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: 'x' }] }] },
    ],
    [
      'messages.0.content.0.cache_control.ttl',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: { ttl: '2h' } }] }] },
    ],
    ['system.0.type', { system: [{ type: 'image' }] }],
    ['system', { system: 7 }],
    ['tools.0.name', { tools: [{ input_schema: {} }] }],
    ['tools.0.input_schema', { tools: [{ name: 'f' }] }],
    ['tool_choice.type', { tool_choice: { type: 'all' } }],
    ['tool_choice.name', { tool_choice: { type: 'tool' } }],
    ['temperature', { temperature: 'hot' }],
    ['stop_sequences.0', { stop_sequences: [7] }],
    ['thinking.type', { thinking: { type: 'deep' } }],
    ['output_config', { output_config: 7 }],
    ['output_config.effort', { output_config: { effort: 'ultra' } }],
    ['output_config.format.type', { output_config: { format: { type: 'xml' } } }],
  ])('is refused with where it stands: %s', (param, fields) => {
    expect(refusalOf(fields)).toMatchObject({ code: 'invalid_request', details: { param } })
  })

  test.each([
    ['tools.0.type', { tools: [{ type: 'bash_20250124', name: 'bash' }] }],
    ['max_tokens', { max_tokens: 0 }],
    [
      'messages.0.content.0.type',
      {
        messages: [
          {
            role: 'system',
            content: [{ type: 'tool_removal', tool: { type: 'tool_reference', name: 'x' } }],
          },
        ],
      },
    ],
  ])('or cannot be carried: %s', (param, fields) => {
    expect(refusalOf(fields)).toMatchObject({ code: 'cannot_translate', details: { param } })
  })
})
