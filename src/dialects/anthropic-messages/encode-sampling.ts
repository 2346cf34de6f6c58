import type { Encoding } from './encoding.ts'

/** What the model is told of chance. */
interface EncodedSampling {
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
}

/** Newer models, and those that think, leave no choice: what says the same as none is left out, all else is lost. */
export function encodeSampling(encoding: Encoding, thinks: boolean): EncodedSampling {
  const { sampling, answers } = encoding.call
  encoding.drop('seed', sampling.seed !== undefined)
  encoding.drop('presence_penalty', (sampling.presencePenalty ?? 0) !== 0)
  encoding.drop('frequency_penalty', (sampling.frequencyPenalty ?? 0) !== 0)
  encoding.drop('logprobs', sampling.topLogprobs !== undefined)
  encoding.drop('n', answers > 1)
  return encoding.traits.sampling && !thinks ? freeSampling(encoding) : boundSampling(encoding)
}

function freeSampling(encoding: Encoding): EncodedSampling {
  const { temperature, topP, topK } = encoding.call.sampling
  // Both at once are refused.
  const takesTopP = topP !== undefined && (temperature === undefined || topP === 1)
  encoding.drop('top_p', topP !== undefined && !takesTopP)
  return {
    ...(temperature !== undefined && { temperature: Math.min(1, Math.max(0, temperature)) }),
    ...(takesTopP && temperature === undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  }
}

/** As good as all there is. */
const nearlyAll = 0.99

function boundSampling(encoding: Encoding): EncodedSampling {
  const { temperature = 1, topP = 1, topK } = encoding.call.sampling
  encoding.drop('temperature', temperature !== 1)
  encoding.drop('top_p', topP < nearlyAll)
  encoding.drop('top_k', topK !== undefined)
  return {}
}
