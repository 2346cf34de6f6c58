import { describe, expect, test } from 'vitest'
import type { ChatCall, Part, Tool } from '../../src/core/chat/call.ts'
import { encode } from './anthropic-calls.ts'

const schema = { type: 'object', properties: { a: { type: 'string', minLength: 2 } }, required: ['a'] }
const tool = (name: string): Tool => ({ kind: 'function', name, schema })
const tools = [tool('f'), tool('g'), tool('h')]

describe('tools', () => {
  test('are told as they are', () => {
    const { body } = encode({
      tools: [
        { ...tool('f'), description: 'F.', cache: {} },
        { kind: 'function', name: 'g' },
      ],
    })
    expect(body['tools']).toEqual([
      { name: 'f', description: 'F.', input_schema: schema, cache_control: { type: 'ephemeral' } },
      { name: 'g', input_schema: { type: 'object', properties: {} } },
    ])
  })

  test.each([
    ['a dot in it', 'files.read'],
    ['more characters than 128', 'x'.repeat(129)],
    ['none', ''],
  ])('have a name that the provider takes: one with %s is refused, and why is said', (_, name) =>
    expect(() => encode({ tools: [tool(name)] })).toThrow(
      expect.objectContaining({
        code: 'cannot_translate',
        message: expect.stringContaining('up to 128 letters, digits, _ and -') as string,
      }),
    ),
  )

  test('that are strict have a schema that can be kept to, where the model keeps to any', () => {
    const strict = { tools: [{ ...tool('f'), strict: true }] }
    expect(encode(strict).body['tools']).toEqual([
      {
        name: 'f',
        input_schema: {
          type: 'object',
          properties: { a: { type: 'string', description: 'minLength: 2' } },
          required: ['a'],
          additionalProperties: false,
        },
        strict: true,
      },
    ])
    const old = encode(strict, { model: 'claude-sonnet-4-20250514' })
    expect(old.body['tools']).toEqual([{ name: 'f', input_schema: schema }])
    expect(old.dropped).toEqual(['strict'])
  })

  test('of plain text there are none', () => {
    const patch: Tool = { kind: 'custom', name: 'patch', grammar: { type: 'lark', definition: 'start: "a"' } }
    expect(() => encode({ tools: [patch] })).toThrow(expect.objectContaining({ code: 'cannot_translate' }))
    expect(() => encode({ tools: [patch] })).toThrow(/send patch as a function/)
  })

  test.each<[Partial<ChatCall>, unknown]>([
    [{}, undefined],
    [{ toolChoice: { mode: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { mode: 'none' }, parallelTools: false }, { type: 'none' }],
    [{ toolChoice: { mode: 'any' } }, { type: 'any' }],
    [{ toolChoice: { mode: 'any', names: ['g'] } }, { type: 'tool', name: 'g' }],
    [{ parallelTools: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { toolChoice: { mode: 'any' }, parallelTools: true },
      { type: 'any', disable_parallel_tool_use: false },
    ],
  ])('are chosen: %j', (wish, choice) => {
    const { body } = encode({ tools, ...wish })
    expect(body['tool_choice']).toEqual(choice)
    expect(body['tools']).toHaveLength(3)
  })

  test('of a choice between some are the only ones', () => {
    const namesOf = (mode: 'any' | 'auto', names: string[]) => {
      const { body } = encode({ tools, toolChoice: { mode, names } })
      return [body['tool_choice'], (body['tools'] as { name: string }[]).map(({ name }) => name)]
    }
    expect(namesOf('any', ['f', 'h'])).toEqual([{ type: 'any' }, ['f', 'h']])
    expect(namesOf('auto', ['g'])).toEqual([{ type: 'auto' }, ['g']])
  })

  test('cannot be chosen where there are none', () => {
    const { body } = encode({ toolChoice: { mode: 'any' } })
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages'])
  })

  test('are not called by force where the model refuses that', () => {
    const forced = (model: string) => {
      const { body, dropped } = encode({ tools, toolChoice: { mode: 'any' } }, { model })
      return [body['tool_choice'], dropped]
    }
    for (const model of ['claude-opus-5-5', 'claude-fable-5-2', 'claude-mythos-5-1@latest', 'claude-opus-9'])
      expect(forced(model)).toEqual([{ type: 'auto' }, ['tool_choice']])
    for (const model of ['claude-opus-5-20260801', 'claude-fable-5-20260801', 'claude-sonnet-4', 'glm-5'])
      expect(forced(model)).toEqual([{ type: 'any' }, []])
  })
})

describe('the format of the answer', () => {
  const format = { type: 'schema', schema, name: 'answer', description: 'An answer.' } as const

  test('is a setting where the model has it', () => {
    expect(encode({ format }).body['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          title: 'answer',
          description: 'An answer.',
          type: 'object',
          properties: { a: { type: 'string', description: 'minLength: 2' } },
          required: ['a'],
          additionalProperties: false,
        },
      },
    })
  })

  test('is a tool where it has not', () => {
    const old = 'claude-sonnet-4-20250514'
    const alone = encode({ format }, { model: old }).body
    expect(alone['tools']).toMatchObject([{ name: 'weir_json_answer', input_schema: schema }])
    expect(alone['tool_choice']).toEqual({ type: 'tool', name: 'weir_json_answer' })
    const among = encode(
      { format, tools, toolChoice: { mode: 'auto' }, parallelTools: false },
      { model: old },
    ).body
    expect(among['tools']).toHaveLength(4)
    expect(among['tool_choice']).toEqual({ type: 'any', disable_parallel_tool_use: true })
    const none = encode({ format, tools, toolChoice: { mode: 'none' } }, { model: old }).body
    expect(none['tool_choice']).toEqual({ type: 'tool', name: 'weir_json_answer' })
  })

  test('is said where there is no other way', () => {
    const list = { type: 'schema', schema: { type: 'array', items: { type: 'string' } } } as const
    const { body, dropped } = encode({ format: list }, { model: 'claude-3-haiku' })
    expect(JSON.stringify(body['system'])).toContain('fits this schema')
    expect(dropped).toEqual(['json_schema'])
    const json = encode({ format: { type: 'json' }, system: [{ type: 'text', text: 'Be brief.' }] })
    expect(json.body['system']).toMatchObject([{ text: 'Be brief.' }, { text: /valid JSON.*object/ }])
    expect(json.dropped).toEqual(['json_object'])
  })

  test('leaves no place for citations', () => {
    const document: Part = { type: 'document', source: { type: 'text', text: 'a' }, cite: true }
    const { body, dropped } = encode({ format, turns: [{ role: 'user', parts: [document] }] })
    expect(JSON.stringify(body['messages'])).toContain('"citations":{"enabled":false}')
    expect(dropped).toEqual(['citations'])
  })

  test('has a schema in words where it cannot be kept to', () => {
    const deep = {
      $schema: 'x',
      oneOf: [
        { $ref: '#/$defs/a', description: 'gone' },
        { type: 'string', format: 'regex' },
      ],
      $defs: {
        a: {
          type: ['object', 'null'],
          description: 'A.',
          properties: {
            pattern: {
              type: 'array',
              items: { type: 'integer', minimum: 0 },
              maxItems: 3,
              uniqueItems: false,
            },
            when: { type: 'string', format: 'date-time' },
          },
        },
      },
    }
    const { body } = encode({ format: { type: 'schema', schema: deep } })
    expect(body['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          $schema: 'x',
          anyOf: [{ $ref: '#/$defs/a' }, { type: 'string', description: 'format: "regex"' }],
          $defs: {
            a: {
              type: ['object', 'null'],
              description: 'A.',
              properties: {
                pattern: {
                  type: 'array',
                  items: { type: 'integer', description: 'minimum: 0' },
                  description: 'maxItems: 3',
                },
                when: { type: 'string', format: 'date-time' },
              },
              additionalProperties: false,
            },
          },
        },
      },
    })
    const reference = { type: 'schema', schema: { $ref: '#/$defs/a', $defs: {} }, name: 'x' } as const
    expect(encode({ format: reference }).body['output_config']).toMatchObject({
      format: { schema: { $ref: '#/$defs/a', $defs: {} } },
    })
  })
})
