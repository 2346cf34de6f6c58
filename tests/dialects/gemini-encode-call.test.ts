import { describe, expect, test } from 'vitest'
import type { ChatCall, Part, Tool, Turn } from '../../src/core/chat/call.ts'
import { encode } from './gemini-wire.ts'

const text = (text: string) => ({ type: 'text', text }) as const
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const model = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const config = (call: Partial<ChatCall>, upstream?: string) => {
  const { body, dropped } = encode(call, upstream)
  return { ...(body['generationConfig'] as object), dropped }
}

test('a call that says nothing asks for no more than the cap', () =>
  expect(encode({ outputCap: 9000 })).toEqual({
    body: {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { maxOutputTokens: 4096 },
    },
    dropped: [],
  }))

describe('the conversation', () => {
  test('turns of one role become one, and empty ones go', () => {
    const turns = [
      user(text('a')),
      user(text(''), text('b')),
      model(text('')),
      user(text('c')),
      model(text('d')),
    ]
    expect(encode({ turns }).body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] },
      { role: 'model', parts: [{ text: 'd' }] },
    ])
  })

  test('instructions go in front of it, wherever they stand', () => {
    const turns: Turn[] = [user(text('a')), { role: 'system', parts: [text('now')] }]
    const { body, dropped } = encode({ system: [text('be'), text('brief')], turns })
    expect(body['systemInstruction']).toEqual({ parts: [{ text: 'be' }, { text: 'brief' }, { text: 'now' }] })
    expect(body['contents']).toEqual([{ role: 'user', parts: [{ text: 'a' }] }])
    expect(dropped).toEqual(['system_position'])
  })

  test('instructions are the words of the user where there is no other place, or no other word', () => {
    const system = [text('be brief')]
    const gemma = encode({ system }, 'gemma-3-27b-it').body
    expect(gemma['systemInstruction']).toBeUndefined()
    expect(gemma['contents']).toEqual([{ role: 'user', parts: [{ text: 'be brief' }, { text: 'hi' }] }])
    const alone = encode({ system, turns: [] }).body
    expect(alone['contents']).toEqual([{ role: 'user', parts: [{ text: 'be brief' }] }])
    const answered = encode({ system, turns: [model(text('yes'))] }, 'gemma-3-27b-it').body
    expect(answered['contents']).toMatchObject([{ role: 'user' }, { role: 'model' }])
  })

  test('a refusal is a text like any other', () =>
    expect(encode({ turns: [model({ type: 'refusal', text: 'No.' })] }).body['contents']).toEqual([
      { role: 'model', parts: [{ text: 'No.' }] },
    ]))
})

describe('tools', () => {
  const tool: Tool = { kind: 'function', name: 'f', description: 'd', schema: { type: 'object' } }
  const modeOf = (call: Partial<ChatCall>) => {
    const { toolConfig } = encode({ tools: [tool], ...call }).body
    return (toolConfig as { functionCallingConfig: object } | undefined)?.functionCallingConfig
  }
  const strict = { tools: [{ ...tool, strict: true }] }

  test('are declared by their JSON Schema', () =>
    expect(encode({ tools: [tool, { kind: 'function', name: 'g' }] }).body['tools']).toEqual([
      {
        functionDeclarations: [
          { name: 'f', description: 'd', parametersJsonSchema: { type: 'object' } },
          { name: 'g' },
        ],
      },
    ]))

  test.each<[Partial<ChatCall>, object | undefined]>([
    [{}, undefined],
    [{ toolChoice: { mode: 'auto' } }, { mode: 'AUTO' }],
    [{ toolChoice: { mode: 'auto', names: ['f'] } }, { mode: 'VALIDATED', allowedFunctionNames: ['f'] }],
    [{ toolChoice: { mode: 'any' } }, { mode: 'ANY' }],
    [{ toolChoice: { mode: 'any', names: ['f'] } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [{ toolChoice: { mode: 'none' } }, { mode: 'NONE' }],
    [strict, { mode: 'VALIDATED' }],
    [{ ...strict, toolChoice: { mode: 'auto' } }, { mode: 'VALIDATED' }],
    [{ ...strict, toolChoice: { mode: 'any' } }, { mode: 'ANY' }],
    [{ tools: [], toolChoice: { mode: 'auto' } }, undefined],
  ])('%j', (call, mode) => expect(modeOf(call)).toEqual(mode))

  test.each([
    ['a slash in it', 'files/read'],
    ['a digit in front', '3d'],
    ['more characters than 128', 'x'.repeat(129)],
  ])('have a name that the provider takes: one with %s is refused, and why is said', (_, name) =>
    expect(() => encode({ tools: [{ kind: 'function', name }] })).toThrow(
      expect.objectContaining({
        code: 'cannot_translate',
        message: expect.stringContaining('up to 128 letters') as string,
      }),
    ),
  )

  test('of a custom kind are refused', () =>
    expect(() => encode({ tools: [{ kind: 'custom', name: 'f' }] })).toThrow(
      expect.objectContaining({ code: 'cannot_translate' }),
    ))
})

describe('the format', () => {
  const schema = {
    type: 'object',
    properties: { const: { const: 'a' }, list: { items: { anyOf: [{ const: 1 }] } } },
  }
  const format = { type: 'schema', schema, name: 'n', description: 'd' } as const
  const tools: Tool[] = [{ kind: 'function', name: 'f' }]

  test('is JSON, and follows a schema without const', () => {
    expect(config({ format: { type: 'json' } })).toMatchObject({ responseMimeType: 'application/json' })
    expect(config({ format }, 'gemini-2.5-flash')).toMatchObject({
      responseMimeType: 'application/json',
      responseJsonSchema: {
        description: 'd',
        type: 'object',
        properties: { const: { enum: ['a'] }, list: { items: { anyOf: [{ enum: [1] }] } } },
      },
      dropped: [],
    })
  })

  test('stands beside functions on newer models only, and where none must be called', () => {
    expect(config({ format, tools }).dropped).toEqual([])
    expect(config({ format, tools }, 'gemini-2.5-pro')).toEqual({
      maxOutputTokens: 4096,
      dropped: ['json_schema'],
    })
    expect(config({ format, tools, toolChoice: { mode: 'any' } }).dropped).toEqual(['json_schema'])
  })
})
