import { describe, expect, test } from 'vitest'
import type { Part, Turn } from '../../src/core/chat/call.ts'
import { assistant, encode, said, toolCall, toolResult, user } from './anthropic-calls.ts'

const messages = (turns: readonly Turn[]) => encode({ turns }).body['messages']
/** The blocks of one turn. */
const blocks = (turn: Turn) => (messages([turn]) as { content: unknown }[]).at(-1)?.content

describe('messages', () => {
  test('of the same role are one, with the results of tools in front', () => {
    expect(
      messages([
        user(said('a')),
        user(said('b')),
        assistant(said('c')),
        assistant(toolCall('x'), toolCall('y')),
        user(toolResult('x')),
        user(said('d'), toolResult('y', '')),
      ]),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'c' },
          { type: 'tool_use', id: 'x', name: 'f', input: { a: 1 } },
          { type: 'tool_use', id: 'y', name: 'f', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'x', content: 'done' },
          { type: 'tool_result', tool_use_id: 'y' },
          { type: 'text', text: 'd' },
        ],
      },
    ])
  })

  test('without a word are left out; what the assistant is to go on from ends in no space', () => {
    expect(messages([user(said('a')), assistant(said('')), user(said('b')), assistant(said('c: '))])).toEqual(
      [
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        { role: 'user', content: [{ type: 'text', text: 'b' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'c:' }] },
      ],
    )
  })

  test('there has to be one, though there be instructions only', () => {
    expect(encode({ system: [{ type: 'text', text: 'Sing.' }], turns: [] }).body).toEqual({
      model: 'claude-opus-5',
      max_tokens: 1_000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Sing.' }] }],
    })
  })

  const instruction = (text: string): Turn => ({ role: 'system', parts: [said(text)] })
  const conversation = [
    instruction('i0'),
    user(said('u1')),
    instruction('i1'),
    assistant(said('a1')),
    instruction('i2'),
    user(said('u2')),
    instruction('i3'),
  ]

  test('of the system stand where the model takes them: after a user’s, before an assistant’s or the end', () => {
    const { body } = encode({ turns: conversation })
    expect(body['system']).toEqual([{ type: 'text', text: 'i0' }])
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'u1' }] },
      { role: 'system', content: [{ type: 'text', text: 'i1' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'a1' }] },
      { role: 'user', content: [{ type: 'text', text: 'u2' }] },
      {
        role: 'system',
        content: [
          { type: 'text', text: 'i2' },
          { type: 'text', text: 'i3' },
        ],
      },
    ])
  })

  test('of the system wait for the end of what the user says, though an assistant’s in between has no word', () => {
    expect(messages([user(said('a')), instruction('i'), assistant(said(' ')), user(said('b'))])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
      { role: 'system', content: [{ type: 'text', text: 'i' }] },
    ])
  })

  test('of the system go to the front where it does not', () => {
    const { body } = encode({ turns: conversation }, { model: 'claude-sonnet-4-6' })
    expect(JSON.stringify(body['system'])).toMatch(/i0.*i1.*i2.*i3/)
    expect(body['messages']).toHaveLength(3)
    const last = encode({ turns: [user(said('u')), assistant(said('a')), instruction('i')] }).body
    expect(last['system']).toEqual([{ type: 'text', text: 'i' }])
  })
})

describe('blocks', () => {
  test('of images and documents', () => {
    const base64 = (mediaType: string) => ({ type: 'base64' as const, mediaType, data: 'QUJD' })
    const cache = { ttl: '1h' as const }
    expect(
      blocks(
        user(
          { type: 'image', source: base64('image/jpg'), cache },
          { type: 'image', source: { type: 'url', url: 'https://x/y' } },
          { type: 'document', source: base64('application/pdf'), name: 'T', context: 'C', cite: true },
          { type: 'document', source: { type: 'url', url: 'https://x/y' } },
          { type: 'document', source: base64('text/markdown; charset=utf-8') },
          { type: 'document', source: { type: 'text', text: 'abc' }, cite: false },
        ),
      ),
    ).toEqual([
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/jpeg', data: 'QUJD' },
        cache_control: { type: 'ephemeral', ttl: '1h' },
      },
      { type: 'image', source: { type: 'url', url: 'https://x/y' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' },
        title: 'T',
        context: 'C',
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'url', url: 'https://x/y' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'ABC' } },
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'abc' },
        citations: { enabled: false },
      },
    ])
  })

  test('of calls and results: an id of other characters is changed in both', () => {
    const odd: Part = { type: 'tool_call', id: 'call:1/x', name: 'f', arguments: '', kind: 'function' }
    const broken: Part = { ...odd, id: 'b', arguments: '{"a":' }
    const custom: Part = { ...odd, id: 'c', arguments: '*** Patch', kind: 'custom' }
    expect(blocks(assistant(odd, broken, custom))).toEqual([
      { type: 'tool_use', id: 'call_1_x', name: 'f', input: {} },
      { type: 'tool_use', id: 'b', name: 'f', input: { arguments: '{"a":' } },
      { type: 'tool_use', id: 'c', name: 'f', input: { input: '*** Patch' } },
    ])
    const image: Part = { type: 'image', source: { type: 'url', url: 'https://x' } }
    expect(
      blocks(
        user({ type: 'tool_result', callId: 'call:1/x', content: [image], isError: true, kind: 'function' }),
      ),
    ).toEqual([
      {
        type: 'tool_result',
        tool_use_id: 'call_1_x',
        content: [{ type: 'image', source: { type: 'url', url: 'https://x' } }],
        is_error: true,
      },
    ])
  })

  test('of thoughts only where Anthropic sealed them', () => {
    const turns = [
      user(said('a')),
      assistant(
        { type: 'reasoning', text: 'Hm.', seal: { by: 'anthropic', value: 'EqQB' } },
        { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'EqQC' } },
        { type: 'reasoning', text: '', seal: { by: 'anthropic', value: 'abc', locked: true } },
        { type: 'reasoning', text: 'Not sealed.' },
        { type: 'reasoning', text: 'Not theirs.', seal: { by: 'openai', value: 'x' } },
        { type: 'refusal', text: 'No.' },
      ),
      user(said('b')),
    ]
    const { body, dropped } = encode({ turns })
    expect((body['messages'] as { content: unknown }[])[1]?.content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
      { type: 'thinking', thinking: '', signature: 'EqQC' },
      { type: 'redacted_thinking', data: 'abc' },
      { type: 'text', text: 'No.' },
    ])
    expect(dropped).toEqual(['reasoning'])
  })

  test('of a text with its sources, as far as others can know them', () => {
    const part: Part = {
      type: 'text',
      text: 'Wet.',
      citations: [
        { type: 'document', index: 0, title: 'T', quote: 'wet', unit: 'character', from: 3, to: 6 },
        { type: 'url', url: 'https://x' },
      ],
    }
    const { body, dropped } = encode({ turns: [user(said('a')), assistant(part), user(said('b'))] })
    expect(JSON.stringify(body)).toContain(
      '"citations":[{"type":"char_location","cited_text":"wet","document_index":0,"document_title":"T","start_char_index":3,"end_char_index":6}]',
    )
    expect(dropped).toEqual(['citations'])
  })

  test.each<[string, Part, RegExp]>([
    ['audio', { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'A' } }, /no audio/],
    ['video', { type: 'video', source: { type: 'url', url: 'https://x' } }, /no video/],
    ['HEIC', { type: 'image', source: { type: 'base64', mediaType: 'image/heic', data: 'A' } }, /JPEG, PNG/],
    ['gs:', { type: 'image', source: { type: 'url', url: 'gs://x/y' } }, /as base64/],
    [
      'Word',
      { type: 'document', source: { type: 'base64', mediaType: 'application/msword', data: 'A' } },
      /PDF or plain/,
    ],
    [
      'text by address',
      { type: 'document', source: { type: 'url', url: 'https://x', mediaType: 'text/csv' } },
      /PDF or plain/,
    ],
    [
      'no UTF-8',
      { type: 'document', source: { type: 'base64', mediaType: 'text/csv', data: '/w==' } },
      /UTF-8/,
    ],
  ])('of %s there are none', (_, part, message) => {
    expect(() => encode({ turns: [user(part)] })).toThrow(message)
    expect(() => encode({ turns: [user(part)] })).toThrow(
      expect.objectContaining({ code: 'cannot_translate' }),
    )
  })

  test('of images are the user’s only', () => {
    const image: Part = { type: 'image', source: { type: 'url', url: 'https://x' } }
    expect(() => encode({ turns: [assistant(image)] })).toThrow(/in a user's/)
  })
})
