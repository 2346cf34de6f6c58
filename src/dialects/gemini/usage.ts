import type { Usage } from '../../core/usage.ts'
import { countOf, isFields, listOf, type Fields } from '../fields.ts'

/** The counts of one answer, as far as they were told. */
interface Counts {
  readonly prompt?: number
  readonly tools?: number
  readonly cached?: number
  readonly candidates?: number
  readonly thoughts?: number
  readonly audioIn?: number
  readonly audioOut?: number
}

/** Follows the `usageMetadata` of an answer, which grows from chunk to chunk. */
export class UsageTally {
  #counts: Counts = {}
  #isStale = true

  note(metadata: unknown): void {
    if (!isFields(metadata)) return
    const told = countsOf(metadata)
    // Google leaves out what is zero, but also what it told before.
    const thoughts = Math.max(told.thoughts ?? 0, this.#counts.thoughts ?? 0)
    this.#counts = { ...this.#counts, ...told, thoughts }
    this.#isStale = false
  }

  /** More text came, which what was told so far does not count. */
  expire(): void {
    this.#isStale = true
  }

  /** What was told by now, though more may have come since. */
  get soFar(): Usage | undefined {
    const { prompt } = this.#counts
    return prompt === undefined ? undefined : usageOf(this.#counts, prompt)
  }

  /** Undefined where both totals are not told. Once the answer has finished, what is left out is zero. */
  usage(finished: boolean): Usage | undefined {
    const { prompt, candidates } = this.#counts
    if (this.#isStale || prompt === undefined || (candidates === undefined && !finished)) return undefined
    return usageOf(this.#counts, prompt)
  }
}

function usageOf(counts: Counts, prompt: number): Usage {
  const { tools = 0, cached = 0, candidates = 0, thoughts = 0, audioIn = 0, audioOut = 0 } = counts
  const inputTokens = prompt + tools
  const cachedInputTokens = Math.min(cached, inputTokens)
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: 0,
    inputAudioTokens: Math.min(audioIn, inputTokens - cachedInputTokens),
    outputTokens: candidates + thoughts,
    reasoningTokens: thoughts,
    outputAudioTokens: Math.min(audioOut, candidates),
  }
}

/** Which count each field tells. */
const fields = {
  prompt: 'promptTokenCount',
  tools: 'toolUsePromptTokenCount',
  cached: 'cachedContentTokenCount',
  candidates: 'candidatesTokenCount',
  thoughts: 'thoughtsTokenCount',
} as const satisfies Partial<Record<keyof Counts, string>>

function countsOf(metadata: Fields): Counts {
  const counts: Record<string, number> = {}
  for (const [name, field] of Object.entries(fields)) {
    const count = countOf(metadata, field)
    if (count !== undefined) counts[name] = count
  }
  const audioIn = audioOf(metadata, 'promptTokensDetails')
  const audioOut = audioOf(metadata, 'candidatesTokensDetails')
  return {
    ...counts,
    ...(audioIn !== undefined && { audioIn }),
    ...(audioOut !== undefined && { audioOut }),
  }
}

function audioOf(metadata: Fields, name: string): number | undefined {
  const details = listOf(metadata, name).filter(isFields)
  if (details.length === 0) return undefined
  return details
    .filter(({ modality }) => modality === 'AUDIO')
    .reduce((sum, detail) => sum + (countOf(detail, 'tokenCount') ?? 0), 0)
}

/** A usage as Google words it. */
export function printUsage(usage: Usage): object {
  const { inputTokens, cachedInputTokens, inputAudioTokens, outputTokens, reasoningTokens } = usage
  const { outputAudioTokens } = usage
  const candidates = outputTokens - reasoningTokens
  return {
    promptTokenCount: inputTokens,
    ...(cachedInputTokens > 0 && { cachedContentTokenCount: cachedInputTokens }),
    candidatesTokenCount: candidates,
    ...(reasoningTokens > 0 && { thoughtsTokenCount: reasoningTokens }),
    totalTokenCount: inputTokens + outputTokens,
    ...(inputAudioTokens > 0 && { promptTokensDetails: byModality(inputTokens, inputAudioTokens) }),
    ...(outputAudioTokens > 0 && { candidatesTokensDetails: byModality(candidates, outputAudioTokens) }),
  }
}

function byModality(total: number, audio: number): object[] {
  return [
    { modality: 'TEXT', tokenCount: total - audio },
    { modality: 'AUDIO', tokenCount: audio },
  ]
}
