import { WeirError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Refusal } from '../ledger/call.ts'
import type { Answer } from './answer.ts'
import type { Dispatch, IncomingCall } from './attempt.ts'
import type { Authenticator } from './authenticate.ts'
import type { PipelineDeps } from './deps.ts'
import { dispatch } from './dispatch.ts'
import { errorAnswer } from './error-answer.ts'
import { limitHeaders } from './headers.ts'
import { LiveCall } from './live-call.ts'
import { openCall } from './open.ts'
import type { Opened } from './opened.ts'
import { refusalError } from './unwrap.ts'
import { readWishes } from './wishes.ts'

/**
 * The life of a call: plan, estimate, open; then dispatch, meter and settle. `answer` stands in for the providers, and settles. Throws
 * WeirError where no limit is known that it counts towards.
 */
export async function serve(
  deps: PipelineDeps & { authenticator: Authenticator },
  call: IncomingCall,
  answer: (dispatching: Dispatch) => Answer | Promise<Answer> = dispatch,
): Promise<Answer> {
  const { request } = call
  const wishes = readWishes(call.caller)
  const opened = await openCall(deps, call, { request, wishes })
  if (opened.kind === 'refusal') return answerRefusal(call, opened)
  const live = new LiveCall(deps, request, opened)
  const headers = headersOf(opened)
  try {
    return await answer({
      deps,
      call,
      live,
      wishes,
      headers,
      openedAt: opened.openedAt,
      chat: once(() => call.dialect.decodeCall(request)),
    })
  } catch (error) {
    call.caller.afterwards(live.settle({ outcome: 'failed' }))
    if (!(error instanceof WeirError)) throw error
    return errorAnswer(call, error, { ...headers, 'x-weir-attempts': String(live.attempts.length) })
  }
}

function answerRefusal(call: IncomingCall, refusal: Refusal): Answer {
  const error = refusalError(refusal)
  if (!refusal.limit) throw error
  return errorAnswer(call, error, limitHeaders([refusal.limit], Date.now()))
}

function headersOf({ call, hold }: Opened): Record<string, string> {
  if (!hold) return { 'x-request-id': call.id, 'x-weir-ledger': 'unreachable' }
  return { 'x-request-id': call.id, ...limitHeaders(hold.limits, hold.openedAt) }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** The id that a call of an org will have. */
export function newRequestId(org: string): string {
  return newId('req', org)
}
