/** What a key may be used for: `call` models, `read` the admin API of its org, or `admin` it. */
export type KeyScope = 'call' | 'read' | 'admin'

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
