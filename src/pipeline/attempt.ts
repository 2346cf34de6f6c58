import type { ChatCall } from '../core/chat/call.ts'
import type { Dialect, ModelRequest } from '../core/dialect.ts'
import type { Exchange } from '../core/transport.ts'
import type { Caller } from './answer.ts'
import type { PricedCandidate } from './candidate.ts'
import type { Credential } from './credential.ts'
import type { PipelineDeps } from './deps.ts'
import type { Leaving } from './leaving.ts'
import type { LiveCall } from './live-call.ts'
import type { Passage } from './passage.ts'
import type { Wishes } from './wishes.ts'

/** A call whose key is known and whose request has been read. */
export interface IncomingCall {
  readonly dialect: Dialect
  readonly caller: Caller
  readonly credential: Credential
  /** Read by the same dialect. */
  readonly request: ModelRequest
  readonly requestId: string
}

/** A call that holds, on its way to a provider. */
export interface Dispatch {
  readonly deps: PipelineDeps
  readonly call: IncomingCall
  readonly live: LiveCall
  readonly wishes: Wishes
  /** What every answer to this call carries. */
  readonly headers: Readonly<Record<string, string>>
  /** Unix milliseconds. */
  readonly openedAt: number
  /** All that the caller asks, for a provider that speaks otherwise; read once, when it is first wanted. Throws WeirError. */
  readonly chat: () => ChatCall
}

/** A try under way. */
export interface Try extends Dispatch {
  readonly candidate: PricedCandidate
  readonly passage: Passage
  readonly exchange: Exchange
  readonly leaving: Leaving
  /** `performance.now()` when it was sent. */
  readonly sentAt: number
}

/** More names than these tell nobody more. */
const mostNames = 40

/** Names of fields as a header may hold them: what a caller called a field may be no header. */
function namesAsHeader(names: readonly string[]): string {
  const plain = names.map((name) => (/^[\w.$[\]-]{1,64}$/.test(name) ? name : 'fields'))
  const told = [...new Set(plain)]
  return [...told.slice(0, mostNames), ...(told.length > mostNames ? ['fields'] : [])].join(', ')
}

/** Who served, and with how much output at most where that was clamped, for the headers. */
export function servedHeaders({ candidate, passage }: Try, index: number): Record<string, string> {
  return {
    'x-weir-provider': candidate.offer.provider,
    'x-weir-model': candidate.offer.model,
    'x-weir-attempts': String(index + 1),
    ...(candidate.clamped && { 'x-weir-clamped': String(candidate.output.cap) }),
    ...(passage.dropped.length > 0 && { 'x-weir-dropped': namesAsHeader(passage.dropped) }),
    ...(candidate.configured.provider.simulate && { 'x-weir-simulated': 'true' }),
  }
}
