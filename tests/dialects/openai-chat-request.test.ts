import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { bytesOf } from './splits.ts'

const base = { model: 'gpt-5.2', messages: [] as unknown[] }
const read = (body: object) => readRequest({ body: bytesOf(JSON.stringify(body)) })

/** The error that a body is refused with. */
function refusal(body: string | Uint8Array | object): {
  code: string
  param: string | undefined
  message: string
} {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  try {
    readRequest({ body: typeof text === 'string' ? bytesOf(text) : text })
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return { code: error.code, param: error.details.param, message: error.message }
  }
  throw new Error('It was not refused.')
}

describe('what is no request', () => {
  const cut = bytesOf(JSON.stringify({ ...base, user: 'é' })).map((byte) => (byte === 0xc3 ? 0x20 : byte))

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['half of one', '{"model":"a","messages":['],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"model"'],
    ['two of them', '{}{}'],
    ['JSON with a byte order mark', '\uFEFF{}'],
    ['bytes that are no UTF-8', cut],
    [
      'more fields than any request has',
      `{"model":"a","messages":[]${Array.from({ length: 1001 }, (_, i) => `,"f${i}":0`).join('')}}`,
    ],
    ['more parts than any request has', `{"model":"a","messages":[${'{},'.repeat(250_000)}{}]}`],
    ['nesting that is too deep', `{"model":"a","messages":[${'['.repeat(200)}${']'.repeat(200)}]}`],
    ['nesting that would overflow a stack', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ])('%s', (_, body) => expect(refusal(body)).toMatchObject({ code: 'invalid_request' }))
})

describe('a field of the wrong kind is named', () => {
  test.each<[string, object, string]>([
    ['no model', { messages: [] }, 'model'],
    ['an empty model', { ...base, model: '' }, 'model'],
    ['a model that is a list', { ...base, model: ['a'] }, 'model'],
    ['no messages', { model: 'a' }, 'messages'],
    ['messages as a text', { ...base, messages: 'hi' }, 'messages'],
    ['stream as a text', { ...base, stream: 'true' }, 'stream'],
    ['stream_options as a list', { ...base, stream_options: [] }, 'stream_options'],
    ['include_usage as a number', { ...base, stream_options: { include_usage: 1 } }, 'include_usage'],
    ['max_tokens of zero', { ...base, max_tokens: 0 }, 'max_tokens'],
    ['max_tokens as a text', { ...base, max_tokens: '5' }, 'max_tokens'],
    ['fractional max_completion_tokens', { ...base, max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    ['both caps', { ...base, max_tokens: 5, max_completion_tokens: 5 }, 'max_tokens'],
    ['n of zero', { ...base, n: 0 }, 'n'],
    ['n of 129', { ...base, n: 129 }, 'n'],
    ['tools as an object', { ...base, tools: {} }, 'tools'],
  ])('%s', (_, body, param) => expect(refusal(body)).toMatchObject({ code: 'invalid_request', param }))
})

describe('what no price or owner is known for is refused, unless it is off', () => {
  const on: readonly (readonly [string, unknown])[] = [
    ['models', ['a', 'b']],
    ['best_of', 2],
    ['service_tier', 'priority'],
    ['service_tier', 'flex'],
    ['web_search_options', {}],
    ['plugins', [{ id: 'web' }]],
    ['store', true],
    ['background', true],
    ['conversation', 'conv_1'],
    ['previous_response_id', 'resp_1'],
    ['prompt_cache_options', { ttl: '24h' }],
    ['tools', [{ type: 'web_search' }]],
    ['tools', [{ function: { name: 'no type' } }]],
    ['tools', [null]],
  ]
  test.each(on)('%s: %j', (param, value) => {
    expect(refusal({ ...base, [param]: value })).toMatchObject({ code: 'invalid_request', param })
  })

  test.each<[string, unknown]>([
    ['best_of', 1],
    ['service_tier', 'auto'],
    ['service_tier', 'default'],
    ['plugins', []],
    ['store', false],
    ['background', false],
    ['prompt_cache_options', { mode: 'explicit', ttl: '30m' }],
    [
      'tools',
      [
        { type: 'function', function: {} },
        { type: 'custom', custom: {} },
      ],
    ],
    ['models', null],
    ['previous_response_id', null],
    ['tools', null],
    ['n', null],
    ['stream', null],
    ['stream_options', null],
  ])('%s may be %j', (name, value) => expect(read({ ...base, [name]: value }).model).toBe('gpt-5.2'))

  test('a mark in the prompt that keeps its cache for long', () => {
    const marked = (ttl?: string) => {
      const part = { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl } }
      return { ...base, messages: [{ role: 'user', content: [part] }] }
    }
    expect(refusal(marked('12h'))).toMatchObject({
      code: 'invalid_request',
      param: 'prompt_cache_breakpoint',
    })
    for (const ttl of [undefined, '30m']) expect(read(marked(ttl)).model).toBe('gpt-5.2')
  })

  test.each([
    ['a file by its id', { role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
    ['audio by its id', { role: 'assistant', audio: { id: 'audio_1' } }],
  ])('%s was never issued to this org', (_, message) => {
    expect(refusal({ ...base, messages: [message] }).code).toBe('not_found')
  })
})

describe('a field that others may read in another way', () => {
  test.each([
    ['repeated', '{"model":"a","messages":[],"model":"b"}', 'model'],
    ['unknown and repeated', '{"model":"a","messages":[],"x":1,"x":2}', 'x'],
    ['repeated behind an escape', String.raw`{"model":"a","messages":[],"x":1,"\u0078":2}`, 'x'],
    ['repeated beyond ASCII', String.raw`{"model":"a","messages":[],"é":1,"\u00e9":2}`, 'é'],
    ['escaped', String.raw`{"mod\u0065l":"a","messages":[]}`, 'model'],
    ['in capitals', '{"model":"a","messages":[],"N":5}', 'n'],
    ['capitals behind an escape', String.raw`{"model":"a","messages":[],"\u004d\u004fDEL":"b"}`, 'model'],
    ['a long s, which folds to s', '{"model":"a","messages":[],"\u017ftore":true}', 'store'],
    ['a long s behind an escape', String.raw`{"model":"a","messages":[],"\u017ftore":true}`, 'store'],
    ['a Kelvin sign, which folds to k', '{"model":"a","messages":[],"bac\u212aground":true}', 'background'],
  ])('%s', (_, body, param) => expect(refusal(body)).toMatchObject({ code: 'invalid_request', param }))

  test('repeated further down', () => {
    const body = '{"model":"a","messages":[{"role":"user","content":"x","content":"y"}]}'
    expect(refusal(body)).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('repeated') as string,
    })
  })

  test('is not hidden by an engine that mixes up escaped names with names that it saw before', () => {
    const tools = (fields: string) => `{"model":"a","messages":[],"tools":[{"type":"function",${fields}}]}`
    const message = (fields: string) => `{"model":"a","messages":[{"role":"user",${fields}}]}`
    for (let times = 0; times < 3; times++) {
      expect(readRequest({ body: bytesOf(tools(String.raw`"\\u00":1`)) }).model).toBe('a')
      expect(readRequest({ body: bytesOf(message(String.raw`"\\u0066i":1`)) }).model).toBe('a')
      refusal(tools(String.raw`"\u0074ype":"web_search"`))
      refusal(message(String.raw`"\u0066ile_id":"file-1"`))
    }
  })

  test('may hold a backslash, or be escaped', () => {
    const schema = String.raw`{"patternProperties":{"^\\d+$":{},"caf\u00e9":{},"\"":1,"\u005c":2}}`
    const body = `{"model":"a","messages":[],"tools":[{"type":"function","function":{"parameters":${schema}}}]}`
    for (let times = 0; times < 3; times++) expect(readRequest({ body: bytesOf(body) }).model).toBe('a')
  })

  test('may be named like nothing that is governed', () => {
    const body =
      '{"model":"a","messages":[],"Temperature":1,"é":2,"\u00c3\u00a9":3,"__proto__":{"constructor":4},"":5}'
    expect(readRequest({ body: bytesOf(body) }).fields.size).toBe(7)
  })
})

describe('what a request asks for', () => {
  test.each<[string, object, object]>([
    ['nothing in particular', {}, { stream: false, answers: 1, wantsUsage: false, extraOutputTokens: 0 }],
    [
      'a stream with usage',
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, wantsUsage: true },
    ],
    ['the old cap', { max_tokens: 7 }, { outputCap: 7 }],
    ['the new cap, the old one null', { max_tokens: null, max_completion_tokens: 8 }, { outputCap: 8 }],
    ['answers', { n: 128 }, { answers: 128 }],
    ['a prediction, for each answer', { prediction: { content: '12' }, n: 3 }, { extraOutputTokens: 16 * 3 }],
  ])('%s', (_, fields, expected) => expect(read({ ...base, ...fields })).toMatchObject(expected))

  test('without a cap has none', () => expect(read(base)).not.toHaveProperty('outputCap'))
})

describe('how much a request brings in', () => {
  const part = (part: object) => ({ ...base, messages: [{ role: 'user', content: [part] }] })
  const sizeOf = (body: object) => read(body).size

  test('no text has more bytes than were counted, whatever it holds and wherever it is', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    fc.assert(
      fc.property(text, text, fc.nat(300), (prompt, tool, media) => {
        const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(media)}` } }
        const content = [{ type: 'text', text: prompt }, image]
        const tools = [{ type: 'function', function: { name: tool, description: prompt } }]
        const size = sizeOf({ ...base, messages: [{ role: 'user', content }], tools })
        expect(size.textBytes).toBeGreaterThanOrEqual(Buffer.byteLength(prompt + tool + prompt))
        expect(size).toMatchObject({ images: 1, unbounded: false })
      }),
      { numRuns: 150 },
    )
  })

  test('an image’s data is no text, its address is', () => {
    const url = (url: string) => sizeOf(part({ type: 'image_url', image_url: { url } })).textBytes
    expect(url(`data:${'A'.repeat(500)}`)).toBe(url(`data:${'A'.repeat(5)}`))
    expect(url(`https:${'A'.repeat(500)}`)).toBe(url(`https:${'A'.repeat(5)}`) + 495)
    const flat = part({ type: 'image_url', image_url: 'data:AAAA' })
    expect(sizeOf(flat)).toEqual({
      textBytes: JSON.stringify(flat).length - 'data:AAAA'.length,
      images: 1,
      unbounded: false,
    })
  })

  test('data outside of the messages is text', () => {
    const data = { image_url: { url: `data:${'A'.repeat(500)}` } }
    expect(sizeOf({ ...base, metadata: data })).toMatchObject({ images: 0 })
    expect(sizeOf({ ...base, metadata: data }).textBytes).toBeGreaterThan(500)
  })

  test.each(['input_audio', 'file', 'video_url', 'video', 'audio_url', 'something_new'])(
    'a part of type %s has no bound',
    (type) => {
      expect(sizeOf(part({ type, [type]: {} })).unbounded).toBe(true)
    },
  )

  test('counts the images of all messages, in the answers of tools too', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    const messages = ['user', 'tool', 'assistant'].map((role) => ({ role, content: [image, image] }))
    expect(sizeOf({ ...base, messages })).toMatchObject({ images: 6, unbounded: false })
  })
})
