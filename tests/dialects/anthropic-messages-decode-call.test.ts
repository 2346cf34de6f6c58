import { describe, expect, test } from 'vitest'
import { packSeal } from '../../src/core/chat/seal.ts'
import { WeirError } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { read } from './anthropic-events.ts'

const decode = (fields: object = {}) => anthropicMessages.decodeCall(read(fields))
/** The parts of a single message. */
const parts = (content: unknown, role = 'user') => decode({ messages: [{ role, content }] }).turns[0]?.parts

function refusal(fields: object): WeirError {
  try {
    decode(fields)
  } catch (error) {
    if (error instanceof WeirError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

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
    expect(decode({ output_config: { format } }).format).toEqual({ type: 'schema', schema })
    expect(decode({ output_format: format }).format).toEqual({ type: 'schema', schema })
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

describe('what is in a message', () => {
  test('texts, with marks and where they come from', () => {
    const citation = {
      type: 'page_location',
      cited_text: 'wet',
      document_index: 1,
      document_title: null,
      start_page_number: 2,
      end_page_number: 3,
    }
    expect(
      parts([{ type: 'text', text: 'It is wet.', citations: [citation, { type: 'new' }], ...mark }]),
    ).toEqual([
      {
        type: 'text',
        text: 'It is wet.',
        citations: [{ type: 'document', index: 1, quote: 'wet', unit: 'page', from: 2, to: 3 }],
        cache,
      },
    ])
    expect(parts('')).toEqual([])
  })

  test('images and documents', () => {
    const bytes = { type: 'base64', media_type: 'image/png', data: 'AAAA' }
    const about = { title: 'T', context: 'C', citations: { enabled: true } }
    expect(
      parts([
        { type: 'image', source: bytes, ...mark },
        { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
        { type: 'document', source: { ...bytes, media_type: 'application/pdf' }, ...about },
        { type: 'document', source: { type: 'url', url: 'https://x/y' }, title: null },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'abc' } },
        {
          type: 'document',
          source: {
            type: 'content',
            content: [
              { type: 'text', text: 'a' },
              { type: 'image', source: bytes },
            ],
          },
        },
        {
          type: 'search_result',
          source: 'https://x',
          title: 'T',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ]),
    ).toEqual([
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, cache },
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
        name: 'T',
        context: 'C',
        cite: true,
      },
      { type: 'document', source: { type: 'url', url: 'https://x/y', mediaType: 'application/pdf' } },
      { type: 'document', source: { type: 'text', text: 'abc' } },
      { type: 'document', source: { type: 'text', text: 'a' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
      { type: 'document', source: { type: 'text', text: 'a\nb' }, name: 'T', context: 'https://x' },
    ])
  })

  test('calls of tools and their results', () => {
    expect(
      parts([{ type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 }, ...mark }], 'assistant'),
    ).toEqual([
      { type: 'tool_call', id: 'toolu_1', name: 'f', arguments: '{"a":1}', kind: 'function', cache },
    ])
    const image = { type: 'image', source: { type: 'url', url: 'https://x' } }
    expect(
      parts([
        {
          type: 'tool_result',
          tool_use_id: 'a',
          content: [{ type: 'text', text: 'x' }, image],
          is_error: true,
        },
        { type: 'tool_result', tool_use_id: 'b', content: 'y', ...mark },
        { type: 'tool_result', tool_use_id: 'c' },
      ]),
    ).toEqual([
      {
        type: 'tool_result',
        callId: 'a',
        content: [{ type: 'text', text: 'x' }, image],
        isError: true,
        kind: 'function',
      },
      {
        type: 'tool_result',
        callId: 'b',
        content: [{ type: 'text', text: 'y' }],
        isError: false,
        kind: 'function',
        cache,
      },
      { type: 'tool_result', callId: 'c', content: [], isError: false, kind: 'function' },
    ])
  })

  test('thoughts, with the seal of whoever made it', () => {
    const google = { by: 'google', value: 'xyz' } as const
    const openai = { by: 'openai', value: 'xyz', id: 'rs_1', locked: true } as const
    expect(
      parts(
        [
          { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
          { type: 'thinking', thinking: 'Hm.', signature: '' },
          { type: 'thinking', thinking: '', signature: 'EqQB' },
          { type: 'redacted_thinking', data: 'abc' },
          { type: 'redacted_thinking', data: packSeal(google) },
          { type: 'thinking', thinking: 'Sum.', signature: packSeal(openai) },
        ],
        'assistant',
      ),
    ).toEqual([
      { type: 'reasoning', text: 'Hm.', seal: { by: 'anthropic', value: 'EqQB' } },
      { type: 'reasoning', text: 'Hm.' },
      { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'EqQB' } },
      { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'abc', locked: true } },
      { type: 'reasoning', text: '', seal: google },
      { type: 'reasoning', text: 'Sum.', seal: openai },
    ])
  })

  test('what the conversation before came down to', () => {
    expect(parts([{ type: 'compaction', content: 'We spoke of weirs.' }])).toEqual([
      { type: 'text', text: 'We spoke of weirs.' },
    ])
  })

  test('instructions in mid-conversation', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: [{ type: 'text', text: 'b' }] },
      { role: 'assistant', content: 'c' },
    ]
    expect(decode({ messages }).turns.map(({ role }) => role)).toEqual(['user', 'system', 'assistant'])
  })

  test('a mark on the whole request is one on the last thing that can have one', () => {
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'y' }] },
    ]
    expect(decode({ messages, cache_control: { type: 'ephemeral' } }).turns[0]?.parts).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache: {} },
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
    expect(refusal(fields)).toMatchObject({ code: 'invalid_request', details: { param } })
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
    expect(refusal(fields)).toMatchObject({ code: 'cannot_translate', details: { param } })
  })
})
