import { describe, expect, test } from 'vitest'
import { decode, silent } from './gemini-wire.ts'

const partsOf = (parts: object[], role = 'user') => decode({ contents: [{ role, parts }] }).turns[0]?.parts

test('a call that says nothing more is silent', () => {
  expect(decode({})).toEqual(silent)
  expect(decode({ contents: { parts: { text: 'hi' } }, generationConfig: {}, safetySettings: [] })).toEqual(
    silent,
  )
})

describe('instructions', () => {
  test.each([
    [{ systemInstruction: { parts: [{ text: 'a' }, { text: '' }, { text: 'b' }] } }, ['a', 'b']],
    [{ system_instruction: { role: 'user', parts: { text: 'a' } } }, ['a']],
    [{ systemInstruction: 'a' }, ['a']],
    [{}, []],
  ])('%j', (body, texts) => expect(decode(body).system.map(({ text }) => text)).toEqual(texts))

  test('are text', () => {
    for (const systemInstruction of [7, { parts: [{ inlineData: {} }] }])
      expect(() => decode({ systemInstruction })).toThrow(/systemInstruction/)
  })
})

describe('turns', () => {
  test('have a role, and the oldest name of results is known', () => {
    const roles = ['user', 'model', 'function', undefined, ''].map((role) => ({
      role,
      parts: [{ text: 'a' }],
    }))
    expect(decode({ contents: roles }).turns.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'user',
      'user',
    ])
    expect(() => decode({ contents: [{ role: 'assistant', parts: [] }] })).toThrow(/role/)
  })

  test('of which nothing was said are left out', () =>
    expect(
      decode({ contents: [{ role: 'model', parts: [] }, { role: 'model' }, { parts: [{ text: '' }] }] })
        .turns,
    ).toEqual([]))

  test('what a stream brought in pieces is put together, a thought up to its seal', () => {
    const pieces = [
      { text: 'so ', thought: true },
      { text: 'then', thought: true },
      { text: '', thought: true, thoughtSignature: 'Cq0B' },
      { text: 'again', thought: true },
      { text: 'He' },
      { text: 'llo' },
      { text: '' },
    ]
    expect(partsOf(pieces, 'model')).toEqual([
      { type: 'reasoning', text: 'so then', seal: { by: 'google', value: 'Cq0B' } },
      { type: 'reasoning', text: 'again' },
      { type: 'text', text: 'Hello' },
    ])
    expect(partsOf([{ text: 'a' }, { text: 'b' }])).toHaveLength(2)
  })
})

describe('media', () => {
  test.each<[object, object]>([
    [
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
    ],
    [
      { inline_data: { mime_type: 'application/pdf', data: 'AAAA', display_name: 'a.pdf' } },
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
        name: 'a.pdf',
      },
    ],
    [
      { inlineData: { mimeType: 'text/plain', data: btoa('hi') } },
      { type: 'document', source: { type: 'text', text: 'hi' } },
    ],
    [
      { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'AAAA' } },
    ],
    [
      { fileData: { mimeType: 'image/png', fileUri: 'https://x.example/a.png' } },
      { type: 'image', source: { type: 'url', mediaType: 'image/png', url: 'https://x.example/a.png' } },
    ],
    [
      { fileData: { fileUri: 'https://www.youtube.com/watch?v=x' } },
      { type: 'video', source: { type: 'url', url: 'https://www.youtube.com/watch?v=x' } },
    ],
  ])('%j', (part, expected) => {
    expect(partsOf([part])).toEqual([expected])
    expect(partsOf([part], 'model')).toEqual([expected])
  })

  test.each([
    { inlineData: { data: 'AAAA' } },
    { inlineData: { mimeType: 'text/plain', data: '%' } },
    { fileData: {} },
  ])('%j is none', (part) => expect(() => partsOf([part])).toThrow(/must be/))
})

describe('calls and results', () => {
  const call = (name: string, id?: string) => ({ functionCall: { name, ...(id && { id }), args: { a: 1 } } })
  const result = (name: string, response: object, id?: string) => ({
    functionResponse: { name, response, ...(id && { id }) },
  })
  const turnsOf = (model: object[], user: object[]) =>
    decode({
      contents: [
        { role: 'model', parts: model },
        { role: 'user', parts: user },
      ],
    }).turns.map(({ parts }) => parts)
  const idsOf = (model: object[], user: object[]) =>
    turnsOf(model, user).map((parts) =>
      parts.map((part) => (part.type === 'tool_call' ? part.id : part.type === 'tool_result' && part.callId)),
    )

  test('keep their ids', () =>
    expect(idsOf([call('f', 'a'), call('g', 'b')], [result('g', {}, 'b'), result('f', {}, 'a')])).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ]))

  test('without ids are matched by name, and then by order', () =>
    expect(
      idsOf(
        [call('f'), call('g'), call('f')],
        [result('g', {}), result('f', {}), result('f', {}), result('h', {})],
      ),
    ).toEqual([
      ['call_0', 'call_1', 'call_2'],
      ['call_1', 'call_0', 'call_2', 'call_3'],
    ]))

  test('made-up ids stay the same as the conversation grows', () => {
    const turn = { role: 'model', parts: [call('f')] }
    const contents = [turn, { role: 'user', parts: [result('f', {})] }, turn]
    const ids = decode({ contents }).turns.map(({ parts: [part] }) => part?.type === 'tool_call' && part.id)
    expect(ids).toEqual(['call_0', false, 'call_1'])
  })

  test('arguments are text, and absent ones an empty object', () => {
    expect(partsOf([call('f', 'x'), { functionCall: { name: 'g', id: 'y' } }], 'model')).toEqual([
      { type: 'tool_call', id: 'x', name: 'f', arguments: '{"a":1}', kind: 'function' },
      { type: 'tool_call', id: 'y', name: 'g', arguments: '{}', kind: 'function' },
    ])
  })

  test.each<[object, string, boolean]>([
    [{ output: '3C' }, '3C', false],
    [{ output: { t: 3 } }, '{"t":3}', false],
    [{ error: 'no' }, 'no', true],
    [{ t: 3 }, '{"t":3}', false],
    [{ output: 'a', error: null }, '{"output":"a","error":null}', false],
    [{}, '{}', false],
  ])('the result %j', (response, text, isError) =>
    expect(turnsOf([call('f')], [result('f', response)])[1]).toEqual([
      { type: 'tool_result', callId: 'call_0', content: [{ type: 'text', text }], isError, kind: 'function' },
    ]),
  )

  test('media of a result are part of it', () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }]
    const functionResponse = { name: 'f', response: { output: 'see' }, parts }
    expect(turnsOf([call('f')], [{ functionResponse }])[1]).toMatchObject([
      { content: [{ type: 'text', text: 'see' }, { type: 'image' }] },
    ])
  })
})
