import type { ChatCall, Sampling } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { prefixedId } from '../json-edits.ts'
import { traitsOf, type ModelTraits } from '../openai-models.ts'
import { fitReasoning, fitSampling } from '../openai-wishes.ts'
import { askForJson, checkToolNames } from '../openai-words.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeFormat, encodeTools } from './encode-tools.ts'

const encoder = new TextEncoder()

/** Writes a call for a provider that speaks like OpenAI. */
export function encodeCall(call: ChatCall, target: CallTarget): EncodedCall {
  const { org, upstreamModel, outputCap, quirks } = target
  const dropped = new Set<string>()
  const traits = traitsOf(upstreamModel)
  checkToolNames(call)
  const [capField = 'max_tokens'] = quirks.maxTokensFields
  const body = {
    model: upstreamModel,
    messages: encodeMessages(askForJson(call), {
      dropped,
      takesMarks: traits.marks,
      thoughtField: quirks.thoughtField,
    }),
    ...encodeTools(call, dropped),
    ...(call.format && { response_format: encodeFormat(call.format, dropped) }),
    ...encodeThought(call, traits, dropped),
    ...(call.verbosity !== undefined && { verbosity: call.verbosity }),
    ...encodeStop(call.stop, traits, dropped),
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

function encodeStream(stream: boolean, streamOptions: boolean) {
  if (!stream) return {}
  return { stream, ...(streamOptions && { stream_options: { include_usage: true } }) }
}

/** How hard the model is to think, and what it is told of chance: some models know only one of them at a time. */
function encodeThought({ reasoning, sampling }: ChatCall, traits: ModelTraits, dropped: Set<string>) {
  const { effort, visible, thinks } = fitReasoning(reasoning, traits, dropped)
  if (visible) dropped.add('reasoning_visible')
  return {
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...encodeSampling(fitSampling(sampling, thinks && traits.fixesSampling, dropped), dropped),
  }
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

function encodeStop(stop: readonly string[], { stops }: ModelTraits, dropped: Set<string>) {
  const taken = stops ? stop.slice(0, mostStops) : []
  if (taken.length < stop.length) dropped.add('stop')
  return taken.length > 0 ? { stop: taken } : {}
}

/** No price is known for any other. */
function encodeTier(tier: string | undefined, dropped: Set<string>) {
  if (tier === 'standard') return { service_tier: 'default' }
  if (tier !== undefined) dropped.add('service_tier')
  return {}
}
