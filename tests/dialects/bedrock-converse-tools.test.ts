import { describe, expect, test } from 'vitest'
import type { ChatCall, Tool } from '../../src/core/chat/call.ts'
import { assistant, encode, hello, models, toolCall, toolResult, user } from './bedrock-converse-calls.ts'

const f: Tool = {
  kind: 'function',
  name: 'f',
  description: 'does f',
  schema: { type: 'object', properties: { x: { type: 'number', minimum: 1 } } },
}
const g: Tool = { kind: 'function', name: 'g', description: ' ' }
const past = [hello, assistant(toolCall('a')), user(toolResult('a'))]

const toolsOf = (call: Partial<ChatCall>, model?: string) => {
  const { wire, dropped } = encode(call, model)
  return { ...wire.toolConfig, own: wire.additionalModelRequestFields, system: wire.system, dropped }
}
const names = (tools: readonly object[] | undefined) =>
  tools?.map((tool) => (tool as { toolSpec: { name: string } }).toolSpec.name)

test('tools go up with a schema each, and with a description that is not blank', () => {
  expect(toolsOf({ tools: [f, g] })).toEqual({
    tools: [
      { toolSpec: { name: 'f', description: 'does f', inputSchema: { json: f.schema } } },
      { toolSpec: { name: 'g', inputSchema: { json: { type: 'object', properties: {} } } } },
    ],
    dropped: [],
  })
})

test.each([
  ['auto', { auto: {} }],
  ['any', { any: {} }],
] as const)('the choice %s', (mode, toolChoice) => {
  expect(toolsOf({ tools: [f, g], toolChoice: { mode } }).toolChoice).toEqual(toolChoice)
})

test('the choice of one tool names it, and all tools stay', () => {
  const told = toolsOf({ tools: [f, g], toolChoice: { mode: 'any', names: ['g'] } })
  expect(told.toolChoice).toEqual({ tool: { name: 'g' } })
  expect(names(told.tools)).toEqual(['f', 'g'])
})

test.each(['any', 'auto'] as const)('the choice %s of several brings these alone', (mode) => {
  const h: Tool = { ...g, name: 'h' }
  const told = toolsOf({ tools: [f, g, h], toolChoice: { mode, names: ['f', 'h'] } })
  expect(told.toolChoice).toEqual({ [mode]: {} })
  expect(names(told.tools)).toEqual(['f', 'h'])
})

describe('a model that cannot be told to call a tool', () => {
  test.each([models.llama, models.opus55])('%s may, and that is told', (model) => {
    const told = toolsOf({ tools: [f], toolChoice: { mode: 'any' } }, model)
    expect(told).toMatchObject({ toolChoice: { auto: {} }, dropped: ['tool_choice'] })
  })
})

describe('no tool at all', () => {
  const none = { toolChoice: { mode: 'none' } } as const

  test('leaves the tools out where the history has none', () => {
    expect(toolsOf({ tools: [f], ...none })).toEqual({ dropped: [] })
    expect(toolsOf({ tools: [f], ...none }, models.nova)).toEqual({ dropped: [] })
  })

  test('is Claude’s own word where the history has some', () => {
    const told = toolsOf({ tools: [f], turns: past, ...none })
    expect(names(told.tools)).toEqual(['f'])
    expect(told).toMatchObject({ own: { tool_choice: { type: 'none' } }, dropped: [] })
    expect(told.toolChoice).toBeUndefined()
  })

  test('is asked for in words of others, and told', () => {
    const told = toolsOf({ tools: [f], turns: past, ...none }, models.nova)
    expect(names(told.tools)).toEqual(['f'])
    expect(told.system).toEqual([{ text: 'Answer without calling any tool.' }])
    expect(told.dropped).toEqual(['tool_choice'])
  })
})

describe('a history with tools, without tools', () => {
  test('brings the tools that were called, and no more calls of them', () => {
    const told = toolsOf({ turns: past })
    expect(told.tools).toEqual([
      { toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } },
    ])
    expect(told.own).toEqual({ tool_choice: { type: 'none' } })
  })

  test('brings one even where only results are told', () => {
    expect(names(toolsOf({ turns: [user(toolResult('a'))] }).tools)).toEqual(['tool'])
  })
})

describe('one call at most', () => {
  const single = { tools: [f], parallelTools: false }

  test.each([
    [undefined, { type: 'auto' }],
    [{ mode: 'auto' }, { type: 'auto' }],
    [{ mode: 'any' }, { type: 'any' }],
    [
      { mode: 'any', names: ['f'] },
      { type: 'tool', name: 'f' },
    ],
  ] as const)('is Claude’s own word, in place of the choice %j', (toolChoice, own) => {
    const told = toolsOf({ ...single, ...(toolChoice && { toolChoice }) })
    expect(told.own).toEqual({ tool_choice: { ...own, disable_parallel_tool_use: true } })
    expect(told.toolChoice).toBeUndefined()
  })

  test('is named where it cannot be told', () => {
    expect(toolsOf({ ...single, toolChoice: { mode: 'any' } }, models.nova)).toMatchObject({
      toolChoice: { any: {} },
      dropped: ['parallel_tool_calls'],
    })
  })

  test('says nothing without tools', () => {
    expect(toolsOf({ parallelTools: false })).toEqual({ dropped: [] })
    expect(toolsOf({ parallelTools: true, tools: [f] }).own).toBeUndefined()
  })
})

describe('strict tools', () => {
  const strict = { ...f, strict: true }

  test('are strict where the model can be held to a schema, as far as it can', () => {
    expect(toolsOf({ tools: [strict] })).toMatchObject({
      tools: [
        {
          toolSpec: {
            strict: true,
            inputSchema: {
              json: { type: 'object', properties: { x: { type: 'number' } }, additionalProperties: false },
            },
          },
        },
      ],
      dropped: ['strict'],
    })
    const closed = { ...strict, schema: { type: 'object', properties: {}, additionalProperties: false } }
    expect(toolsOf({ tools: [closed] }).dropped).toEqual([])
  })

  test('others than Claude get the schema as it is', () => {
    expect(toolsOf({ tools: [strict] }, models.gptOss)).toMatchObject({
      tools: [{ toolSpec: { strict: true, inputSchema: { json: f.schema } } }],
      dropped: [],
    })
  })

  test.each([models.opus47, models.sonnet4, models.nova])('%s has none', (model) => {
    const told = toolsOf({ tools: [strict] }, model)
    expect(told.tools).toEqual([
      { toolSpec: { name: 'f', description: 'does f', inputSchema: { json: f.schema } } },
    ])
    expect(told.dropped).toEqual(['strict'])
    expect(toolsOf({ tools: [{ ...f, strict: false }] }, model).dropped).toEqual([])
  })
})

test.each([
  ['custom tools', { kind: 'custom', name: 'grep' } as Tool, 'send grep as a function'],
  ['a name with a dot', { ...f, name: 'a.b' }, 'not a.b'],
  ['a name that is too long', { ...f, name: 'x'.repeat(65) }, 'up to 64'],
])('%s are refused', (_, tool, message) => {
  expect(() => encode({ tools: [tool] })).toThrow(
    expect.objectContaining({
      code: 'cannot_translate',
      message: expect.stringContaining(message) as string,
    }),
  )
})
