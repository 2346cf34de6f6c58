import { refuse, type Refusal } from './call.ts'
import type { KeyScope } from './key-scope.ts'
import type { Key, Org } from './records.ts'

/** What the gateway must know of a key before it opens a call. Cached for a short time; `open` checks that it still holds. */
export interface Policy {
  readonly kind: 'policy'
  /** Changes whenever anything in here does. */
  readonly version: string
  readonly org: string
  readonly keyId: string
  readonly keyName: string
  readonly projectId?: string
  readonly scopes: readonly KeyScope[]
  /** Globs of the models that it may use; absent means all. */
  readonly models?: readonly string[]
  /** Unix milliseconds. */
  readonly expiresAt?: number
}

/** What a key may do now: nothing if it is unknown, revoked or expired. */
export function policyOf(org: Org | undefined, key: Key | undefined, now: number): Policy | Refusal {
  if (!org || !key) return refuse('invalid_key', 'This key does not exist.')
  if (key.revokedAt !== undefined) return refuse('invalid_key', 'This key was revoked.')
  if (key.expiresAt !== undefined && key.expiresAt <= now)
    return refuse('invalid_key', 'This key has expired.')
  return {
    kind: 'policy',
    // Nothing in here can change yet, once a key was made.
    version: '1',
    org: org.slug,
    keyId: key.id,
    keyName: key.name,
    scopes: key.scopes,
    ...(key.projectId !== undefined && { projectId: key.projectId }),
    ...(key.models && { models: key.models }),
    ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }),
  }
}
