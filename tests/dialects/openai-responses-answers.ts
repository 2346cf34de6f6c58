import fc from 'fast-check'
import type { Block, ChatAnswer, ChatEvent, Finish } from '../../src/core/chat/answer.ts'
import { assemble } from '../../src/core/chat/assemble.ts'
import { noUsage } from '../../src/core/usage.ts'
import { endedUsage, told } from './openai-responses-wire.ts'

/** Answers to write and read again, whole and piece by piece. */

const word = fc.string({ minLength: 1, maxLength: 6 })
const citation = fc
  .tuple(word, word, fc.nat(9), fc.nat(9))
  .map(([path, title, start, end]) => ({ type: 'url' as const, url: `https://a/${path}`, title, start, end }))
const plainLogprob = fc.record({
  token: word,
  logprob: fc.integer({ min: -9, max: 0 }),
  bytes: fc.array(fc.nat(255)),
})
const logprob = fc
  .tuple(plainLogprob, fc.array(plainLogprob, { maxLength: 2 }))
  .map(([token, top]) => ({ ...token, top }))
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 2 })

const said: fc.Arbitrary<Block> = fc.oneof(
  word.map((text) => ({ type: 'text' as const, text })),
  fc.tuple(word, some(citation)).map(([text, citations]) => ({ type: 'text' as const, text, citations })),
  fc.tuple(word, some(logprob)).map(([text, logprobs]) => ({ type: 'text' as const, text, logprobs })),
  word.map((text) => ({ type: 'refusal' as const, text })),
)
const thought: fc.Arbitrary<Block> = fc.oneof(
  word.map((text) => ({ type: 'reasoning' as const, text })),
  fc.tuple(word, word).map(([text, value]) => ({
    type: 'reasoning' as const,
    text,
    seal: { by: 'anthropic' as const, value },
  })),
  word.map((value) => ({
    type: 'reasoning' as const,
    text: '',
    seal: { by: 'anthropic' as const, value, locked: true },
  })),
)
const call: fc.Arbitrary<Block> = fc
  .record({
    name: word,
    arguments: fc.oneof(word, fc.constant('')),
    kind: fc.constantFrom('function' as const, 'custom' as const),
    sealed: fc.option(word, { nil: undefined }),
  })
  .map(({ sealed, ...call }) => {
    const seal = sealed === undefined ? {} : { seal: { by: 'google' as const, value: sealed } }
    return { type: 'tool_call' as const, id: '', ...call, ...seal }
  })
const image: fc.Arbitrary<Block> = fc.constant({ type: 'image', mediaType: 'image/webp', data: 'AAAA' })

const usage = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99)).map(([a, b, c, d, e]) => ({
  ...noUsage,
  inputTokens: a + b + c,
  cachedInputTokens: b,
  cacheWriteTokens: c,
  outputTokens: d + e,
  reasoningTokens: e,
}))

/** Answers that Responses can carry whole: a `stop` with calls is told as one that waits for their results. */
export const answers: fc.Arbitrary<ChatAnswer> = fc
  .record({
    blocks: fc.array(fc.oneof({ weight: 3, arbitrary: said }, thought, call, image), { maxLength: 6 }),
    finish: fc.constantFrom<Finish>('stop', 'length', 'content_filter'),
    usage,
  })
  .map(({ blocks, finish, usage }) => {
    // Ids of calls are all different.
    const told = blocks.map((block, at) =>
      block.type === 'tool_call' ? { ...block, id: `call_${at}` } : block,
    )
    const calls = told.some(({ type }) => type === 'tool_call')
    return { blocks: told, finish: finish === 'stop' && calls ? 'tool_calls' : finish, usage }
  })

/** The events of one block, its text in pieces. */
function eventsOfBlock(block: Block, index: number, pieces: number): ChatEvent[] {
  if ('data' in block)
    return [
      { type: 'block', index, block },
      { type: 'block_end', index },
    ]
  const { type } = block
  const text = type === 'tool_call' ? block.arguments : block.text
  const start = type === 'tool_call' ? { type, id: block.id, name: block.name, kind: block.kind } : { type }
  const size = Math.max(1, Math.ceil(text.length / pieces))
  const texts = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  )
  const logprobs = 'logprobs' in block && block.logprobs ? { logprobs: block.logprobs } : {}
  const citations = 'citations' in block && block.citations ? block.citations : []
  return [
    { type: 'block', index, block: start },
    ...texts.map((text, at): ChatEvent => ({ type: 'delta', index, text, ...(at === 0 && logprobs) })),
    ...citations.map((citation): ChatEvent => ({ type: 'citation', index, citation })),
    ...('seal' in block && block.seal ? [{ type: 'seal' as const, index, seal: block.seal }] : []),
    { type: 'block_end', index },
  ]
}

/** The events of an answer. `mix` says which block goes on next: none are side by side where it is empty. */
export function eventsOfAnswer(
  { blocks, finish, usage }: ChatAnswer,
  { pieces = 1, mix = [] as readonly number[] } = {},
): ChatEvent[] {
  const queues = blocks.map((block, index) => eventsOfBlock(block, index, pieces))
  const events: ChatEvent[] = []
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = queues.filter((queue) => queue.length > 0)
    const event = waiting[(mix[turn] ?? 0) % waiting.length]?.shift()
    if (event) events.push(event)
  }
  const last: ChatEvent[] = [
    { type: 'finish', finish },
    ...(usage ? [{ type: 'usage' as const, usage }] : []),
  ]
  const end = (mix[0] ?? 0) % 2 === 0 ? last : last.toReversed()
  return [{ type: 'start', id: 'x', model: 'm' }, ...events, ...end, { type: 'end' }]
}

/** The answer that events tell, without its name. */
export function answerOf(events: readonly ChatEvent[]): Omit<ChatAnswer, 'id' | 'model'> {
  const { id: _, model: __, ...answer } = assemble(events)
  return answer
}

/** What the fixture says, in no wire format. */
export const answer = {
  blocks: [
    {
      type: 'reasoning',
      text: '**Counting**\n\nOne weir.',
      seal: { by: 'openai', value: 'gAAAAABo8MLx', id: 'rs_68f0c3', locked: true },
    },
    {
      type: 'text',
      text: told.text,
      citations: [{ type: 'url', url: 'https://example.org/weir', title: 'Weirs', start: 4, end: 8 }],
    },
    { type: 'tool_call', id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}', kind: 'function' },
    { type: 'tool_call', id: 'call_2', name: 'run', arguments: 'ls -l', kind: 'custom' },
  ],
  finish: 'tool_calls',
  usage: endedUsage,
}
export const name = { id: 'resp_68f0c2', model: 'gpt-5.2-2025-12-11' }
