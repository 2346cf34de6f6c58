import type { ResponseUsage } from 'openai/resources/responses/responses'
import type { Usage } from '../../core/usage.ts'
import { countOf, fieldsOf, isFields } from '../fields.ts'

/**
 * Reads the `usage` object of a response. Cached, cache-writing and reasoning tokens are inside the totals here. An explicit zero
 * is zero.
 * @returns undefined if it does not tell both totals
 */
export function convertUsage(usage: unknown): Usage | undefined {
  if (!isFields(usage)) return undefined
  const inputTokens = countOf(usage, 'input_tokens')
  const outputTokens = countOf(usage, 'output_tokens')
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const input = fieldsOf(usage, 'input_tokens_details')
  const output = fieldsOf(usage, 'output_tokens_details')
  const cachedInputTokens = Math.min(countOf(input, 'cached_tokens') ?? 0, inputTokens)
  const uncached = inputTokens - cachedInputTokens
  const cacheWriteTokens = Math.min(countOf(input, 'cache_write_tokens') ?? 0, uncached)
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    inputAudioTokens: Math.min(countOf(input, 'audio_tokens') ?? 0, uncached - cacheWriteTokens),
    outputTokens,
    reasoningTokens: Math.min(countOf(output, 'reasoning_tokens') ?? 0, outputTokens),
    outputAudioTokens: Math.min(countOf(output, 'audio_tokens') ?? 0, outputTokens),
  }
}

/** A usage as a response words it: the details are required there. */
export function printUsage(usage: Usage): ResponseUsage {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}

/** Our usage over the provider's own: what only the provider tells (which cache was written) stays. */
export function mergeUsage(own: unknown, usage: Usage): object {
  const told = isFields(own) ? own : {}
  const ours = printUsage(usage)
  return {
    ...told,
    ...ours,
    input_tokens_details: { ...fieldsOf(told, 'input_tokens_details'), ...ours.input_tokens_details },
    output_tokens_details: { ...fieldsOf(told, 'output_tokens_details'), ...ours.output_tokens_details },
  }
}
