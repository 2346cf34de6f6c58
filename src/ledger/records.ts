import type { Rate } from '../core/rate.ts'
import type { KeyScope } from './key-scope.ts'
import type { Limit } from './limit.ts'

/** An org as its ledger knows it. Times are Unix milliseconds. */
export interface Org {
  readonly slug: string
  readonly name: string
  readonly createdAt: number
  /** While it is, none of its keys may call. */
  readonly suspended?: true
  /** What it is charged; at cost where absent. */
  readonly rate?: Rate
  /** How often something changed that a policy tells. */
  readonly revision?: number
}

/** What is left out stays as it is. */
export interface OrgUpdate {
  readonly name?: string
  readonly suspended?: boolean
  readonly rate?: Rate
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly suspended?: true
  readonly revision?: number
}

export interface ProjectUpdate {
  readonly name?: string
  readonly suspended?: boolean
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
  /**
   * How much each gateway may hold for this key in all, in nanoUSD, while the ledger cannot be reached.
   * Absent: nothing, its calls are refused then.
   */
  readonly failOpenAllowance?: number
  readonly revision?: number
}

export interface KeyUpdate {
  readonly name?: string
  /** NanoUSD; null takes it back. */
  readonly failOpenAllowance?: number | null
}

export interface NewKey extends Omit<Key, 'createdAt' | 'revokedAt' | 'revision'> {
  /** SHA-256 of the key's text, in hex. */
  readonly hash: string
  /** Limits to make with it, scoped to it. */
  readonly limits: readonly NewLimit[]
}

export type NewLimit = Omit<Limit, 'createdAt'>

/** What of a limit may change; what was spent and held stays. What is left out stays as it is. */
export interface LimitUpdate {
  readonly amount?: number
  readonly burst?: number
  readonly mode?: 'enforce' | 'shadow'
  readonly whenShort?: 'deny' | 'clamp'
  readonly onLost?: 'floor' | 'hold'
}

/** Money paid in: it raises a lifetime limit on cost. */
export interface TopUp {
  readonly id: string
  readonly limitId: string
  /** NanoUSD. */
  readonly amount: number
  readonly note?: string
  readonly createdAt: number
}

export type NewTopUp = Omit<TopUp, 'createdAt'>

/** A correction of what was charged: a row of its own, so that nothing is rewritten. */
export interface Adjustment {
  readonly kind: 'adjustment'
  readonly id: string
  /** The call that it corrects; then it posts where that call did. */
  readonly requestId?: string
  readonly keyId?: string
  readonly projectId?: string
  readonly endUser?: string
  readonly model: string
  readonly provider: string
  readonly tags: Readonly<Record<string, string>>
  /** NanoUSD; below zero gives back. */
  readonly charge: number
  readonly note?: string
  /** The time to whose windows it posts. */
  readonly at: number
  readonly createdAt: number
}

/** On a call, a key, a project or, with none of them, the org. */
export interface NewAdjustment {
  readonly id: string
  readonly requestId?: string
  readonly keyId?: string
  readonly projectId?: string
  readonly charge: number
  readonly note?: string
}

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
