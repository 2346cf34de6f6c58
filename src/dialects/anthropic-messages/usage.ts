import type { Usage } from '../../core/usage.ts'
import { countOf, fieldsOf, isFields, listOf, type Fields } from '../fields.ts'

/** What is known of a usage so far: counts are of the whole answer, and a stream tells them piece by piece. */
export interface KnownUsage {
  readonly input?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly cacheWriteLong?: number
  readonly output?: number
  readonly thinking?: number
  readonly searches?: number
  /** Passes that the totals leave out: what it took to compact the context. */
  readonly passes?: readonly KnownUsage[]
}

/** Adds what a `usage` object tells to what is known. What it does not tell stays known. */
export function learnUsage(known: KnownUsage, usage: unknown): KnownUsage {
  return isFields(usage) ? { ...known, ...readTotals(usage), ...readPasses(usage) } : known
}

function readTotals(usage: Fields): KnownUsage {
  return withoutUnknown({
    input: countOf(usage, 'input_tokens'),
    cacheRead: countOf(usage, 'cache_read_input_tokens'),
    cacheWrite: countOf(usage, 'cache_creation_input_tokens'),
    cacheWriteLong: countOf(fieldsOf(usage, 'cache_creation'), 'ephemeral_1h_input_tokens'),
    output: countOf(usage, 'output_tokens'),
    thinking: countOf(fieldsOf(usage, 'output_tokens_details'), 'thinking_tokens'),
    searches: countOf(fieldsOf(usage, 'server_tool_use'), 'web_search_requests'),
  })
}

function withoutUnknown(counts: Readonly<Record<string, number | undefined>>): KnownUsage {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined))
}

function readPasses(usage: Fields): KnownUsage {
  if (!Array.isArray(usage['iterations'])) return {}
  const passes = listOf(usage, 'iterations').filter(
    (pass): pass is Fields => isFields(pass) && pass['type'] === 'compaction',
  )
  return { passes: passes.map(readTotals) }
}

/**
 * A usage with cached tokens inside the input, as all dialects have it: here they are beside it.
 * @returns undefined if it does not tell both totals
 */
export function convertUsage(known: KnownUsage): Usage | undefined {
  const { input, output } = known
  if (input === undefined || output === undefined) return undefined
  const all = [known, ...(known.passes ?? [])]
  const total = (name: Exclude<keyof KnownUsage, 'passes'>) =>
    all.reduce((sum, part) => sum + (part[name] ?? 0), 0)
  const cachedInputTokens = total('cacheRead')
  const cacheWriteTokens = total('cacheWrite')
  const cacheWriteLongTokens = Math.min(total('cacheWriteLong'), cacheWriteTokens)
  const outputTokens = total('output')
  const webSearches = total('searches')
  return {
    inputTokens: total('input') + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    ...(cacheWriteLongTokens > 0 && { cacheWriteLongTokens }),
    inputAudioTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(total('thinking'), outputTokens),
    outputAudioTokens: 0,
    ...(webSearches > 0 && { webSearches }),
  }
}

/** A usage as Anthropic words it. */
export function printUsage(usage: Usage) {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, cacheWriteLongTokens = 0 } = usage
  return {
    input_tokens: inputTokens - cachedInputTokens - cacheWriteTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWriteTokens - cacheWriteLongTokens,
      ephemeral_1h_input_tokens: cacheWriteLongTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  }
}

/** A usage as a stream ends with it: which cache was written has no place there, and is told only where it makes a difference. */
export function printFinalUsage(usage: Usage) {
  const { cache_creation: written, ...told } = printUsage(usage)
  return { ...told, ...(written.ephemeral_1h_input_tokens > 0 && { cache_creation: written }) }
}
