import { describe, expect, test } from 'vitest'
import { decode } from './anthropic-calls.ts'

const foreignOf = (content: object, role = 'user') =>
  decode({ messages: [{ role, content: [content] }] }).foreign

const text = { type: 'text', text: 'a' }
const image = { type: 'image', source: { type: 'url', url: 'https://x' } }
const call = { type: 'tool_use', id: 'a', name: 'f', input: {} }
const tool = { name: 'f', input_schema: { type: 'object' } }

describe('what only this dialect can say is named', () => {
  test.each<[string, object, string[]]>([
    ['of a text', { ...text, tone: 'warm', 'x\ny': 1 }, ['tone', 'content']],
    ['of an image', { ...image, crop: 'tight', transformations: {} }, ['crop', 'transformations']],
    ['of a document', { type: 'document', source: { type: 'text', data: 'a' }, pages: [1] }, ['pages']],
    [
      'of what a search found',
      { type: 'search_result', source: 's', title: 't', content: [{ ...text, tone: 'warm' }], rank: 1 },
      ['rank', 'tone'],
    ],
    [
      'of a result',
      { type: 'tool_result', tool_use_id: 'a', toolset_name: 'browser', content: [{ ...image, crop: 1 }] },
      ['toolset_name', 'crop'],
    ],
    ['of a citation of a kind that is new', { ...text, citations: [{ type: 'new' }] }, ['citations']],
  ])('%s', (_, block, expected) => expect(foreignOf(block)).toEqual(expected))

  test('of who called a tool, unless the model did', () => {
    const caller = { type: 'code_execution_20260120', tool_id: 'srvtoolu_1' }
    expect(foreignOf({ ...call, caller }, 'assistant')).toEqual(['caller'])
    expect(foreignOf({ ...call, caller: { type: 'direct' } }, 'assistant')).toEqual([])
  })

  test('of a tool', () => {
    const tools = [{ ...tool, defer_loading: true, timeout: 5, allowed_callers: null, eager: false }]
    expect(decode({ tools }).foreign).toEqual(['defer_loading', 'timeout'])
  })

  test('of an instruction', () =>
    expect(decode({ system: [{ ...text, tone: 'warm' }] }).foreign).toEqual(['tone']))
})

test('nothing is named of what the model answered and gets back', () => {
  const content = [
    { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
    { type: 'redacted_thinking', data: 'abc' },
    { ...text, citations: null, cache_control: { type: 'ephemeral' } },
    call,
  ]
  expect(decode({ messages: [{ role: 'assistant', content }] }).foreign).toEqual([])
})
