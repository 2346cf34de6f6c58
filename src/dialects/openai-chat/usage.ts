import type { CompletionUsage } from 'openai/resources/completions'
import type { Usage } from '../../core/usage.ts'
import { countOf, fieldsOf, isFields } from '../fields.ts'

/**
 * Reads the `usage` object of any vendor that speaks this dialect. Cached, cache-writing and reasoning tokens are inside the
 * totals here. An explicit zero is zero.
 * @returns undefined if it does not tell both totals
 */
export function convertUsage(usage: unknown): Usage | undefined {
  if (!isFields(usage)) return undefined
  const inputTokens = countOf(usage, 'prompt_tokens')
  const outputTokens = countOf(usage, 'completion_tokens')
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const input = fieldsOf(usage, 'prompt_tokens_details')
  const output = fieldsOf(usage, 'completion_tokens_details')
  const cached = countOf(input, 'cached_tokens') ?? countOf(usage, 'prompt_cache_hit_tokens') ?? 0
  const written = countOf(input, 'cache_write_tokens') ?? countOf(input, 'cache_creation_input_tokens') ?? 0
  const cachedInputTokens = Math.min(cached, inputTokens)
  const cacheWriteTokens = Math.min(written, inputTokens - cachedInputTokens)
  const plainInput = inputTokens - cachedInputTokens - cacheWriteTokens
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    inputAudioTokens: Math.min(countOf(input, 'audio_tokens') ?? 0, plainInput),
    outputTokens,
    reasoningTokens: Math.min(countOf(output, 'reasoning_tokens') ?? 0, outputTokens),
    outputAudioTokens: Math.min(countOf(output, 'audio_tokens') ?? 0, outputTokens),
  }
}

/** A usage as OpenAI words it. */
export function printUsage(usage: Usage): CompletionUsage {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.inputAudioTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.outputAudioTokens,
    },
  }
}
