import type { Finish } from '../../core/chat/answer.ts'
import type { Citation } from '../../core/chat/citation.ts'
import type { Usage } from '../../core/usage.ts'
import { countOf, fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts'

/** What whole answers and streams tell in the same words. */

const finishes: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['tool_use', 'tool_calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
  ['refusal', 'content_filter'],
  ['pause_turn', 'pause'],
  ['malformed_model_output', 'error'],
  ['malformed_tool_use', 'error'],
])

export interface Ending {
  readonly finish: Finish
  readonly stopSequence?: string
}

/** Why the answer ended. Some models call a tool and say that they just ended. */
export function endingOf(told: Fields, calledTools: boolean): Ending {
  const finish = finishes.get(textOf(told, 'stopReason') ?? '') ?? 'stop'
  const own = fieldsOf(told, 'additionalModelResponseFields')
  const sequence = textOf(own, 'stop_sequence') ?? textOf(fieldsOf(own, 'delta'), 'stop_sequence')
  return {
    finish: finish === 'stop' && calledTools ? 'tool_calls' : finish,
    ...(sequence !== undefined && finish === 'stop_sequence' && { stopSequence: sequence }),
  }
}

/**
 * Bedrock counts what was read from and written to its cache beside the input. How much of the output was thought is not told.
 * @returns undefined if it does not tell both totals
 */
export function convertUsage(usage: unknown): Usage | undefined {
  if (!isFields(usage)) return undefined
  const plain = countOf(usage, 'inputTokens')
  const outputTokens = countOf(usage, 'outputTokens')
  if (plain === undefined || outputTokens === undefined) return undefined
  const cachedInputTokens = countOf(usage, 'cacheReadInputTokens') ?? 0
  const cacheWriteTokens = countOf(usage, 'cacheWriteInputTokens') ?? 0
  const cacheWriteLongTokens = Math.min(longWritesIn(usage), cacheWriteTokens)
  return {
    inputTokens: plain + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    ...(cacheWriteLongTokens > 0 && { cacheWriteLongTokens }),
    inputAudioTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    outputAudioTokens: 0,
  }
}

/** What was written to the cache to be kept for an hour. */
function longWritesIn(usage: Fields): number {
  return listOf(usage, 'cacheDetails')
    .filter((detail): detail is Fields => isFields(detail) && detail['ttl'] === '1h')
    .reduce((sum, detail) => sum + (countOf(detail, 'inputTokens') ?? 0), 0)
}

const units = { documentChar: 'character', documentPage: 'page', documentChunk: 'block' } as const

/** A citation; undefined if it is none that can be told elsewhere. */
export function readCitation(citation: unknown): Citation | undefined {
  if (!isFields(citation)) return undefined
  const title = textOf(citation, 'title')
  const quote = listOf(citation, 'sourceContent')
    .map((part) => (isFields(part) ? (textOf(part, 'text') ?? '') : ''))
    .join('')
  const location = fieldsOf(citation, 'location')
  const named = { ...(title !== undefined && { title }), quote }
  const url = textOf(fieldsOf(location, 'web'), 'url')
  if (url !== undefined) return { type: 'url', url, ...named }
  for (const [field, unit] of Object.entries(units)) {
    const place = location[field]
    if (isFields(place)) return inDocument(place, { ...named, unit })
  }
  return undefined
}

type InDocument = Extract<Citation, { type: 'document' }>

function inDocument(place: Fields, rest: Pick<InDocument, 'title' | 'quote' | 'unit'>): Citation {
  return {
    type: 'document',
    index: countOf(place, 'documentIndex') ?? 0,
    from: countOf(place, 'start') ?? 0,
    to: countOf(place, 'end') ?? 0,
    ...rest,
  }
}
