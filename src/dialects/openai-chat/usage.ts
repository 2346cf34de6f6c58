import type { CompletionUsage } from 'openai/resources/completions'
import type { Usage } from '../../core/usage.ts'

/** More tokens than any call can have: a provider that says so is wrong. */
const absurd = 1_000_000_000

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads the `usage` object of any vendor that speaks this dialect. Cached, cache-writing and reasoning tokens are inside the
 * totals here. An explicit zero is zero.
 * @returns undefined if it does not tell both totals
 */
export function convertUsage(usage: unknown): Usage | undefined {
  if (!isFields(usage)) return undefined
  const inputTokens = count(usage['prompt_tokens'])
  const outputTokens = count(usage['completion_tokens'])
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const input = detailsOf(usage, 'prompt_tokens_details')
  const output = detailsOf(usage, 'completion_tokens_details')
  const cached = count(input['cached_tokens']) ?? count(usage['prompt_cache_hit_tokens']) ?? 0
  const written = count(input['cache_write_tokens']) ?? count(input['cache_creation_input_tokens']) ?? 0
  const cachedInputTokens = Math.min(cached, inputTokens)
  const cacheWriteTokens = Math.min(written, inputTokens - cachedInputTokens)
  const plainInput = inputTokens - cachedInputTokens - cacheWriteTokens
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    inputAudioTokens: Math.min(count(input['audio_tokens']) ?? 0, plainInput),
    outputTokens,
    reasoningTokens: Math.min(count(output['reasoning_tokens']) ?? 0, outputTokens),
    outputAudioTokens: Math.min(count(output['audio_tokens']) ?? 0, outputTokens),
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

function detailsOf(usage: Fields, name: string): Fields {
  const details = usage[name]
  return isFields(details) ? details : {}
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= absurd
    ? value
    : undefined
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
