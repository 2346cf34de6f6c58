import type { ChatCall, Sampling } from '../../core/chat/call.ts'
import type { Block, Encoding } from './encoding.ts'

export interface SamplingFields {
  readonly inference: Block
  /** Of the model's own. */
  readonly modelFields: Block
}

/** Claude, while it thinks, and the newest models take no sampling of the caller's: what is only their own default is not missed. */
export function samplingFields(
  { sampling, stop }: ChatCall,
  thinks: boolean,
  encoding: Encoding,
): SamplingFields {
  const { traits, dropped } = encoding
  const isFixed = traits.sampling === 'none' || (thinks && traits.maker === 'anthropic')
  const sequences = stop.filter((text) => text !== '')
  if (sequences.length > 0 && !traits.stops) dropped.add('stop')
  return {
    inference: {
      ...(isFixed ? fixed(sampling, dropped) : free(sampling, encoding)),
      ...(sequences.length > 0 && traits.stops && { stopSequences: sequences }),
    },
    modelFields: topKFields(sampling.topK, isFixed, encoding),
  }
}

function fixed({ temperature = 1, topP = 1 }: Sampling, dropped: Set<string>): Block {
  if (temperature !== 1) dropped.add('temperature')
  if (topP !== 1) dropped.add('top_p')
  return {}
}

function free({ temperature, topP }: Sampling, { traits, dropped }: Encoding): Block {
  const isTooMuch = topP !== undefined && temperature !== undefined && traits.sampling === 'one'
  if (isTooMuch && topP !== 1) dropped.add('top_p')
  if (temperature !== undefined && clamped(temperature) !== temperature) dropped.add('temperature')
  return {
    ...(temperature !== undefined && { temperature: clamped(temperature) }),
    ...(topP !== undefined && !isTooMuch && { topP: clamped(topP) }),
  }
}

/** OpenAI's scale goes to 2, Bedrock's to 1. */
function clamped(value: number): number {
  return Math.min(1, Math.max(0, value))
}

function topKFields(topK: number | undefined, isFixed: boolean, { traits, dropped }: Encoding): Block {
  if (topK === undefined) return {}
  if (traits.maker === 'anthropic' && !isFixed) return { top_k: topK }
  if (traits.maker === 'amazon') return { inferenceConfig: { topK } }
  dropped.add('top_k')
  return {}
}
