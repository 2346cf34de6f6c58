import type { AnswerFormat, ChatCall, Sampling } from '../../core/chat/call.ts'
import type { Losses } from './losses.ts'
import type { ModelTraits } from './models.ts'
import { withoutConst } from './schema.ts'
import { encodeThinking } from './thinking.ts'

interface ConfigWriting {
  readonly outputCap: number
  readonly traits: ModelTraits
  readonly losses: Losses
}

const mostStops = 5

export function encodeConfig(call: ChatCall, writing: ConfigWriting): object {
  const { outputCap, traits, losses } = writing
  const { thinkingConfig, dropped } = encodeThinking(call.reasoning, outputCap, traits)
  losses.add(...dropped)
  losses.addIf(call.stop.length > mostStops, 'stop')
  losses.addIf(call.answers > 1, 'n')
  const stopSequences = call.stop.slice(0, mostStops)
  return {
    maxOutputTokens: outputCap,
    ...encodeSampling(call.sampling, writing),
    ...(stopSequences.length > 0 && { stopSequences }),
    ...encodeFormat(call, writing),
    ...(thinkingConfig && { thinkingConfig }),
  }
}

function encodeSampling(sampling: Sampling, { traits, losses }: ConfigWriting): object {
  const { temperature, topP, topK, seed, presencePenalty, frequencyPenalty, topLogprobs } = sampling
  const hasSeed = seed !== undefined && seed === (seed | 0)
  losses.addIf(seed !== undefined && !hasSeed, 'seed')
  losses.addIf(presencePenalty !== undefined && !traits.hasPenalties, 'presence_penalty')
  losses.addIf(frequencyPenalty !== undefined && !traits.hasPenalties, 'frequency_penalty')
  return {
    temperature,
    topP,
    topK,
    ...(hasSeed && { seed }),
    ...(traits.hasPenalties && { presencePenalty, frequencyPenalty }),
    ...(topLogprobs !== undefined && { responseLogprobs: true }),
    ...(topLogprobs !== undefined && topLogprobs > 0 && { logprobs: topLogprobs }),
  }
}

/** Beside functions an answer has a format only on newer models, and only where none must be called. */
function encodeFormat(call: ChatCall, { traits, losses }: ConfigWriting): object {
  const { format, tools, toolChoice } = call
  if (!format) return {}
  const isHeld = tools.length === 0 || (traits.isModern && toolChoice?.mode !== 'any')
  losses.addIf(!isHeld, 'json_schema')
  return isHeld ? printFormat(format) : {}
}

function printFormat(format: AnswerFormat): object {
  const json = { responseMimeType: 'application/json' }
  if (format.type === 'json') return json
  const { schema, description } = format
  const described = description === undefined ? schema : { description, ...schema }
  return { ...json, responseJsonSchema: withoutConst(described) }
}
