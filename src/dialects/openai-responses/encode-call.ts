import type { ResponseIncludable } from 'openai/resources/responses/responses'
import type { ChatCall, Effort, ReasoningWish } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { prefixedId } from '../json-edits.ts'
import { encodeSystem, encodeTurns, isForeignThought } from './encode-input.ts'
import { encodeText, encodeTool, encodeToolChoice } from './encode-tools.ts'
import { sealedReasoning, tokenLogprobs } from './includables.ts'
import { said } from './said.ts'

const encoder = new TextEncoder()

/** Writes a call as a request for a response that nobody keeps. */
export function encodeCall(call: ChatCall, target: CallTarget): EncodedCall {
  const dropped = new Set(call.foreign)
  noteDropped(call, dropped)
  const [first, ...more] = call.system
  if (first?.cache) dropped.add('cache_control')
  const body = {
    model: target.upstreamModel,
    ...said({ instructions: first?.text }),
    input: [...more.map((part) => encodeSystem(part, dropped)), ...encodeTurns(call.turns, dropped)],
    max_output_tokens: target.outputCap,
    stream: call.stream,
    store: false,
    ...encodeWishes(call, target),
  }
  return { body: encoder.encode(JSON.stringify(body)), dropped: [...dropped] }
}

function encodeWishes(call: ChatCall, { org }: CallTarget): object {
  const { sampling, serviceTier, endUser, cacheKey } = call
  const include = includes(call)
  return said({
    tools: call.tools.length > 0 ? call.tools.map(encodeTool) : undefined,
    tool_choice: encodeToolChoice(call),
    parallel_tool_calls: call.parallelTools,
    text: encodeText(call),
    reasoning: encodeReasoning(call.reasoning),
    include: include.length > 0 ? include : undefined,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    service_tier: serviceTier === 'standard' ? 'default' : serviceTier,
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

/** Budgets of thought, in tokens, up to which an effort stands for them: Responses knows efforts only. */
const budgets: readonly (readonly [number, Effort])[] = [
  [2_048, 'low'],
  [16_384, 'medium'],
  [Infinity, 'high'],
]

function encodeReasoning({ effort, budget, visible }: ReasoningWish = {}): object | undefined {
  const near = budget === undefined ? undefined : budgets.find(([most]) => budget <= most)?.[1]
  const wish = said({ effort: effort ?? near, summary: visible === true ? 'auto' : undefined })
  return Object.keys(wish).length > 0 ? wish : undefined
}

/** Names what Responses has no place for. */
function noteDropped(call: ChatCall, dropped: Set<string>): void {
  const { sampling } = call
  const lost: Readonly<Record<string, boolean>> = {
    n: call.answers > 1,
    stop: call.stop.length > 0,
    top_k: sampling.topK !== undefined,
    seed: sampling.seed !== undefined,
    presence_penalty: sampling.presencePenalty !== undefined,
    frequency_penalty: sampling.frequencyPenalty !== undefined,
    cache_control: call.tools.some((tool) => tool.cache),
    reasoning: call.turns.some(({ parts }) => parts.some(isForeignThought)),
  }
  for (const [name, isLost] of Object.entries(lost)) if (isLost) dropped.add(name)
}
