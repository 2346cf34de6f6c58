import { WeirError } from '../core/errors.ts'
import { UpstreamError } from '../upstream/deadlines.ts'

/** A try at a provider that did not serve, and the error to show if no other does. */
export interface Failure {
  readonly kind: 'failure'
  readonly error: WeirError
}

/** What a caller is told when a provider fails: nothing of the provider's own words. */
export function failureOf(error: unknown): WeirError {
  if (error instanceof WeirError) return error
  if (error instanceof UpstreamError && error.reason === 'timed_out')
    return new WeirError('upstream_timeout', error.message)
  return new WeirError('upstream_failed', 'The provider failed to answer.')
}

/** A provider's own rate limit. Passed on only when every candidate is limited. */
export function rateLimited(retryAfter: string | undefined): WeirError {
  const seconds = Number(retryAfter)
  return new WeirError('provider_rate_limited', 'Every provider of this model is at its own rate limit.', {
    retryAfterSeconds: Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 5,
  })
}

/** The error of a call that every candidate failed: a rate limit is told only if all of them had one. */
export function lastError(failures: readonly Failure[]): WeirError {
  const other = failures.findLast(({ error }) => error.code !== 'provider_rate_limited')
  return (other ?? failures.at(-1))?.error ?? new WeirError('upstream_failed', 'No provider was tried.')
}
