import type { Sum } from '../core/money.ts'
import type { Limit } from './limit.ts'
import type { KeyScope } from './key-scope.ts'

/** An org as its ledger knows it. Times are Unix milliseconds. */
export interface Org {
  readonly slug: string
  readonly name: string
  readonly createdAt: number
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly createdAt: number
}

/** A key without its text, which nobody keeps. */
export interface Key {
  readonly id: string
  readonly name: string
  readonly projectId?: string
  readonly scopes: readonly KeyScope[]
  readonly models?: readonly string[]
  readonly expiresAt?: number
  readonly revokedAt?: number
  readonly createdAt: number
}

export interface NewKey extends Omit<Key, 'createdAt' | 'revokedAt'> {
  /** SHA-256 of the key's text, in hex. */
  readonly hash: string
  /** Limits to make with it, scoped to it. */
  readonly limits: readonly NewLimit[]
}

export type NewLimit = Omit<Limit, 'createdAt'>

/** Who makes a change, and under which `Idempotency-Key`. */
export interface Change {
  /** `root`, or the id of an org's admin key. */
  readonly actor: string
  readonly idempotencyKey?: string
  /** Digest of what was asked for under that key: the same key for something else is a conflict. */
  readonly digest?: string
}

/** An answer to a create: `replayed` says that an earlier call with the same idempotency key made it. */
export interface Created<T> {
  readonly kind: 'created'
  readonly record: T
  readonly replayed: boolean
}

export interface Page<T> {
  readonly data: readonly T[]
  readonly hasMore: boolean
}

/** Which part of a list: at most `limit` records, after the one with the id `after`. */
export interface PageQuery {
  readonly limit: number
  readonly after?: string
}

export interface RequestQuery extends PageQuery {
  readonly keyId?: string
  readonly projectId?: string
  readonly model?: string
  /** Unix milliseconds, inclusive. */
  readonly from?: number
  /** Unix milliseconds, exclusive. */
  readonly to?: number
}

export type Bucket = 'hour' | 'day' | 'month'
export type GroupBy = 'project' | 'key' | 'model' | 'provider'

export interface UsageQuery {
  readonly from: number
  readonly to: number
  /** Absent: one line for all the time asked for. */
  readonly bucket?: Bucket
  readonly groupBy: readonly GroupBy[]
}

/** One line of a usage query. Sums may pass 2^53, so they are pairs. */
export interface UsageLine {
  /** Start of the bucket (UTC), Unix milliseconds; absent without a bucket. */
  readonly start?: number
  readonly group: Readonly<Partial<Record<GroupBy, string>>>
  readonly requests: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly charge: Sum
  readonly providerCost: Sum
}

export interface AuditEntry {
  readonly id: string
  readonly at: number
  readonly actor: string
  /** Noun and verb, such as `key-created`. */
  readonly action: string
  /** Id of what was changed. */
  readonly target: string
  readonly details: Readonly<Record<string, unknown>>
}
