import { describe, expect, test } from 'vitest'
import type { ChatCall, Part, Turn } from '../../src/core/chat/call.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { target } from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

const plain: ChatCall = {
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  sampling: {},
  stop: [],
  outputCap: 500,
  answers: 1,
  stream: false,
  foreign: [],
}

function encode(call: Partial<ChatCall> = {}, model?: string) {
  const { body, dropped } = anthropicMessages.encodeCall({ ...plain, ...call }, target(model))
  return { body: JSON.parse(textOf(body)) as Record<string, unknown>, dropped }
}

const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const said = (text: string): Part => ({ type: 'text', text })
const call = (id: string): Part => ({
  type: 'tool_call',
  id,
  name: 'f',
  arguments: '{"a":1}',
  kind: 'function',
})
const result = (callId: string, text = 'done'): Part => ({
  type: 'tool_result',
  callId,
  content: text === '' ? [] : [{ type: 'text', text }],
  isError: false,
  kind: 'function',
})
const messages = (turns: readonly Turn[], model?: string) => encode({ turns }, model).body['messages']
/** The blocks of one turn. */
const blocks = (turn: Turn) => (messages([turn]) as { content: unknown }[])[0]?.content

describe('a request to Anthropic', () => {
  test('is as short as the call', () => {
    expect(encode()).toEqual({
      body: {
        model: 'claude-opus-5',
        max_tokens: 1_000,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      },
      dropped: [],
    })
  })

  test('has the settings that there are', () => {
    const { body, dropped } = encode(
      {
        system: [
          { type: 'text', text: 'Be brief.', cache: {} },
          { type: 'text', text: ' \n' },
        ],
        sampling: { temperature: 1.7, topK: 5 },
        stop: ['END', '\n'],
        stream: true,
        serviceTier: 'standard',
        endUser: 'alice',
      },
      'claude-sonnet-4-5',
    )
    expect(body).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      temperature: 1,
      top_k: 5,
      stop_sequences: ['END'],
      stream: true,
      service_tier: 'standard_only',
      metadata: { user_id: 'acme:alice' },
    })
    expect(dropped).toEqual(['stop'])
  })

  test('names what it leaves out, once', () => {
    const { body, dropped } = encode({
      sampling: {
        seed: 7,
        presencePenalty: 1,
        frequencyPenalty: 0,
        topLogprobs: 2,
        topK: 4,
        temperature: 0.2,
        topP: 0.5,
      },
      answers: 3,
      verbosity: 'low',
      cacheKey: 'k',
      metadata: { team: 'search' },
      serviceTier: 'flex',
      turns: [{ ...user(said('Hi')), name: 'Ann' }],
    })
    expect(dropped.toSorted()).toEqual(
      [
        'seed',
        'presence_penalty',
        'logprobs',
        'top_k',
        'temperature',
        'top_p',
        'n',
        'verbosity',
        'prompt_cache_key',
        'metadata',
        'service_tier',
        'name',
      ].toSorted(),
    )
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages'])
  })

  test.each([
    ['claude-opus-5', { temperature: 1, topP: 1 }, {}, []],
    ['claude-opus-5', { topP: 0.995 }, {}, []],
    ['claude-sonnet-4-5', { temperature: 0.3, topP: 0.5 }, { temperature: 0.3 }, ['top_p']],
    ['claude-sonnet-4-5', { temperature: 0.3, topP: 1 }, { temperature: 0.3 }, []],
    ['claude-sonnet-4-5', { topP: 0.5 }, { top_p: 0.5 }, []],
    ['claude-sonnet-4-5', { temperature: -1 }, { temperature: 0 }, []],
    ['kimi-k3', { temperature: 0.6 }, { temperature: 0.6 }, []],
  ])('to %s with %j has %j', (model, sampling, sent, dropped) => {
    const encoded = encode({ sampling }, model)
    expect(encoded.body).toMatchObject(sent)
    expect(Object.keys(encoded.body)).toHaveLength(3 + Object.keys(sent).length)
    expect(encoded.dropped).toEqual(dropped)
  })

  test('takes no more marks than four, and the last of them', () => {
    const marked = (text: string) => ({ type: 'text' as const, text, cache: { ttl: '1h' as const } })
    const { body, dropped } = encode({
      tools: [{ kind: 'function', name: 'f', cache: {} }],
      system: [marked('s1'), marked('s2')],
      turns: [user(marked('u1'), { ...result('a'), cache: {} } as Part), assistant(marked('a1'))],
    })
    expect(dropped).toEqual(['cache_control'])
    const texts = JSON.stringify(body).match(/"(\w+)","cache_control":/g)
    expect(texts).toEqual([
      '"s2","cache_control":',
      '"done","cache_control":',
      '"u1","cache_control":',
      '"a1","cache_control":',
    ])
  })
})

describe('messages', () => {
  test('of the same role are one, with the results of tools in front', () => {
    expect(
      messages([
        user(said('a')),
        user(said('b')),
        assistant(said('c')),
        assistant(call('x'), call('y')),
        user(result('x')),
        user(said('d'), result('y', '')),
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

  test('of the system go to the front where it does not', () => {
    const { body } = encode({ turns: conversation }, 'claude-sonnet-4-6')
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

test('a request is the same bytes each time', () => {
  const once = anthropicMessages.encodeCall(plain, target()).body
  expect(once).toEqual(anthropicMessages.encodeCall(plain, target()).body)
  expect(bytesOf(textOf(once))).toEqual(once)
})
