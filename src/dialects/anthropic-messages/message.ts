import type { StreamClosing, StreamCut } from '../../core/dialect.ts'
import { noUsage, type Usage } from '../../core/usage.ts'
import { printEvent } from './events.ts'
import { printUsage } from './usage.ts'

/** A message before it has content, as its stream begins with it. */
export function emptyMessage({ requestId, model }: { readonly requestId: string; readonly model: string }) {
  return {
    id: `msg_${requestId.replace(/^req_/, '')}`,
    type: 'message' as const,
    role: 'assistant' as const,
    model,
    content: [],
    container: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
  }
}

interface Begun {
  readonly requestId: string
  readonly model: string
  /** As far as it is known by then. */
  readonly usage?: Usage | undefined
}

export function printStart(begun: Begun): string {
  const usage = printUsage({ ...(begun.usage ?? noUsage), outputTokens: 0, reasoningTokens: 0 })
  return printEvent({ type: 'message_start', message: { ...emptyMessage(begun), usage } })
}

export interface Stopping {
  readonly delta: object
  readonly usage: object
  /** What we say beside. */
  readonly weir?: object | undefined
}

/** The two events that end a stream. */
export function printStop({ weir, ...told }: Stopping): string {
  return printEvent({ type: 'message_delta', ...told, ...(weir && { weir }) }) + stopEvent
}

export const stopEvent = printEvent({ type: 'message_stop' })

/** What a call cost, where the caller asked for that. */
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

/** Why a stream was cut, and what it cost. */
export function cutNotice(cut: StreamCut): object {
  return { reason: 'budget', ...(cut.limit && { limit: cut.limit }), ...receiptOf(cut) }
}

export function printBlockStop(index: number): string {
  return printEvent({ type: 'content_block_stop', index })
}
