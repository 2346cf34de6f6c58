import type { StreamClosing, StreamCut } from '../../core/dialect.ts'
import { printUsage } from './usage.ts'

/** What every chunk of a stream says alike. */
export interface ChunkHead {
  readonly modelVersion: string
  readonly responseId: string
}

/** A candidate, or a piece of one. */
export type CandidateChunk = Readonly<Record<string, unknown>>

/** An official client drops the whole turn from its history for a chunk without a part. */
export const emptyContent = { role: 'model', parts: [{ text: '' }] }

/** The chunk that ends an answer, with its cost for a caller that asked for that. */
export function closingChunk(
  head: ChunkHead,
  candidates: readonly CandidateChunk[],
  closing: StreamClosing,
): object {
  const receipt = receiptOf(closing)
  return {
    candidates,
    usageMetadata: printUsage(closing.usage),
    ...head,
    ...(receipt && { weir: receipt }),
  }
}

/** The chunk that ends each answer as one that reached its cap, and says why. */
export function cutChunk(head: ChunkHead, candidates: readonly CandidateChunk[], cut: StreamCut): object {
  const weir = { reason: 'budget', ...(cut.limit && { limit: cut.limit }), ...receiptOf(cut) }
  return { candidates, usageMetadata: printUsage(cut.usage), ...head, weir }
}

/** Many clients leave out fields that they do not know, as ours: this one is Google's. */
export const cutMessage = { finishMessage: 'A budget affords no more output.' }

/** The piece of a candidate that is cut. */
export function cappedCandidate(index: number): CandidateChunk {
  return { content: emptyContent, finishReason: 'MAX_TOKENS', ...cutMessage, index }
}

function receiptOf({ requestId, model, cost }: StreamClosing): object | undefined {
  return (
    cost && {
      request_id: requestId,
      provider: cost.provider,
      model,
      charge: cost.charge,
      usage_source: cost.source,
    }
  )
}
