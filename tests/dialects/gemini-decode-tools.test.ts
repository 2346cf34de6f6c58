import { describe, expect, test } from 'vitest'
import { packSeal, type Seal } from '../../src/core/chat/seal.ts'
import { decode } from './gemini-wire.ts'

const partsOf = (parts: object[], role = 'user') => decode({ contents: [{ role, parts }] }).turns[0]?.parts

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

  test('of others are read back, in whichever way a client writes base64', () => {
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
