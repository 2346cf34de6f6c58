import fc from 'fast-check'
import type { Block, ChatAnswer, Finish, TokenLogprob } from '../../../src/core/chat/answer.ts'
import type { Usage } from '../../../src/core/usage.ts'
import {
  base64,
  documentCitation,
  jsonArguments,
  name,
  sealBy,
  sealedThought,
  urlCitation,
  words,
} from './arbitrary-text.ts'
import type { AnswerBlock, Can } from './can.ts'

const chance = fc.record({
  token: words,
  logprob: fc.constantFrom(-0.25, -3.5, 0),
  bytes: fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }),
})
const logprob: fc.Arbitrary<TokenLogprob> = fc
  .tuple(chance, fc.array(chance, { maxLength: 2 }))
  .map(([token, top]) => ({ ...token, top }))
const logprobs = fc.array(logprob, { minLength: 1, maxLength: 3 })

/** Whether an extra is there, at random where it may be. */
function maybe<T extends object>(may: boolean, extra: fc.Arbitrary<T>): fc.Arbitrary<T | object> {
  return may ? fc.oneof(fc.constant({}), extra) : fc.constant({})
}

function textBlock(type: 'text' | 'refusal', may: ReadonlySet<AnswerBlock>): fc.Arbitrary<Block> {
  return words.chain((text) => {
    const kinds = [
      ...(may.has('url_citations') ? [urlCitation(text.length)] : []),
      ...(may.has('document_citations') ? [documentCitation] : []),
    ]
    const citations = kinds.map((kind) =>
      fc.array(kind, { minLength: 1, maxLength: 2 }).map((citations) => ({ citations })),
    )
    return fc
      .tuple(
        type === 'text' ? fc.oneof(fc.constant({}), ...citations) : fc.constant({}),
        maybe(
          may.has('logprobs'),
          logprobs.map((logprobs) => ({ logprobs })),
        ),
      )
      .map(([citations, logprobs]) => ({ type, text, ...citations, ...logprobs }))
  })
}

function callBlock(kind: 'function' | 'custom', seals: boolean): fc.Arbitrary<Block> {
  const seal = maybe(
    seals,
    sealBy('google', false).map((seal) => ({ seal })),
  )
  const input = kind === 'function' ? jsonArguments : words
  return fc
    .tuple(name, input, seal)
    .map(([name, input, seal]) => ({ type: 'tool_call', id: '', name, arguments: input, kind, ...seal }))
}

const mediaTypes = { image: ['image/png', 'image/jpeg'], audio: ['audio/wav'] } as const

function mediaBlock(type: 'image' | 'audio'): fc.Arbitrary<Block> {
  return fc.record({ type: fc.constant(type), mediaType: fc.constantFrom(...mediaTypes[type]), data: base64 })
}

function blocksOf(may: ReadonlySet<AnswerBlock>): fc.Arbitrary<Block>[] {
  const thought = words.map((text) => ({ text }))
  const makers: Partial<Record<AnswerBlock, fc.Arbitrary<Block>>> = {
    text: textBlock('text', may),
    refusal: textBlock('refusal', may),
    reasoning: (may.has('seals') ? fc.oneof(thought, sealedThought) : thought).map((thought) => ({
      type: 'reasoning',
      ...thought,
    })),
    function: callBlock('function', may.has('call_seals')),
    custom: callBlock('custom', false),
    image: mediaBlock('image'),
    audio: mediaBlock('audio'),
  }
  return [...may].flatMap((block) => makers[block] ?? [])
}

/** Parts within their totals. */
export const usage: fc.Arbitrary<Usage> = fc
  .array(fc.nat(500), { minLength: 7, maxLength: 7 })
  .map(([cached = 0, input = 0, reasoning = 0, output = 0]) => ({
    inputTokens: cached + input,
    cachedInputTokens: cached,
    cacheWriteTokens: 0,
    inputAudioTokens: 0,
    outputTokens: reasoning + output,
    reasoningTokens: reasoning,
    outputAudioTokens: 0,
  }))

/** Answers of what a dialect can say, but for this. Ids differ, and an answer that calls tools ends by that or by its cap. */
export function answerOf({ answer }: Can, ...but: readonly AnswerBlock[]): fc.Arbitrary<ChatAnswer> {
  const may = answer.blocks.filter((block) => !but.includes(block))
  const block = fc.oneof(...blocksOf(new Set(may)))
  const plain = answer.finishes.filter((finish) => finish !== 'tool_calls')
  return fc
    .record({
      blocks: fc.array(block, { minLength: 1, maxLength: 5 }),
      plain: fc.constantFrom(...plain),
      capped: fc.boolean(),
      stopSequence: words,
      usage,
      ids: fc.uniqueArray(name, { minLength: 5, maxLength: 5 }),
    })
    .map(({ blocks, plain, capped, stopSequence, usage, ids }) => {
      const calls = blocks.some(({ type }) => type === 'tool_call')
      const finish: Finish = calls ? (capped ? 'length' : 'tool_calls') : plain
      return {
        blocks: blocks.map((block, index) =>
          block.type === 'tool_call' ? { ...block, id: `call_${ids[index]}` } : block,
        ),
        finish,
        ...(finish === 'stop_sequence' && answer.stopSequence && { stopSequence }),
        usage,
      }
    })
}
