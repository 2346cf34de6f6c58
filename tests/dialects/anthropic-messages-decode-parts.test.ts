import { describe, expect, test } from 'vitest'
import { packSeal } from '../../src/core/chat/seal.ts'
import { decode, partsOf } from './anthropic-calls.ts'

const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } }
const cache = { ttl: '1h' }

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
      partsOf([{ type: 'text', text: 'It is wet.', citations: [citation, { type: 'new' }], ...mark }]),
    ).toEqual([
      {
        type: 'text',
        text: 'It is wet.',
        citations: [{ type: 'document', index: 1, quote: 'wet', unit: 'page', from: 2, to: 3 }],
        cache,
      },
    ])
    expect(partsOf('')).toEqual([])
  })

  test('images and documents', () => {
    const bytes = { type: 'base64', media_type: 'image/png', data: 'AAAA' }
    const about = { title: 'T', context: 'C', citations: { enabled: true } }
    expect(
      partsOf([
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
      partsOf([{ type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 }, ...mark }], 'assistant'),
    ).toEqual([
      { type: 'tool_call', id: 'toolu_1', name: 'f', arguments: '{"a":1}', kind: 'function', cache },
    ])
    const image = { type: 'image', source: { type: 'url', url: 'https://x' } }
    expect(
      partsOf([
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
      partsOf(
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
    expect(partsOf([{ type: 'compaction', content: 'We spoke of weirs.' }])).toEqual([
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
