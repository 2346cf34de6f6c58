import type { Dialect } from '../core/dialect.ts'
import type { Exchange } from '../core/transport.ts'
import type { PlannedCandidate } from '../routing/plan.ts'
import type { Caller } from './answer.ts'
import type { Credential } from './authenticate.ts'
import type { PipelineDeps } from './deps.ts'
import type { Leaving } from './leaving.ts'
import type { LiveCall } from './live-call.ts'

/** A call whose key is known and whose body has been read. */
export interface IncomingCall {
  readonly dialect: Dialect
  readonly caller: Caller
  readonly credential: Credential
  readonly body: Uint8Array
  readonly requestId: string
}

/** A call that holds, on its way to a provider. */
export interface Dispatch {
  readonly deps: PipelineDeps
  readonly call: IncomingCall
  readonly live: LiveCall
  /** What every answer to this call carries. */
  readonly headers: Readonly<Record<string, string>>
}

/** A try under way. */
export interface Try extends Dispatch {
  readonly candidate: PlannedCandidate
  readonly exchange: Exchange
  readonly leaving: Leaving
  /** `performance.now()` when it was sent. */
  readonly sentAt: number
}

/** Who served, for the headers. */
export function servedHeaders({ candidate }: Try, index: number): Record<string, string> {
  return {
    'x-weir-provider': candidate.offer.provider,
    'x-weir-model': candidate.offer.model,
    'x-weir-attempts': String(index + 1),
    ...(candidate.configured.provider.simulate && { 'x-weir-simulated': 'true' }),
  }
}
