import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block, ChatAnswer } from '../../src/core/chat/answer.ts'
import { eventsOf } from '../../src/core/chat/assemble.ts'
import type { Part, Turn } from '../../src/core/chat/call.ts'
import { packSeal, type Seal } from '../../src/core/chat/seal.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { decode, hello, read, readChunks, tellingOf, type Json } from './gemini-wire.ts'

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const value = fc.constantFrom('EpoB', 'RvB0', 'Aaaa+/==')
const sealBy = (by: Seal['by'], locked: boolean): fc.Arbitrary<Seal> =>
  value.map((value) => ({ by, value, ...(locked && { locked }) }))

const signedThought: fc.Arbitrary<Block> = fc.record({
  type: fc.constant('reasoning' as const),
  text: words,
  seal: sealBy('anthropic', false),
})
const lockedThought: fc.Arbitrary<Block> = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.constant(''),
  seal: sealBy('anthropic', true),
})
/** Its maker shows what it came down to, beside the lock. */
const toldThought: fc.Arbitrary<Block> = fc.record({
  type: fc.constant('reasoning' as const),
  text: words,
  seal: sealBy('openai', true),
})
const said: fc.Arbitrary<Block> = words.map((text) => ({ type: 'text', text }))
const called: fc.Arbitrary<Block> = fc.record({
  type: fc.constant('tool_call' as const),
  id: fc.uuid(),
  name: fc.constant('f'),
  arguments: words.map((city) => JSON.stringify({ city })),
  kind: fc.constant('function' as const),
})

/** Neighbouring texts would become one. */
function withoutNeighbours(blocks: readonly Block[]): Block[] {
  return blocks.filter(({ type }, at) => type !== 'text' || blocks[at - 1]?.type !== 'text')
}

const blocksOf = (...kinds: readonly fc.Arbitrary<Block>[]) =>
  fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 6 }).map(withoutNeighbours)

/** The answer's stream, each event by itself, for a caller that asked for thoughts or did not. */
function streamOf(blocks: readonly Block[], includeThoughts: boolean): Json[] {
  const body = { contents: hello, generationConfig: { thinkingConfig: { includeThoughts } } }
  const encoder = gemini.encodeStream(tellingOf(read(body, { stream: true, alt: 'sse' })))
  const answer: ChatAnswer = { blocks, finish: 'stop' }
  const events = eventsOf(answer).flatMap((event) =>
    event.type === 'delta' && event.text.length > 1
      ? [
          { ...event, text: event.text.slice(0, 1) },
          { ...event, text: event.text.slice(1) },
        ]
      : [event],
  )
  return readChunks(events.map((event) => encoder.push([event])).join(''))
}

interface Content {
  readonly role: string
  readonly parts: readonly Json[]
}

function contentsOf(chunks: readonly Json[]): Content[] {
  return chunks.flatMap(({ candidates }) =>
    (candidates as { content: Content }[]).map(({ content }) => content),
  )
}

/** How a caller keeps what it read: each chunk for itself, all in one, or anything between. */
function kept(contents: readonly Content[], joins: readonly boolean[]): Content[] {
  const history: Content[] = []
  for (const [at, content] of contents.entries()) {
    const last = history.at(-1)
    if (last && joins[at % joins.length] === true)
      history[history.length - 1] = { ...last, parts: [...last.parts, ...content.parts] }
    else history.push(content)
  }
  return history
}

function sentBack(contents: readonly Content[]): readonly Turn[] {
  return decode({ contents: [...hello, ...contents, ...hello] }).turns.slice(1, -1)
}

function partsOf(blocks: readonly Block[]): Part[] {
  return blocks as Part[]
}

const joins = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })

describe('a stream that is sent back as it came', () => {
  test('has its thoughts, each with its seal, however the caller kept its chunks', () => {
    const blocks = blocksOf(signedThought, lockedThought, toldThought, said, called)
    fc.assert(
      fc.property(blocks, joins, (blocks, joins) => {
        const turns = sentBack(kept(contentsOf(streamOf(blocks, true)), joins))
        expect(turns).toEqual([{ role: 'assistant', parts: partsOf(blocks) }])
      }),
      { numRuns: 300 },
    )
  })

  test('has them in their order too where the caller did not ask to see any', () => {
    fc.assert(
      fc.property(blocksOf(signedThought, lockedThought, said, called), joins, (blocks, joins) => {
        const turns = sentBack(kept(contentsOf(streamOf(blocks, false)), joins))
        expect(turns).toEqual([{ role: 'assistant', parts: partsOf(blocks) }])
      }),
      { numRuns: 300 },
    )
  })

  test('is one turn, and its text one text', () => {
    const pieces = [{ text: 'Hel' }, { text: 'lo' }, { text: '' }]
    const turns = sentBack(pieces.map((part) => ({ role: 'model', parts: [part] })))
    expect(turns).toEqual([{ role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] }])
  })

  test('has what Claude locked for itself, whatever was thought before', () => {
    const seal: Seal = { by: 'anthropic', value: 'RvB0', locked: true }
    const locked = { text: '', thought: true, thoughtSignature: btoa(packSeal(seal)) }
    const [turn] = sentBack([
      { role: 'model', parts: [{ text: 'hm', thought: true }] },
      { role: 'model', parts: [locked] },
    ])
    expect(turn?.parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: '', seal },
    ])
  })

  test('has Google’s thoughts as they were: what it signs is the text or the call behind them', () => {
    const [turn] = sentBack([
      { role: 'model', parts: [{ text: 'pl', thought: true }] },
      { role: 'model', parts: [{ text: 'an', thought: true }] },
      { role: 'model', parts: [{ text: '3C', thoughtSignature: 'Cq0B' }] },
    ])
    expect(turn?.parts).toEqual([
      { type: 'reasoning', text: 'plan' },
      { type: 'reasoning', text: '', seal: { by: 'google', value: 'Cq0B' } },
      { type: 'text', text: '3C' },
    ])
  })
})
