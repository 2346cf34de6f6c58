import type { ResponseIncludable } from 'openai/resources/responses/responses'
import type { ChatCall, Effort, ReasoningWish, TextPart } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { prefixedId } from '../json-edits.ts'
import { encodeSystem, encodeTurns, isForeignThought } from './encode-input.ts'
import type { Writing } from './encode-parts.ts'
import { encodeText, encodeTools } from './encode-tools.ts'
import { sealedReasoning, tokenLogprobs } from './includables.ts'
import { said } from './said.ts'

const encoder = new TextEncoder()

/** Writes a call as a request for a response that nobody keeps. */
export function encodeCall(call: ChatCall, target: CallTarget): EncodedCall {
  const writing = { dropped: new Set<string>(), takesMarks: takesMarks(target.upstreamModel) }
  noteDropped(call, writing.dropped)
  const { instructions, more } = encodeInstructions(call.system, writing)
  const body = {
    model: target.upstreamModel,
    ...said({ instructions }),
    input: [...more.map((part) => encodeSystem(part, writing)), ...encodeTurns(call.turns, writing)],
    max_output_tokens: target.outputCap,
    stream: call.stream,
    store: false,
    ...encodeTools(call, writing.dropped),
    ...encodeWishes(call, target),
  }
  return { body: encoder.encode(JSON.stringify(body)), dropped: [...writing.dropped] }
}

/** Every other model refuses a request with a mark in it. */
function takesMarks(model: string): boolean {
  const [, major, minor] = /(?:^|\/)gpt-(\d+)(?:\.(\d+))?/.exec(model) ?? []
  return major !== undefined && (Number(major) > 5 || (Number(major) === 5 && Number(minor ?? 0) >= 6))
}

/** The first prompt is the instructions, unless a mark is to be put behind it: only messages have a place for that. */
function encodeInstructions(system: readonly TextPart[], { dropped, takesMarks }: Writing) {
  const said = system.filter(({ text }) => text !== '')
  const [first, ...more] = said
  if (first?.cache && takesMarks) return { instructions: undefined, more: said }
  if (first?.cache) dropped.add('cache_control')
  return { instructions: first?.text, more }
}

function encodeWishes(call: ChatCall, { org }: CallTarget): object {
  const { sampling, serviceTier, endUser, cacheKey } = call
  const include = includes(call)
  return said({
    text: encodeText(call),
    reasoning: encodeReasoning(call.reasoning),
    include: include.length > 0 ? include : undefined,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    service_tier: serviceTier === 'standard' ? 'default' : undefined,
    safety_identifier: endUser === undefined ? undefined : prefixedId(endUser, org),
    prompt_cache_key: cacheKey === undefined ? undefined : prefixedId(cacheKey, org),
    metadata: call.metadata,
  })
}

function includes({ reasoning, sampling, turns }: ChatCall): ResponseIncludable[] {
  const thinks = reasoning !== undefined && reasoning.effort !== 'none'
  const thought = turns.some(({ parts }) =>
    parts.some((part) => part.type === 'reasoning' && part.seal?.by === 'openai'),
  )
  return [
    ...(thinks || thought ? [sealedReasoning] : []),
    ...(sampling.topLogprobs === undefined ? [] : [tokenLogprobs]),
  ]
}

/** From so many tokens of thought on. */
const budgets: readonly (readonly [number, Effort])[] = [
  [16_384, 'high'],
  [4_096, 'medium'],
  [1, 'low'],
]

/** There is no budget here but the cap: an effort is as near as one gets. */
function encodeReasoning({ effort, budget, visible }: ReasoningWish = {}): object | undefined {
  const near = budget === undefined ? undefined : (budgets.find(([least]) => budget >= least)?.[1] ?? 'none')
  const wish = said({ effort: effort ?? near, summary: visible === true ? 'auto' : undefined })
  return Object.keys(wish).length > 0 ? wish : undefined
}

/** Names what Responses has no place for. */
function noteDropped(call: ChatCall, dropped: Set<string>): void {
  const { sampling } = call
  const lost: Readonly<Record<string, boolean>> = {
    n: call.answers > 1,
    // No price is known for any other.
    service_tier: call.serviceTier !== undefined && call.serviceTier !== 'standard',
    reasoning_budget: call.reasoning?.budget !== undefined,
    stop: call.stop.length > 0,
    top_k: sampling.topK !== undefined,
    seed: sampling.seed !== undefined,
    presence_penalty: sampling.presencePenalty !== undefined,
    frequency_penalty: sampling.frequencyPenalty !== undefined,
    reasoning: call.turns.some(({ parts }) => parts.some(isForeignThought)),
  }
  for (const [name, isLost] of Object.entries(lost)) if (isLost) dropped.add(name)
}
