import fc from 'fast-check'
import { efforts, type ChatCall, type Tool, type ToolChoice, type Turn } from '../../../src/core/chat/call.ts'
import type { SealMaker } from '../../../src/core/chat/seal.ts'
import {
  assistantParts,
  content,
  maybe,
  maybeOne,
  results,
  textPart,
  type Features,
} from './arbitrary-parts.ts'
import { name, schema, words } from './arbitrary-text.ts'
import type { Feature } from './can.ts'

/** A call of these features, in the order and shape that every dialect has: turns by turns, each call with its result. */
export function callOf(may: Features, maker?: SealMaker): fc.Arbitrary<ChatCall> {
  const parts = fc.tuple(
    fc.array(textPart(may), { maxLength: may.has('system') ? 2 : 0 }),
    turnsOf(may, maker),
    toolsOf(may),
    wishesOf(may),
    samplingOf(may),
    recordsOf(may),
  )
  return parts.chain(([system, turns, tools, wishes, sampling, records]) =>
    choiceOf(may, tools).map((choice) => ({
      system,
      turns,
      tools,
      ...choice,
      ...wishes,
      sampling,
      ...records,
      foreign: [],
    })),
  )
}

/** Rounds of a question, an answer and the results of what the answer calls, and a question at the end. */
function turnsOf(may: Features, maker: SealMaker | undefined): fc.Arbitrary<Turn[]> {
  const question = named(may, 'user', content(may))
  const answer = named(may, 'assistant', assistantParts(may, maker))
  const round = fc.tuple(question, answer, fc.uniqueArray(name, { minLength: 2, maxLength: 2 }))
  const last = fc.tuple(question, may.has('system_turn') ? systemTurns(may) : fc.constant([]))
  return fc.tuple(fc.array(round, { maxLength: 2 }), last).chain(([rounds, [question, system]]) =>
    fc
      .tuple(...rounds.map((parts, index) => roundOf(parts, index, may)))
      // In front of all others it would be a system prompt.
      .map((rounds) => [...rounds.flat(), ...(rounds.length > 0 ? system : []), question]),
  )
}

function systemTurns(may: Features): fc.Arbitrary<Turn[]> {
  const turn = textPart(may).map((part): Turn => ({ role: 'system', parts: [part] }))
  return fc.array(turn, { maxLength: 1 })
}

function roundOf(
  [question, answer, ids]: readonly [Turn, Turn, readonly string[]],
  round: number,
  may: Features,
): fc.Arbitrary<Turn[]> {
  let count = 0
  const parts = answer.parts.map((part) =>
    part.type === 'tool_call' ? { ...part, id: `call_${ids[count]}_${round}${count++}` } : part,
  )
  const calls = parts.filter((part) => part.type === 'tool_call')
  const turns = [question, { ...answer, parts }]
  if (calls.length === 0) return fc.constant(turns)
  // Who got results answers before anything else is said.
  const closing = textPart(new Set<Feature>()).map((part): Turn => ({ role: 'assistant', parts: [part] }))
  return fc.tuple(results(calls, may), closing).map(([results, closing]) => [...turns, results, closing])
}

function named<R extends Turn['role']>(
  may: Features,
  role: R,
  parts: fc.Arbitrary<Turn['parts']>,
): fc.Arbitrary<Turn> {
  const extra = maybe(
    may.has('name'),
    name.map((name) => ({ name })),
  )
  return fc.tuple(parts, extra).map(([parts, extra]) => ({ role, parts, ...extra }))
}

function toolsOf(may: Features): fc.Arbitrary<Tool[]> {
  if (!may.has('tools')) return fc.constant([])
  const cache = maybe(may.has('tool_cache'), fc.constant({ cache: {} }))
  const strict = maybe(
    may.has('strict'),
    fc.boolean().map((strict) => ({ strict })),
  )
  const described = fc.record({ name, description: words })
  const schemas = schema.map((schema) => ({ schema }))
  const shaped = may.has('schemaless_tools') ? fc.oneof(schemas, fc.constant({})) : schemas
  const plain = fc
    .tuple(described, shaped, strict, cache)
    .map(
      ([tool, ...extras]): Tool => Object.assign({ kind: 'function' as const, ...tool }, ...extras) as Tool,
    )
  const grammar = maybe(
    may.has('grammar'),
    words.map((definition) => ({ grammar: { syntax: 'lark', definition } })),
  )
  const custom = fc
    .tuple(described, grammar, cache)
    .map(([tool, ...extras]): Tool => Object.assign({ kind: 'custom' as const, ...tool }, ...extras) as Tool)
  return fc.uniqueArray(may.has('custom_tools') ? fc.oneof(plain, custom) : plain, {
    selector: (tool) => tool.name,
    maxLength: 3,
  })
}

function choiceOf(may: Features, tools: readonly Tool[]) {
  if (tools.length === 0) return fc.constant({})
  const names = tools.map((tool) => tool.name)
  const plain: ToolChoice[] = [{ mode: 'none' }, { mode: 'auto' }, { mode: 'any' }]
  const one: ToolChoice[] = names.map((name) => ({ mode: 'any', names: [name] }))
  const some = names.length > 1 ? [names.slice(0, 2)] : []
  const choices = [
    ...(may.has('tool_choice') ? plain : []),
    ...(may.has('tool_choice_one') ? one : []),
    ...(may.has('tool_choice_some') ? some.map((names): ToolChoice => ({ mode: 'any', names })) : []),
    ...(may.has('tool_choice_some_auto') ? some.map((names): ToolChoice => ({ mode: 'auto', names })) : []),
  ]
  const choice = maybeOne(choices.map((toolChoice) => fc.constant({ toolChoice })))
  const parallel = maybe(
    may.has('parallel_tools'),
    fc.boolean().map((parallelTools) => ({ parallelTools })),
  )
  return fc.tuple(choice, parallel).map(([choice, parallel]) => ({ ...choice, ...parallel }))
}

function wishesOf(may: Features) {
  return fc
    .tuple(formatOf(may), reasoningOf(may), maybe(may.has('verbosity'), verbosity))
    .map(([format, reasoning, verbosity]) => ({ ...format, ...reasoning, ...verbosity }))
}

const verbosity = fc
  .constantFrom('low' as const, 'medium' as const, 'high' as const)
  .map((verbosity) => ({ verbosity }))

function formatOf(may: Features) {
  const names = fc.record({ name, description: words, strict: fc.boolean() })
  const shaped = fc
    .tuple(schema, maybe(may.has('format_names'), names))
    .map(([schema, names]) => ({ format: { type: 'schema' as const, schema, ...names } }))
  const json = fc.constant({ format: { type: 'json' as const } })
  const formats = [...(may.has('format_json') ? [json] : []), ...(may.has('format_schema') ? [shaped] : [])]
  return maybeOne<object>(formats)
}

function reasoningOf(may: Features) {
  const effort = fc.constantFrom(...efforts).map((effort) => ({ effort }))
  const budget = fc.integer({ min: 1024, max: 3000 }).map((budget) => ({ budget }))
  const wishes = [...(may.has('effort') ? [effort] : []), ...(may.has('budget') ? [budget] : [])]
  const visible = maybe(
    may.has('visible'),
    fc.boolean().map((visible) => ({ visible })),
  )
  const shown = wishes.map((wish) =>
    fc
      .tuple<[object, object]>(wish, visible)
      .map(([wish, visible]) => ({ reasoning: { ...wish, ...visible } })),
  )
  return maybeOne(shown)
}

function samplingOf(may: Features) {
  const half = fc.constantFrom(0, 0.25, 0.5, 1)
  const fields = {
    ...(may.has('temperature') && { temperature: half }),
    ...(may.has('top_p') && { topP: half }),
    ...(may.has('top_k') && { topK: fc.integer({ min: 1, max: 40 }) }),
    ...(may.has('seed') && { seed: fc.nat(1_000_000) }),
    ...(may.has('penalties') && { presencePenalty: half, frequencyPenalty: half }),
    ...(may.has('logprobs') && { topLogprobs: fc.nat(5) }),
  }
  return fc.record(fields, { requiredKeys: [] })
}

function recordsOf(may: Features) {
  const stops = may.has('many_stops') ? 9 : may.has('stop') ? 4 : 0
  const optional = {
    ...(may.has('standard_tier') && { serviceTier: fc.constant('standard') }),
    ...(may.has('end_user') && { endUser: name }),
    ...(may.has('cache_key') && { cacheKey: name }),
    ...(may.has('metadata') && {
      metadata: fc.dictionary(name, words, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
    }),
  }
  return fc
    .tuple(
      fc.record(optional, { requiredKeys: [] }),
      fc.uniqueArray(words, { maxLength: stops }),
      fc.record({
        stream: fc.boolean(),
        answers: may.has('answers') ? fc.integer({ min: 1, max: 3 }) : fc.constant(1),
      }),
    )
    .map(([records, stop, told]) => ({ ...records, stop, ...told }))
}
