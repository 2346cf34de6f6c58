import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block, ChatAnswer, ChatEvent } from '../../src/core/chat/answer.ts'
import type { ChatCall, Part, ReasoningWish, Tool, Turn } from '../../src/core/chat/call.ts'
import type { Usage } from '../../src/core/usage.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { hello, quirks, read, silent, tellingOf } from './gemini-wire.ts'
import { cuts, splitBytes, bytesOf } from './splits.ts'

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const base64 = fc.base64String({ minLength: 4, maxLength: 8 })
const seal = fc.record({ by: fc.constant('google' as const), value: fc.constantFrom('Cq0B', 'Aaaa+/==') })
const args = fc.dictionary(fc.string(), fc.oneof(fc.integer(), words)).map((value) => JSON.stringify(value))

const text: fc.Arbitrary<Part> = words.map((text) => ({ type: 'text', text }))
const media: fc.Arbitrary<Part> = fc.oneof(
  base64.map((data) => ({
    type: 'image' as const,
    source: { type: 'base64' as const, mediaType: 'image/png', data },
  })),
  base64.map((data) => ({
    type: 'document' as const,
    source: { type: 'base64' as const, mediaType: 'application/pdf', data },
  })),
  words.map((text) => ({ type: 'document' as const, source: { type: 'text' as const, text } })),
)

/** One step of the model, with the results of its calls: what neighbours of one kind there are would be put together. */
const step = fc
  .record({
    asked: fc.array(fc.oneof(text, media), { minLength: 1, maxLength: 3 }),
    thought: fc.option(fc.record({ text: words, seal }), { nil: undefined }),
    said: fc.option(words, { nil: undefined }),
    calls: fc.array(
      fc.record({ name: fc.constantFrom('f', 'g'), args, seal, result: words, isError: fc.boolean() }),
      {
        maxLength: 3,
      },
    ),
  })
  .map(({ asked, thought, said, calls }) => (at: number): Turn[] => {
    const model: Part[] = [
      ...(thought ? [{ type: 'reasoning' as const, ...thought }] : []),
      ...(said === undefined ? [] : [{ type: 'text' as const, text: said }]),
      ...calls.map(({ name, args, seal }, index) => ({
        type: 'tool_call' as const,
        id: `c_${at}_${index}`,
        name,
        arguments: args,
        kind: 'function' as const,
        // The first of a step must have one.
        ...(index === 0 && { seal }),
      })),
    ]
    const results: Part[] = calls.map(({ result, isError }, index) => ({
      type: 'tool_result',
      callId: `c_${at}_${index}`,
      content: [{ type: 'text', text: result }],
      isError,
      kind: 'function',
    }))
    const turns: Turn[] = [
      { role: 'user', parts: asked },
      { role: 'assistant', parts: model.length > 0 ? model : [{ type: 'text', text: 'ok' }] },
    ]
    return results.length > 0
      ? [
          ...turns,
          { role: 'user', parts: results },
          { role: 'assistant', parts: [{ type: 'text', text: 'so' }] },
        ]
      : turns
  })

const tools: fc.Arbitrary<Tool[]> = fc.boolean().map((strict) =>
  ['f', 'g'].map((name) => ({
    kind: 'function',
    name,
    description: 'd',
    schema: { type: 'object', properties: { a: { type: 'string' } } },
    ...(strict && { strict }),
  })),
)
const reasoning: fc.Arbitrary<ReasoningWish> = fc.record({
  effort: fc.constantFrom('minimal', 'low', 'medium', 'high'),
  visible: fc.boolean(),
})
const sampling = fc.record(
  {
    temperature: fc.constantFrom(0, 0.5, 2),
    topP: fc.constantFrom(0.1, 1),
    topK: fc.constantFrom(1, 40),
    seed: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((seed) => seed || 0),
    presencePenalty: fc.constantFrom(0, 1),
    frequencyPenalty: fc.constantFrom(0, 1),
    topLogprobs: fc.constantFrom(0, 5),
  },
  { requiredKeys: [] },
)
const call: fc.Arbitrary<ChatCall> = fc
  .record(
    {
      system: fc.array(
        words.map((text) => ({ type: 'text' as const, text })),
        { maxLength: 2 },
      ),
      turns: fc
        .array(step, { minLength: 1, maxLength: 3 })
        .map((steps) => steps.flatMap((step, at) => step(at))),
      tools,
      format: fc.constantFrom(
        { type: 'json' as const },
        { type: 'schema' as const, schema: { type: 'object' }, strict: true },
      ),
      reasoning,
      sampling,
      stop: fc.array(words, { maxLength: 5 }),
    },
    { requiredKeys: ['system', 'turns', 'sampling', 'stop'] },
  )
  .map((call) => ({ ...silent, ...call, outputCap: 512 }))

test('a call that Google can carry comes back as it was', () => {
  fc.assert(
    fc.property(call, (call) => {
      const target = { org: 'acme', upstreamModel: 'gemini-3-flash', outputCap: 512, quirks }
      const { body, dropped } = gemini.encodeCall(call, target)
      expect(dropped).toEqual([])
      const request = gemini.read({ body, model: 'gemini-3-flash', stream: false })
      const { toolChoice, ...decoded } = gemini.decodeCall(request)
      expect(decoded).toEqual(call)
      const isStrict = call.tools.some(({ strict }) => strict)
      expect(toolChoice).toEqual(isStrict ? { mode: 'auto' } : undefined)
    }),
    { numRuns: 300 },
  )
})

const block: fc.Arbitrary<Block> = fc.oneof(
  words.map((text) => ({ type: 'text' as const, text })),
  fc.record({ type: fc.constant('reasoning' as const), text: words, seal }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constantFrom('f', 'g'),
    arguments: args,
    kind: fc.constant('function' as const),
    seal,
  }),
  base64.map((data) => ({ type: 'image' as const, mediaType: 'image/png', data })),
)
const usage: fc.Arbitrary<Usage> = fc
  .tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9))
  .map(([cached, plain, thought, said]) => ({
    inputTokens: cached + plain,
    cachedInputTokens: cached,
    cacheWriteTokens: 0,
    inputAudioTokens: 0,
    outputTokens: thought + said,
    reasoningTokens: thought,
    outputAudioTokens: 0,
  }))
const answer: fc.Arbitrary<ChatAnswer> = fc
  .record({
    blocks: fc.array(block, { maxLength: 5 }).map((blocks) =>
      // Neighbouring texts would become one.
      blocks.filter(({ type }, index) => type !== 'text' || blocks[index - 1]?.type !== 'text'),
    ),
    usage,
  })
  .map(({ blocks, usage }) => {
    const finish = blocks.some(({ type }) => type === 'tool_call')
      ? ('tool_calls' as const)
      : ('stop' as const)
    return { id: 'req_acme_1', model: 'gemini-3-flash', blocks, finish, usage }
  })

/** The answer as the events of a stream, each text in pieces. */
function eventsOf({ blocks, finish, usage }: ChatAnswer): ChatEvent[] {
  const events = blocks.flatMap((block, index): ChatEvent[] => {
    if (block.type === 'image' || block.type === 'audio') return [{ type: 'block', index, block }]
    const said = block.type === 'tool_call' ? block.arguments : (block as { text: string }).text
    const start =
      block.type === 'tool_call'
        ? { type: block.type, id: block.id, name: block.name, kind: block.kind }
        : { type: block.type }
    const half = said.length / 2
    return [
      { type: 'block', index, block: start },
      { type: 'delta', index, text: said.slice(0, half) },
      { type: 'delta', index, text: said.slice(half) },
      ...('seal' in block && block.seal ? [{ type: 'seal' as const, index, seal: block.seal }] : []),
      { type: 'block_end', index },
    ]
  })
  return [
    { type: 'start' },
    ...events,
    ...(usage ? [{ type: 'usage' as const, usage }] : []),
    { type: 'finish', finish },
    { type: 'end' },
  ]
}

const thinks = { contents: hello, generationConfig: { thinkingConfig: { includeThoughts: true } } }

test('a whole answer comes back as it was', () => {
  fc.assert(
    fc.property(answer, (answer) => {
      const printed = gemini.encodeAnswer(answer, tellingOf(read(thinks)))
      expect(gemini.decodeAnswer(printed)).toEqual(answer)
      expect(gemini.readAnswer(printed)?.usage).toEqual(answer.usage)
    }),
  )
})

test('a stream tells the same answer, wherever it is split', () => {
  fc.assert(
    fc.property(answer, cuts, fc.boolean(), (answer, places, atOnce) => {
      const encoder = gemini.encodeStream(tellingOf(read(thinks, { stream: true, alt: 'sse' })))
      const events = eventsOf(answer)
      const printed = atOnce ? encoder.push(events) : events.map((event) => encoder.push([event])).join('')
      const decoder = gemini.decodeStream()
      const decoded = splitBytes(bytesOf(printed), places).flatMap((bytes) => decoder.push(bytes))
      expect(told([...decoded, ...decoder.rest()])).toEqual(told(events))
    }),
  )
})

/** What a stream says, however it is cut into pieces. */
function told(events: readonly ChatEvent[]): unknown[] {
  const blocks = new Map<number, Record<string, unknown>>()
  const ends: unknown[] = []
  for (const event of events) {
    if (event.type === 'block') blocks.set(event.index, { ...event.block, text: '' })
    const block = 'index' in event ? blocks.get(event.index) : undefined
    if (block && event.type === 'delta') block['text'] = `${String(block['text'])}${event.text}`
    if (block && event.type === 'seal') block['seal'] = event.seal
    if (['usage', 'finish', 'end'].includes(event.type)) ends.push(event)
  }
  return [...blocks.values(), ...ends]
}
