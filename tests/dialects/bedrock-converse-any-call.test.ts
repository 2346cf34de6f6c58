import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatCall, MediaPart, Part, Tool, Turn } from '../../src/core/chat/call.ts'
import { efforts } from '../../src/core/chat/call.ts'
import { WeirError } from '../../src/core/errors.ts'
import { encode, models } from './bedrock-converse-calls.ts'

const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 4 })
const words = fc.oneof(fc.constantFrom('', ' ', '\n', 'a', 'é 🌊', 'x '), fc.string({ maxLength: 5 }))
const ids = fc.oneof(fc.constantFrom('a', 'call00001', 'abcdefghi', 'a b'), fc.string({ maxLength: 3 }))
const cache = fc.constantFrom({}, { ttl: '1h' as const }, { ttl: '5m' as const })
const kind = fc.constantFrom('function' as const, 'custom' as const)
const seal = fc.record({
  by: fc.constantFrom('anthropic' as const, 'openai' as const, 'google' as const),
  value: fc.constantFrom('c2VjcmV0', 'cnNuX2E='),
  locked: fc.boolean(),
})

const textPart = fc.record(
  { type: fc.constant('text' as const), text: words, cache },
  { requiredKeys: ['type', 'text'] },
)
const media: fc.Arbitrary<MediaPart> = fc.record(
  {
    type: fc.constantFrom('image' as const, 'document' as const),
    source: fc.record({
      type: fc.constant('base64' as const),
      mediaType: fc.constantFrom('image/png', 'application/pdf', 'text/csv'),
      data: fc.constant('AAAA'),
    }),
    cite: fc.boolean(),
    cache,
  },
  { requiredKeys: ['type', 'source'] },
)
const call = fc.record(
  { type: fc.constant('tool_call' as const), id: ids, name: words, arguments: words, kind, seal, cache },
  { requiredKeys: ['type', 'id', 'name', 'arguments', 'kind'] },
)
const result = fc.record({
  type: fc.constant('tool_result' as const),
  callId: ids,
  content: some(textPart),
  isError: fc.boolean(),
  kind,
})
const thought = fc.record(
  { type: fc.constant('reasoning' as const), text: words, seal },
  { requiredKeys: ['type', 'text'] },
)
const part: fc.Arbitrary<Part> = fc.oneof(
  textPart,
  textPart,
  media,
  call,
  result,
  thought,
) as fc.Arbitrary<Part>
const turn: fc.Arbitrary<Turn> = fc.record({
  role: fc.constantFrom('user' as const, 'user' as const, 'assistant' as const, 'system' as const),
  parts: some(part),
})
const tool: fc.Arbitrary<Tool> = fc.record(
  {
    kind: fc.constant('function' as const),
    name: fc.constantFrom('f', 'g', 'h'),
    description: words,
    strict: fc.boolean(),
    cache,
  },
  { requiredKeys: ['kind', 'name'] },
)
const calls = fc.record(
  {
    system: some(textPart),
    turns: fc
      .array(turn, { maxLength: 6 })
      .map((turns): Turn[] => [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }, ...turns]),
    tools: some(tool),
    toolChoice: fc.record(
      { mode: fc.constantFrom('auto' as const, 'none' as const, 'any' as const), names: some(words) },
      { requiredKeys: ['mode'] },
    ),
    parallelTools: fc.boolean(),
    reasoning: fc.record(
      { effort: fc.constantFrom(...efforts), budget: fc.nat(30_000), visible: fc.boolean() },
      { requiredKeys: [] },
    ),
    stop: some(words),
  },
  { requiredKeys: ['turns'] },
) as fc.Arbitrary<Partial<ChatCall>>

interface Found {
  readonly [name: string]: unknown
}

test('any call is one that Bedrock’s rules allow, or is refused with a reason', () => {
  let written = 0
  fc.assert(
    fc.property(calls, fc.constantFrom(...Object.values(models)), (call, model) => {
      const encoded = attempt(call, model)
      if (!encoded) return
      written++
      const { wire, dropped } = encoded
      expect(new Set(dropped).size).toBe(dropped.length)
      const roles = wire.messages.map(({ role }) => role)
      expect(roles).toEqual(roles.map((_, at) => (at % 2 === 0 ? 'user' : 'assistant')))
      for (const { content } of wire.messages) checkBlocks(content as Found[])
      if (wire.system) checkBlocks(wire.system as Found[])
      expect(JSON.stringify(wire).match(/"cachePoint":\{/g)?.length ?? 0).toBeLessThanOrEqual(4)
      const hasTools = /"tool(Use|Result)":\{/.test(JSON.stringify(wire.messages))
      if (hasTools) expect(wire.toolConfig?.tools.length).toBeGreaterThan(0)
      const own = wire.additionalModelRequestFields ?? {}
      if ('tool_choice' in own) expect(wire.toolConfig?.toolChoice).toBeUndefined()
    }),
    { numRuns: 400 },
  )
  expect(written).toBeGreaterThan(100)
})

function attempt(call: Partial<ChatCall>, model: string) {
  try {
    return encode(call, model)
  } catch (error) {
    expect(error).toBeInstanceOf(WeirError)
    expect(error).toMatchObject({ code: 'cannot_translate' })
    return undefined
  }
}

function checkBlocks(blocks: readonly Found[]): void {
  expect(blocks.length).toBeGreaterThan(0)
  const lastResult = blocks.findLastIndex((block) => 'toolResult' in block)
  for (const [at, block] of blocks.entries()) {
    if ('text' in block) expect((block['text'] as string).trim()).not.toBe('')
    if ('cachePoint' in block) expect(blocks[at - 1] ?? { cachePoint: 1 }).not.toHaveProperty('cachePoint')
    else if (at < lastResult) expect(block).toHaveProperty('toolResult')
  }
  if (blocks.some((block) => 'document' in block)) expect(blocks.some((block) => 'text' in block)).toBe(true)
}
