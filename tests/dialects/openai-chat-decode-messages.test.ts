import { describe, expect, test } from 'vitest'
import { decodeMessages, refusalOf, text } from './openai-chat-calls.ts'

const user = (content: unknown) => ({ role: 'user', content })
const png = { type: 'base64', mediaType: 'image/png', data: 'AAAA' }

describe('system prompts', () => {
  test('in front are the system, in order, whatever they are called', () => {
    const call = decodeMessages(
      { role: 'system', content: 'a' },
      {
        role: 'developer',
        content: [text('b'), { ...text('c'), prompt_cache_breakpoint: { mode: 'explicit' } }],
      },
      user('hi'),
    )
    expect(call.system).toEqual([text('a'), text('b'), { ...text('c'), cache: {} }])
    expect(call.turns).toEqual([{ role: 'user', parts: [text('hi')] }])
  })

  test('in mid-conversation are turns', () => {
    const call = decodeMessages(user('hi'), { role: 'developer', content: 'now in verse', name: 'boss' })
    expect(call.system).toEqual([])
    expect(call.turns[1]).toEqual({ role: 'system', parts: [text('now in verse')], name: 'boss' })
  })

  test('in front have no place for a name', () => {
    const call = decodeMessages({ role: 'system', content: 'a', name: 'boss' })
    expect(call).toMatchObject({ system: [text('a')], foreign: ['name'] })
  })
})

describe('what a user sends', () => {
  test.each<[string, unknown, unknown]>([
    ['a text', 'hi', [text('hi')]],
    ['texts', [text('a'), text(''), text('b')], [text('a'), text('b')]],
    [
      'an image by its address',
      [{ type: 'image_url', image_url: { url: 'https://e.com/a.png', detail: 'low' } }],
      [{ type: 'image', source: { type: 'url', url: 'https://e.com/a.png' }, detail: 'low' }],
    ],
    [
      'an image in base64, bare',
      [{ type: 'image_url', image_url: 'data:image/png;base64,AAAA' }],
      [{ type: 'image', source: png }],
    ],
    [
      'audio',
      [
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'flac' } },
      ],
      ['audio/mpeg', 'audio/flac'].map((mediaType) => ({ type: 'audio', source: { ...png, mediaType } })),
    ],
    [
      'files',
      [
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
        { type: 'file', file: { file_data: 'https://e.com/a.pdf' } },
      ],
      [
        { type: 'document', source: { ...png, mediaType: 'application/pdf' }, name: 'a.pdf' },
        { type: 'document', source: { type: 'url', url: 'https://e.com/a.pdf' } },
      ],
    ],
    [
      'a video',
      [{ type: 'video_url', video_url: { url: 'https://e.com/a.mp4' } }],
      [{ type: 'video', source: { type: 'url', url: 'https://e.com/a.mp4' } }],
    ],
    [
      'marks of either kind',
      [
        {
          type: 'image_url',
          image_url: { url: 'data:image/png;base64,AAAA' },
          prompt_cache_breakpoint: { mode: 'explicit' },
        },
        { ...text('a'), cache_control: { type: 'ephemeral' } },
      ],
      [
        { type: 'image', source: png, cache: {} },
        { ...text('a'), cache: {} },
      ],
    ],
  ])('%s', (_, content, parts) => {
    expect(decodeMessages({ role: 'user', content, name: 'ann' })).toMatchObject({
      turns: [{ role: 'user', parts, name: 'ann' }],
      foreign: [],
    })
  })

  test('of nothing at all is no turn', () => {
    expect(decodeMessages(user(''), user([]), user([text('')])).turns).toEqual([])
  })

  test.each<[string, unknown, string]>([
    ['no content', undefined, 'messages[0].content'],
    ['a number', 5, 'messages[0].content'],
    ['a part that is a text', ['a'], 'messages[0].content[0]'],
    ['a part without a type', [{ text: 'a' }], 'messages[0].content[0].type'],
    ['a text that is none', [{ type: 'text', text: 5 }], 'messages[0].content[0].text'],
    [
      'an image without an address',
      [{ type: 'image_url', image_url: {} }],
      'messages[0].content[0].image_url.url',
    ],
    [
      'an image in another encoding',
      [{ type: 'image_url', image_url: { url: 'data:image/svg+xml,<svg>' } }],
      'messages[0].content[0].image_url.url',
    ],
    [
      'an image from the disk',
      [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }],
      'messages[0].content[0].image_url.url',
    ],
    [
      'an unknown detail',
      [{ type: 'image_url', image_url: { url: 'https://e.com', detail: 'most' } }],
      'messages[0].content[0].image_url.detail',
    ],
    ['a file without data', [{ type: 'file', file: {} }], 'messages[0].content[0].file.file_data'],
  ])('is refused: %s', (_, content, param) => {
    expect(refusalOf({ messages: [user(content)] })).toEqual({ code: 'invalid_request', param })
  })

  test('is refused where nobody could carry it', () => {
    expect(refusalOf({ messages: [user([{ type: 'point_cloud' }])] })).toEqual({
      code: 'cannot_translate',
      param: 'messages[0].content[0]',
    })
  })
})

test('what is said beside and has no place is named', () => {
  const call = decodeMessages(
    { role: 'assistant', content: 'a', prefix: true, audio: null },
    { role: 'user', content: [{ ...text('b'), cache_control: { type: 'ephemeral', ttl: '1h' }, weight: 2 }] },
  )
  expect(call.foreign).toEqual(['prefix', 'weight', 'cache_control.ttl'])
})
