import type { StreamClosing, StreamCut } from '../../core/dialect.ts'
import type { Fields } from '../fields.ts'
import type { ItemStatus } from './closing.ts'

/** How a response ended. */
export interface Ending {
  readonly status: 'completed' | 'incomplete' | 'failed'
  /** Of an incomplete one: what it ran into. */
  readonly reason?: 'max_output_tokens' | 'content_filter'
  readonly usage: object
  /** A word of ours. */
  readonly weir?: object
}

/** Items that are open in the end are as complete as the response. */
export function itemStatusOf({ status }: Ending): ItemStatus {
  return status === 'completed' ? 'completed' : 'incomplete'
}

/** The response as its last event tells it. */
export function endedResponse(begun: Fields, ending: Ending, output: readonly Fields[]): Fields {
  const { status, reason, usage, weir } = ending
  const error = { code: 'server_error', message: "The model's answer could not be used." }
  return {
    ...begun,
    status,
    error: status === 'failed' ? error : null,
    incomplete_details: reason === undefined ? null : { reason },
    output,
    usage,
    ...(weir && { weir }),
  }
}

/** What the call cost, for a caller that asked for it. */
export function receiptOf({ requestId, model, cost }: StreamClosing): object | undefined {
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

/** Why a budget cut the stream. */
export function cutNote(cut: StreamCut): object {
  return { reason: 'budget', ...(cut.limit && { limit: cut.limit }), ...receiptOf(cut) }
}
