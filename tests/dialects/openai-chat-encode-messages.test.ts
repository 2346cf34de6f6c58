import { describe, expect, test } from 'vitest'
import type { ChatCall, Part, Tool } from '../../src/core/chat/call.ts'
import { encode, encodeTurns, text } from './openai-chat-calls.ts'

const messagesOf = (...turns: ChatCall['turns']) => encodeTurns(...turns).body['messages']
const said = (...parts: Part[]) => ({ role: 'user' as const, parts })
const answered = (...parts: Part[]) => ({ role: 'assistant' as const, parts })
const png = { type: 'base64', mediaType: 'image/png', data: 'AAAA' } as const
const image = { type: 'image', source: png } as const
const imageUp = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
const called = (id: string) =>
  ({ type: 'tool_call', id, name: 'f', arguments: '{}', kind: 'function' }) as const
const calledUp = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const result = (callId: string, ...content: (ReturnType<typeof text> | typeof image)[]) =>
  ({ type: 'tool_result', callId, content, isError: false, kind: 'function' }) as const

describe('messages', () => {
  test('of text alone are one text: many providers take no list', () => {
    const call = {
      system: [text('a'), text(''), text('b')],
      turns: [said(text('c'), text('d')), answered(text('e'), text('f')), said(text(''))],
    }
    expect(encode(call).body['messages']).toEqual([
      { role: 'system', content: 'a' },
      { role: 'system', content: 'b' },
      { role: 'user', content: 'c\n\nd' },
      { role: 'assistant', content: 'ef' },
    ])
  })

  test('with media are lists', () => {
    const parts: Part[] = [
      text('look'),
      { ...image, detail: 'high' },
      { type: 'image', source: { type: 'url', url: 'https://e.com/a' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'BBBB' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'CCCC' } },
      { type: 'document', source: { type: 'text', text: 'all of it' } },
    ]
    expect(messagesOf({ ...said(...parts), name: 'ann' })).toEqual([
      {
        role: 'user',
        name: 'ann',
        content: [
          text('look'),
          { type: 'image_url', image_url: { ...imageUp.image_url, detail: 'high' } },
          { type: 'image_url', image_url: { url: 'https://e.com/a' } },
          { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
          { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
          text('all of it'),
        ],
      },
    ])
  })

  test('of the model that follow each other are one, with its calls', () => {
    const turns = [
      answered(text('a')),
      answered(called('c1')),
      answered(called('c2'), { type: 'refusal', text: 'no' }),
    ]
    expect(messagesOf(...turns)).toEqual([
      { role: 'assistant', content: 'a', refusal: 'no', tool_calls: [calledUp('c1'), calledUp('c2')] },
    ])
    expect(messagesOf(answered(called('c1')))).toEqual([
      { role: 'assistant', content: null, tool_calls: [calledUp('c1')] },
    ])
  })

  test('with results of tools follow the calls before all else, their media in one of its own', () => {
    const turns = [
      answered(called('c1'), called('c2'), called('c3')),
      said(text('here'), result('c1', text('one'), text('two'))),
      { ...said(result('c2', image), { ...result('c3'), isError: true }, text('there')), name: 'ann' },
    ]
    const { body, dropped } = encodeTurns(...turns)
    expect(dropped).toEqual(['is_error'])
    expect((body['messages'] as unknown[]).slice(1)).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: 'one\n\ntwo' },
      { role: 'tool', tool_call_id: 'c2', content: 'The result is in the next message.' },
      { role: 'tool', tool_call_id: 'c3', content: '' },
      { role: 'user', content: [imageUp] },
      { role: 'user', content: 'here' },
      { role: 'user', content: 'there', name: 'ann' },
    ])
  })

  test('in mid-conversation instruct', () => {
    expect(messagesOf(said(text('a')), { role: 'system', parts: [text('b')] })).toEqual([
      { role: 'user', content: 'a' },
      { role: 'system', content: 'b' },
    ])
  })

  test('never hold a thought or a seal', () => {
    const seal = { by: 'google', value: 'c2ln' } as const
    const sealed = answered({ type: 'reasoning', text: '', seal }, { ...called('c1'), seal })
    expect(encodeTurns(sealed)).toMatchObject({
      body: { messages: [{ role: 'assistant', content: null, tool_calls: [calledUp('c1')] }] },
      dropped: [],
    })
    expect(encodeTurns(answered({ type: 'reasoning', text: 'hm' }), said(text('a')))).toMatchObject({
      body: { messages: [{ role: 'user', content: 'a' }] },
      dropped: ['reasoning'],
    })
  })

  test.each<[string, Part, RegExp]>([
    ['a video', { type: 'video', source: { ...png, mediaType: 'video/mp4' } }, /images/],
    [
      'a document by its address',
      { type: 'document', source: { type: 'url', url: 'https://e.com' } },
      /base64/,
    ],
    ['audio by its address', { type: 'audio', source: { type: 'url', url: 'https://e.com' } }, /base64/],
    [
      'audio that needs more words',
      { type: 'audio', source: { ...png, mediaType: 'audio/L16;rate=24000' } },
      /wav or mp3/,
    ],
  ])('cannot hold %s', (_, part, message) => {
    expect(() => encodeTurns(said(part))).toThrow(expect.objectContaining({ code: 'cannot_translate' }))
    expect(() => encodeTurns(said(part))).toThrow(message)
  })

  test('of the model cannot hold an image', () => {
    expect(() => encodeTurns(answered(image))).toThrow(expect.objectContaining({ code: 'cannot_translate' }))
  })
})

describe('marks of the cache', () => {
  const system = [{ ...text('a'), cache: {} }]
  const mark = { prompt_cache_breakpoint: { mode: 'explicit' } }

  test.each(['gpt-5.6', 'gpt-5.6-mini', 'gpt-5.10', 'gpt-6', 'openai/gpt-7.1'])(
    'go up to %s',
    (upstreamModel) => {
      const { body, dropped } = encode({ system }, { upstreamModel })
      expect(body['messages']).toEqual([{ role: 'system', content: [{ ...text('a'), ...mark }] }])
      expect(dropped).toEqual([])
    },
  )

  test.each(['gpt-5.2', 'gpt-5', 'gpt-4.1', 'gpt-oss-120b', 'deepseek-chat', 'my-gpt-9'])(
    'would be refused by %s',
    (upstreamModel) => {
      const { body, dropped } = encode({ system }, { upstreamModel })
      expect(body['messages']).toEqual([{ role: 'system', content: 'a' }])
      expect(dropped).toEqual(['cache_control'])
    },
  )

  test('keep for half an hour, and not on what the model said, nor on tools', () => {
    const tools: Tool[] = [{ kind: 'function', name: 'f', cache: {} }]
    const turns = [said({ ...text('a'), cache: { ttl: '1h' } }), answered({ ...text('b'), cache: {} })]
    expect(encode({ tools, turns }, { upstreamModel: 'gpt-5.6' }).dropped).toEqual([
      'cache_ttl',
      'cache_control',
    ])
  })
})
