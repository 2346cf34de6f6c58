import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openai } from '../../providers/openai.ts'
import type { ChatCall, Part, Turn } from '../../src/core/chat/call.ts'
import { said } from '../../src/dialects/said.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'

/** Calls that Responses can carry whole. */

const target = { org: 'a', upstreamModel: 'm', outputCap: 77, quirks: openai.quirks }
const word = fc.string({ minLength: 1, maxLength: 8 })
const toolName = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/)

const text = word.map((text): Part => ({ type: 'text', text }))
const source = fc.oneof(
  word.map((data) => ({ type: 'base64' as const, mediaType: 'image/png', data: btoa(encodeURI(data)) })),
  word.map((path) => ({ type: 'url' as const, url: `https://a/${path}` })),
)
const image = fc
  .tuple(source, fc.constantFrom('auto', 'low', 'high', 'original'))
  .map(([source, detail]): Part => ({ type: 'image', source, detail }))
const document = fc.tuple(source, word).map(([source, name]): Part => ({ type: 'document', source, name }))
const kind = fc.constantFrom('function', 'custom')
const call = fc
  .tuple(word, toolName, word, kind)
  .map(([id, name, input, kind]): Part => ({ type: 'tool_call', id, name, arguments: input, kind }))
const result = fc
  .tuple(
    word,
    fc.oneof(
      text.map((part) => [part]),
      fc.array(fc.oneof(text, image), { minLength: 2 }),
    ),
    kind,
  )
  .map(
    ([callId, content, kind]): Part =>
      ({ type: 'tool_result', callId, content, isError: false, kind }) as Part,
  )
const citation = fc
  .tuple(word, word, fc.nat(9), fc.nat(9))
  .map(([path, title, start, end]) => ({ type: 'url' as const, url: `https://a/${path}`, title, start, end }))
const cited = fc
  .tuple(word, fc.array(citation, { minLength: 1, maxLength: 2 }))
  .map(([text, citations]): Part => ({ type: 'text', text, citations }))
const refusal = word.map((text): Part => ({ type: 'refusal', text }))
const thought = fc.tuple(fc.oneof(word, fc.constant('')), word).map(([text, id]): Part => {
  const seal = { by: 'openai' as const, value: 'gAAA', id, locked: true }
  return { type: 'reasoning', text, seal }
})

const parts = (part: fc.Arbitrary<Part>) => fc.array(part, { minLength: 1, maxLength: 4 })
const turn: fc.Arbitrary<Turn> = fc.oneof(
  parts(fc.oneof(text, image, document)).map((parts) => ({ role: 'user' as const, parts })),
  parts(result).map((parts) => ({ role: 'user' as const, parts })),
  parts(fc.oneof(text, cited, refusal, thought, call)).map((parts) => ({
    role: 'assistant' as const,
    parts,
  })),
  parts(text).map((parts) => ({ role: 'system' as const, parts })),
)

const closed = { type: 'object', properties: {}, additionalProperties: false }

const tool = fc.oneof(
  fc.record({
    kind: fc.constant('function' as const),
    name: toolName,
    description: word,
    schema: fc.constant(closed),
    strict: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('custom' as const),
    name: toolName,
    grammar: fc.constant({ syntax: 'lark', definition: 'x' }),
  }),
)

const wishes = fc.record(
  {
    toolChoice: fc.oneof(
      fc.constantFrom('auto', 'none', 'any').map((mode) => ({ mode })),
      fc.array(word, { minLength: 1, maxLength: 3 }).map((names) => ({ mode: 'any' as const, names })),
    ),
    parallelTools: fc.boolean(),
    format: fc.oneof(
      fc.constant({ type: 'json' as const }),
      fc.record({
        type: fc.constant('schema' as const),
        schema: fc.constant(closed),
        name: word,
        strict: fc.boolean(),
      }),
    ),
    reasoning: fc.oneof(
      fc.record({ effort: fc.constantFrom('none', 'low', 'max') }),
      fc.record({ effort: fc.constant('high'), visible: fc.constant(true) }),
      fc.constant({ visible: true }),
    ),
    verbosity: fc.constantFrom('low', 'high'),
    serviceTier: fc.constant('standard'),
    metadata: fc.dictionary(word, word),
  },
  { requiredKeys: [] },
)

const wholeCall: fc.Arbitrary<ChatCall> = fc
  .record({
    system: fc.array(
      word.map((text) => ({ type: 'text' as const, text })),
      { maxLength: 3 },
    ),
    turns: fc.array(turn, { maxLength: 6 }),
    tools: fc.array(tool, { maxLength: 3 }),
    sampling: fc.record(
      { temperature: fc.constant(0.5), topP: fc.constant(0), topLogprobs: fc.nat(20) },
      { requiredKeys: [] },
    ),
    stop: fc.constant([]),
    answers: fc.constant(1),
    stream: fc.boolean(),
    foreign: fc.constant([]),
    wishes,
  })
  .map(({ wishes: { toolChoice, parallelTools, ...wishes }, ...call }) => {
    // How tools may be called is not said without any.
    const calling = call.tools.length > 0 ? said({ toolChoice, parallelTools }) : {}
    return { ...call, ...wishes, ...calling } as ChatCall
  })

/** The same call for every reader: neighbours of one role are one turn, and what stands in front is the system's. */
function plain({ system, turns, ...call }: ChatCall): unknown {
  const merged: { role: string; parts: Part[] }[] = []
  for (const { role, parts } of turns) {
    const last = merged.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else merged.push({ role, parts: [...parts] })
  }
  const isFront = merged[0]?.role === 'system'
  const front = isFront ? (merged[0]?.parts ?? []) : []
  return { ...call, system: [...system, ...front], turns: isFront ? merged.slice(1) : merged }
}

/** JSON is asked for in words, too, where nobody spoke of it. */
function asked(call: ChatCall): ChatCall {
  const said = [...call.system, ...call.turns.flatMap((turn) => turn.parts)]
  if (call.format?.type !== 'json' || said.some((part) => part.type === 'text' && /json/i.test(part.text)))
    return call
  return { ...call, system: [...call.system, { type: 'text', text: 'Answer with a JSON object.' }] }
}

test('what is written is read again as the same call', () => {
  fc.assert(
    fc.property(wholeCall, (call) => {
      const { body, dropped } = openaiResponses.encodeCall(call, target)
      expect(dropped).toEqual([])
      const read = openaiResponses.decodeCall(openaiResponses.read({ body }))
      expect(plain(read)).toEqual(plain({ ...asked(call), outputCap: 77 }))
    }),
    { numRuns: 600 },
  )
})
