import { describe, expect, test } from 'vitest'
import { packSeal, type Seal } from '../../src/core/chat/seal.ts'
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

describe('seals', () => {
  const call = { functionCall: { name: 'f', id: 'x' } }
  const sealed = (part: object, thoughtSignature: string) => partsOf([{ ...part, thoughtSignature }], 'model')

  test('of Google are on the call, and in front of a text', () => {
    const seal = { by: 'google', value: 'Cq0B' }
    expect(sealed(call, 'Cq0B')).toMatchObject([{ type: 'tool_call', seal }])
    expect(sealed({ text: 'a' }, 'Cq0B')).toEqual([
      { type: 'reasoning', text: '', seal },
      { type: 'text', text: 'a' },
    ])
    expect(sealed({ text: '' }, 'Cq0B')).toEqual([{ type: 'reasoning', text: '', seal }])
  })

  test('of others are read back, in whichever alphabet a client writes base64', () => {
    const seal: Seal = { by: 'openai', value: 'gA/+?>ÿ', id: 'rs_1', locked: true }
    const packed = btoa(packSeal(seal))
    for (const signature of [packed, packed.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')]) {
      expect(sealed(call, signature)).toMatchObject([
        { type: 'reasoning', text: '', seal },
        { type: 'tool_call' },
      ])
      expect(sealed({ text: 'x', thought: true }, signature)).toEqual([
        { type: 'reasoning', text: 'x', seal },
      ])
    }
  })

  test('that were skipped are none', () => {
    for (const text of ['skip_thought_signature_validator', btoa('skip_thought_signature_validator'), ''])
      expect(sealed(call, text)).toEqual([
        { type: 'tool_call', id: 'x', name: 'f', arguments: '{}', kind: 'function' },
      ])
  })
})

describe('tools', () => {
  const declared = (declaration: object) =>
    decode({ tools: [{ functionDeclarations: [{ name: 'f', ...declaration }] }] }).tools[0]

  test('have JSON Schema, or one of Google’s that becomes it', () => {
    const schema = { type: 'object', properties: { type: { type: ['string', 'null'] } } }
    expect(declared({ description: 'd', parametersJsonSchema: schema })).toEqual({
      kind: 'function',
      name: 'f',
      description: 'd',
      schema,
    })
    const own = {
      type: 'OBJECT',
      propertyOrdering: ['type'],
      properties: {
        type: { type: 'STRING', nullable: true, enum: ['a'], format: 'enum' },
        list: { type: 'ARRAY', min_items: '2', items: { any_of: [{ type: 'INTEGER' }, { type: 'NUMBER' }] } },
        any: { nullable: true, anyOf: [{ type: 'STRING' }], example: 'x' },
      },
      required: ['type'],
    }
    expect(declared({ parameters: own })?.schema).toEqual({
      type: 'object',
      properties: {
        type: { type: ['string', 'null'], enum: ['a', null] },
        list: { type: 'array', minItems: 2, items: { anyOf: [{ type: 'integer' }, { type: 'number' }] } },
        any: { anyOf: [{ anyOf: [{ type: 'string' }] }, { type: 'null' }] },
      },
      required: ['type'],
    })
  })

  test.each<[object | undefined, object | undefined]>([
    [undefined, undefined],
    [{ mode: 'MODE_UNSPECIFIED' }, undefined],
    [{ mode: 'AUTO', allowedFunctionNames: ['f'] }, { mode: 'auto' }],
    [{ mode: 'ANY' }, { mode: 'any' }],
    [
      { mode: 'ANY', allowed_function_names: ['f'] },
      { mode: 'any', names: ['f'] },
    ],
    [{ mode: 'NONE' }, { mode: 'none' }],
    [
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
      { mode: 'auto', names: ['f'] },
    ],
  ])('are chosen by %j', (functionCallingConfig, expected) =>
    expect(decode({ toolConfig: { functionCallingConfig } }).toolChoice).toEqual(expected),
  )

  test('must follow their schema where they are validated', () => {
    const body = { tools: { functionDeclarations: { name: 'f' } } }
    const toolConfig = { functionCallingConfig: { mode: 'VALIDATED' } }
    expect(decode({ ...body, toolConfig }).tools).toEqual([{ kind: 'function', name: 'f', strict: true }])
  })

  test.each([
    { toolConfig: { functionCallingConfig: { mode: 'SOME' } } },
    { tools: [{ functionDeclarations: [{}] }] },
  ])('%j is refused', (body) =>
    expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  )
})
