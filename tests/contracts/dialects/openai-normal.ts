import type { ChatCall, Effort, Sampling } from '../../../src/core/chat/call.ts'
import { without } from './without.ts'

/** What OpenAI's newest models make of a wish, in both of its dialects. */

/** It knows no effort between none and a low one. */
function normalEffort(effort: Effort): Effort {
  return effort === 'minimal' ? 'low' : effort
}

/** What says no more than what holds anyway is left out for a model that thinks. */
function normalSampling(sampling: Sampling): Sampling {
  const { temperature, topP, presencePenalty, frequencyPenalty } = sampling
  return without(
    sampling,
    ...(temperature === 1 ? (['temperature'] as const) : []),
    ...(topP === 1 ? (['topP'] as const) : []),
    ...(presencePenalty === 0 ? (['presencePenalty'] as const) : []),
    ...(frequencyPenalty === 0 ? (['frequencyPenalty'] as const) : []),
  )
}

/** JSON is asked for in words, too, where nobody spoke of it. */
function normalSystem({ system, turns, format }: ChatCall): ChatCall['system'] {
  const said = [...system, ...turns.flatMap(({ parts }) => parts)]
  if (format?.type !== 'json' || said.some((part) => part.type === 'text' && /json/i.test(part.text)))
    return system
  return [...system, { type: 'text', text: 'Answer with a JSON object.' }]
}

export function normalForOpenAi(call: ChatCall): ChatCall {
  const { reasoning, sampling } = call
  const thinks = reasoning?.budget !== undefined || (reasoning?.effort ?? 'none') !== 'none'
  return {
    ...call,
    system: normalSystem(call),
    ...(reasoning?.effort !== undefined && {
      reasoning: { ...reasoning, effort: normalEffort(reasoning.effort) },
    }),
    sampling: thinks ? normalSampling(sampling) : sampling,
  }
}
