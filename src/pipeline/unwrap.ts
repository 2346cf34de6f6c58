import { WeirError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Refusal } from '../ledger/call.ts'
import { amountToWire, limitStateToWire } from '../ledger/wire.ts'

/** A refusal of the ledger as the error that the caller sees. */
export function refusalError({ code, message, limit, retryAfterSeconds, retryable }: Refusal): WeirError {
  return new WeirError(code, message, {
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(retryable !== undefined && { retryable }),
    ...(limit && { limit: limitToTell(limit) }),
  })
}

/** The limit that refused, as callers see it. */
export function limitToTell(limit: NonNullable<Refusal['limit']>): Readonly<Record<string, unknown>> {
  return { ...limitStateToWire(limit), requested: amountToWire(limit.limit, limit.requested) }
}

/** The answer of the ledger, or the error that stands for its absence. */
export async function reachLedger<T>(log: Log, ask: Promise<T>): Promise<T> {
  try {
    return await ask
  } catch (error) {
    log('error', 'ledger-unreachable', { reason: String(error) })
    throw ledgerUnavailable()
  }
}

export function ledgerUnavailable(): WeirError {
  const message = 'The ledger cannot be reached; nothing was sent.'
  return new WeirError('ledger_unavailable', message, { retryAfterSeconds: 1 })
}
