import type { ResponseIncludable } from 'openai/resources/responses/responses'
import type { ChatCall } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { prefixedId } from '../json-edits.ts'
import { traitsOf } from '../openai-models.ts'
import { fitReasoning, fitSampling, type FittedReasoning } from '../openai-wishes.ts'
import { askForJson, checkToolNames, namesJson } from '../openai-words.ts'
import { encodeSystem, encodeTurns, isForeignThought } from './encode-input.ts'
import type { Writing } from './encode-parts.ts'
import { encodeText, encodeTools } from './encode-tools.ts'
import { sealedReasoning, tokenLogprobs } from './includables.ts'
import { said } from '../said.ts'

const encoder = new TextEncoder()

/** Writes a call as a request for a response that nobody keeps. */
export function encodeCall(asked: ChatCall, target: CallTarget): EncodedCall {
  checkToolNames(asked)
  const traits = traitsOf(target.upstreamModel)
  const writing = { dropped: new Set<string>(), takesMarks: traits.marks }
  const thought = fitReasoning(asked.reasoning, traits, writing.dropped)
  const sampling = fitSampling(asked.sampling, thought.thinks && traits.fixesSampling, writing.dropped)
  const call = { ...askForJson(asked), sampling }
  noteDropped(call, writing.dropped)
  const { instructions, more } = encodeInstructions(call, writing)
  const include = includes(call, thought, traits.seals)
  const body = {
    model: target.upstreamModel,
    ...said({ instructions }),
    input: [...more.map((part) => encodeSystem(part, writing)), ...encodeTurns(call.turns, writing)],
    max_output_tokens: target.outputCap,
    stream: call.stream,
    store: false,
    ...encodeTools(call, writing.dropped),
    ...said({
      text: encodeText(call, writing.dropped),
      reasoning: encodeReasoning(thought),
      include: include.length > 0 ? include : undefined,
    }),
    ...encodeWishes(call, target),
  }
  return { body: encoder.encode(JSON.stringify(body)), dropped: [...writing.dropped] }
}

/**
 * The first prompt is the instructions, unless a mark is to be put behind it, or it is the only one to speak of JSON: for both it
 * takes a message.
 */
function encodeInstructions({ system, turns, format }: ChatCall, { dropped, takesMarks }: Writing) {
  const said = system.filter(({ text }) => text !== '')
  const [first, ...more] = said
  const others = [...more, ...turns.flatMap(({ parts }) => parts)]
  const mustSayJson = format?.type === 'json' && !namesJson(others)
  if ((first?.cache && takesMarks) || mustSayJson) return { instructions: undefined, more: said }
  if (first?.cache) dropped.add('cache_control')
  return { instructions: first?.text, more }
}

function encodeWishes({ sampling, serviceTier, endUser, cacheKey, metadata }: ChatCall, { org }: CallTarget) {
  return said({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    service_tier: serviceTier === 'standard' ? 'default' : undefined,
    safety_identifier: endUser === undefined ? undefined : prefixedId(endUser, org),
    prompt_cache_key: cacheKey === undefined ? undefined : prefixedId(cacheKey, org),
    metadata,
  })
}

/** Thought under lock is asked for wherever there may be some: nobody keeps it, and the next turn needs it. */
function includes(
  { sampling, turns }: ChatCall,
  { effort }: FittedReasoning,
  seals: boolean,
): ResponseIncludable[] {
  const hasThought = turns.some(({ parts }) =>
    parts.some((part) => part.type === 'reasoning' && part.seal?.by === 'openai'),
  )
  return [
    ...(seals && (effort !== 'none' || hasThought) ? [sealedReasoning] : []),
    ...(sampling.topLogprobs === undefined ? [] : [tokenLogprobs]),
  ]
}

function encodeReasoning({ effort, visible }: FittedReasoning): object | undefined {
  const wish = said({ effort, summary: visible ? 'auto' : undefined })
  return Object.keys(wish).length > 0 ? wish : undefined
}

/** Names what Responses has no place for. */
function noteDropped(call: ChatCall, dropped: Set<string>): void {
  const { sampling } = call
  const lost: Readonly<Record<string, boolean>> = {
    n: call.answers > 1,
    // No price is known for any other.
    service_tier: call.serviceTier !== undefined && call.serviceTier !== 'standard',
    stop: call.stop.length > 0,
    top_k: sampling.topK !== undefined,
    seed: sampling.seed !== undefined,
    presence_penalty: sampling.presencePenalty !== undefined,
    frequency_penalty: sampling.frequencyPenalty !== undefined,
    reasoning: call.turns.some(({ parts }) => parts.some(isForeignThought)),
  }
  for (const [name, isLost] of Object.entries(lost)) if (isLost) dropped.add(name)
}
