import type { ChatCall, Effort, ReasoningWish, Sampling } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { prefixedId } from '../json-edits.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeFormat, encodeTools } from './encode-tools.ts'

const encoder = new TextEncoder()

/** Writes a call for a provider that speaks like OpenAI. */
export function encodeCall(call: ChatCall, target: CallTarget): EncodedCall {
  const { org, upstreamModel, outputCap, quirks } = target
  const dropped = new Set<string>()
  const [capField = 'max_tokens'] = quirks.maxTokensFields
  const body = {
    model: upstreamModel,
    messages: encodeMessages(call, {
      dropped,
      takesMarks: takesMarks(upstreamModel),
      thoughtField: quirks.thoughtField,
    }),
    ...encodeTools(call, dropped),
    ...(call.format && { response_format: encodeFormat(call.format) }),
    ...(call.reasoning && encodeReasoning(call.reasoning, dropped)),
    ...(call.verbosity !== undefined && { verbosity: call.verbosity }),
    ...encodeSampling(call.sampling, dropped),
    ...encodeStop(call.stop, dropped),
    [capField]: outputCap,
    ...encodeStream(call.stream, quirks.streamOptions),
    ...(call.endUser !== undefined && { user: prefixedId(call.endUser, org) }),
    ...(call.cacheKey !== undefined && { prompt_cache_key: prefixedId(call.cacheKey, org) }),
    ...encodeTier(call.serviceTier, dropped),
  }
  // One answer is all that is read; records are refused where nothing is stored.
  if (call.answers > 1) dropped.add('n')
  if (call.metadata) dropped.add('metadata')
  return { body: encoder.encode(JSON.stringify(body)), dropped: [...dropped] }
}

/** Every other model refuses a request with a mark in it. */
function takesMarks(model: string): boolean {
  const [, major, minor] = /(?:^|\/)gpt-(\d+)(?:\.(\d+))?/.exec(model) ?? []
  return major !== undefined && (Number(major) > 5 || (Number(major) === 5 && Number(minor ?? 0) >= 6))
}

function encodeStream(stream: boolean, streamOptions: boolean) {
  if (!stream) return {}
  return { stream, ...(streamOptions && { stream_options: { include_usage: true } }) }
}

/** From so many tokens of thought on. */
const budgets: readonly (readonly [number, Effort])[] = [
  [16_384, 'high'],
  [4_096, 'medium'],
  [1, 'low'],
]

/** There is no budget here but the cap: an effort is as near as one gets. */
function encodeReasoning({ effort, budget, visible }: ReasoningWish, dropped: Set<string>) {
  if (budget !== undefined) dropped.add('reasoning_budget')
  if (visible) dropped.add('reasoning_visible')
  const wanted = effort ?? effortFor(budget)
  return wanted === undefined ? {} : { reasoning_effort: wanted }
}

function effortFor(budget: number | undefined): Effort | undefined {
  if (budget === undefined) return undefined
  return budgets.find(([least]) => budget >= least)?.[1] ?? 'none'
}

const numbers = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['seed', 'seed'],
  ['presencePenalty', 'presence_penalty'],
  ['frequencyPenalty', 'frequency_penalty'],
] as const

function encodeSampling(sampling: Sampling, dropped: Set<string>) {
  if (sampling.topK !== undefined) dropped.add('top_k')
  const { topLogprobs } = sampling
  const told = numbers.flatMap(([name, field]) => {
    const value = sampling[name]
    return value === undefined ? [] : [[field, value] as const]
  })
  return {
    ...Object.fromEntries(told),
    ...(topLogprobs !== undefined && { logprobs: true }),
    ...(topLogprobs !== undefined && topLogprobs > 0 && { top_logprobs: topLogprobs }),
  }
}

/** More are refused. */
const mostStops = 4

function encodeStop(stop: readonly string[], dropped: Set<string>) {
  if (stop.length > mostStops) dropped.add('stop')
  return stop.length > 0 ? { stop: stop.slice(0, mostStops) } : {}
}

/** No price is known for any other. */
function encodeTier(tier: string | undefined, dropped: Set<string>) {
  if (tier === 'standard') return { service_tier: 'default' }
  if (tier !== undefined) dropped.add('service_tier')
  return {}
}
