/**
 * What one attempt used, in tokens, the same for every vendor.
 * Totals include their parts: `inputTokens` counts cached, cache-writing and audio tokens too, `outputTokens` counts reasoning and audio.
 */
export interface Usage {
  readonly inputTokens: number
  /** Read from the provider's prompt cache. */
  readonly cachedInputTokens: number
  /** Written to the provider's prompt cache. */
  readonly cacheWriteTokens: number
  /** Of those, what is kept for an hour rather than minutes, where the provider told any. */
  readonly cacheWriteLongTokens?: number
  readonly inputAudioTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly outputAudioTokens: number
  /** How often the provider searched the web for it, where it did. */
  readonly webSearches?: number
}

export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  inputAudioTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  outputAudioTokens: 0,
}

/**
 * How a row's usage is known, best first: `exact` (the provider said), `counted` (from the text that went by),
 * `floor` (from what was last reported before the gateway died).
 */
export type UsageSource = 'exact' | 'counted' | 'floor'
