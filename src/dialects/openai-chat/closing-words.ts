import type { StreamClosing, StreamCut } from '../../core/dialect.ts'

/** What we say beside the words of the format, where a stream is cut. */
export function cutWords({ limit }: Pick<StreamCut, 'limit'>) {
  return { reason: 'budget', ...(limit && { limit }) }
}

/** What a call cost, for a caller that asked for it. */
export function receiptWords({ requestId, model, cost }: StreamClosing) {
  if (!cost) return undefined
  return {
    request_id: requestId,
    provider: cost.provider,
    model,
    charge: cost.charge,
    usage_source: cost.source,
  }
}
