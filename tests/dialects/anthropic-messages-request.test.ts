import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { printCount, readCountTokens } from '../../src/dialects/anthropic-messages/count-tokens.ts'
import { quirks, read, request } from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

function refusal(fields: object): WeirError {
  try {
    read(fields)
  } catch (error) {
    if (error instanceof WeirError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

const base = JSON.stringify(request()).length

describe('what is read', () => {
  test('a plain request', () => {
    expect(read({ stream: true, metadata: { user_id: 'alice' } })).toMatchObject({
      model: 'claude-opus-5',
      stream: true,
      outputCap: 1_000,
      answers: 1,
      extraOutputTokens: 0,
      endUser: 'alice',
      size: { images: 0, unbounded: false },
    })
    expect(read().size.textBytes).toBe(base)
  })

  test('a request that only warms the cache is held for one token', () => {
    expect(read({ max_tokens: 0 }).outputCap).toBe(1)
  })

  test.each([
    ['max_tokens', { max_tokens: undefined }],
    ['max_tokens', { max_tokens: null }],
    ['max_tokens', { max_tokens: -1 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['max_tokens', { max_tokens: '5' }],
    ['max_tokens', { max_tokens: 10_000_001 }],
    ['model', { model: '' }],
    ['model', { model: undefined }],
    ['messages', { messages: {} }],
    ['stream', { stream: 'yes' }],
    ['metadata', { metadata: 'me' }],
    ['metadata.user_id', { metadata: { user_id: 7 } }],
    ['metadata.user_id', { metadata: { user_id: 'x'.repeat(257) } }],
    ['metadata.user_id', { metadata: { User_ID: 'alice' } }],
    ['tools', { tools: {} }],
  ])('%s is checked', (param, fields) => {
    expect(refusal(fields)).toMatchObject({ code: 'invalid_request', details: { param } })
  })

  test('a governed field that is spelt oddly, or twice, is refused', () => {
    const spelt = bytesOf('{"model":"a","Max_Tokens":5,"max_tokens":5,"messages":[]}')
    expect(() => anthropicMessages.read({ body: spelt })).toThrow(/max_tokens plainly/)
    const twice = bytesOf(
      '{"model":"a","max_tokens":5,"messages":[],"metadata":{"user_id":"a","user_id":"b"}}',
    )
    expect(() => anthropicMessages.read({ body: twice })).toThrow(/repeated/)
  })
})

describe('what would buy or keep something', () => {
  test.each([
    ['service_tier', 'priority'],
    ['speed', 'fast'],
    ['inference_geo', 'us'],
    ['container', 'cont_1'],
    ['mcp_servers', [{ type: 'url', url: 'https://x', name: 'x' }]],
    ['fallbacks', 'default'],
    ['fallbacks', [{ model: 'claude-opus-4-8' }]],
    ['fallback_credit_token', 'fct_1'],
    ['context_management', { edits: [{ type: 'compact_20260112' }] }],
    ['context_management', { edits: 'all' }],
    ['context_management', 7],
    ['compaction', { type: 'summarize' }],
    ['thread', { type: 'create' }],
    ['billing_policy', { type: 'billing_policy', bill_to: 'user_profile' }],
    ['diagnostics', { previous_message_id: 'msg_1' }],
  ])('%s is refused by name: %j', (param, value) => {
    expect(refusal({ [param]: value })).toMatchObject({ code: 'invalid_request', details: { param } })
  })

  test.each([
    { service_tier: 'auto' },
    { service_tier: 'standard_only' },
    { service_tier: null },
    { speed: 'standard' },
    { inference_geo: 'global' },
    { inference_geo: 'not_available' },
    { inference_geo: null },
    { mcp_servers: [] },
    { fallbacks: [] },
    {
      context_management: {
        edits: [{ type: 'clear_tool_uses_20250919' }, { type: 'clear_thinking_20251015' }],
      },
    },
    { context_management: {} },
    { diagnostics: { previous_message_id: null } },
    { billing_policy: { type: 'billing_policy', bill_to: 'self' } },
    { cache_control: { type: 'ephemeral', ttl: '1h' } },
    { thinking: { type: 'adaptive' }, anything: { new: true } },
  ])('%j passes', (fields) => {
    expect(read(fields)).toMatchObject({ model: 'claude-opus-5' })
  })

  test.each([
    'web_search_20260318',
    'web_fetch_20260318',
    'code_execution_20260521',
    'tool_search_tool_bm25_20251119',
    'tool_search_tool_regex',
    'advisor_20260301',
    'mcp_toolset',
    'something_new_20270101',
    'toString',
    7,
  ])('a tool of type %s runs at the provider and is refused', (type) => {
    expect(refusal({ tools: [{ type, name: 'x' }] })).toMatchObject({
      code: 'invalid_request',
      details: { param: 'tools' },
    })
  })

  test.each([
    undefined,
    null,
    'custom',
    'bash_20250124',
    'text_editor_20250728',
    'computer_20251124',
    'memory_20250818',
    'computer_toolset_20260801',
    'browser_toolset_20260801',
  ])('a tool of type %s is run by the caller and passes', (type) => {
    expect(read({ tools: [{ type, name: 'x', input_schema: { type: 'object' } }] })).toBeDefined()
  })

  test('what the provider says of its tools counts as text', () => {
    const custom = read({ tools: [{ name: 'x' }] }).size.textBytes
    const computer = read({ tools: [{ type: 'computer_20251124', name: 'x' }] }).size.textBytes
    expect(custom).toBeGreaterThan(base + 2_000)
    expect(computer).toBeGreaterThan(custom + 2_000)
  })

  test('a tool that joins in mid-conversation is checked as well', () => {
    const joining = (tool: object) => ({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: [{ type: 'tool_addition', tool }] },
      ],
    })
    const definition = { type: 'web_search_20260318', name: 'web_search' }
    expect(refusal(joining({ type: 'tool_definition', definition }))).toMatchObject({
      code: 'invalid_request',
    })
    expect(refusal(joining({ type: 'mcp_toolset', name: 'x' }))).toMatchObject({ code: 'invalid_request' })
    expect(read(joining({ type: 'tool_reference', name: 'x' }))).toBeDefined()
    expect(
      read(joining({ type: 'tool_definition', definition: { name: 'x', input_schema: {} } })),
    ).toBeDefined()
  })
})

describe('tokens that are only counted', () => {
  const body = (fields: object) => bytesOf(JSON.stringify({ ...request(fields), max_tokens: undefined }))

  test('need no cap, and get none', () => {
    const counting = readCountTokens(body({ tools: [{ name: 'f', input_schema: { type: 'object' } }] }))
    expect(counting).toMatchObject({ model: 'claude-opus-5', stream: false })
    expect(counting.outputCap).toBeUndefined()
    const up = anthropicMessages.rewrite(counting, {
      org: 'acme',
      upstreamModel: 'claude-x',
      outputCap: 5,
      clampTo: 3,
      quirks,
    })
    expect(textOf(up.body)).toBe(textOf(counting.body).replace('claude-opus-5', 'claude-x'))
  })

  test('are checked like any others', () => {
    expect(() => readCountTokens(body({ container: 'c' }))).toThrow(/container/)
    expect(() => readCountTokens(body({ messages: 7 }))).toThrow(/messages/)
  })

  test('are told in one field', () => {
    expect(textOf(printCount(17))).toBe('{"input_tokens":17}')
  })
})
