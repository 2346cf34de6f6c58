import type { Hold, OpenCall } from '../ledger/call.ts'
import type { PricedCandidate } from './candidate.ts'
import type { Credential } from './credential.ts'

/** A call that may go on, and what it goes on under. */
export interface Opened {
  readonly kind: 'opened'
  readonly call: OpenCall
  /** By the ledger's clock, or by ours where it could not be reached. Unix milliseconds. */
  readonly openedAt: number
  /** In the order of the call's own. */
  readonly candidates: readonly PricedCandidate[]
  readonly credential: Credential
  /** Absent where the ledger could not be reached, and the key may go on without it. */
  readonly hold?: Hold
}
