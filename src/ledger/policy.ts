import type { Rate } from '../core/rate.ts'
import { refuse, type Refusal } from './call.ts'
import type { KeyScope } from './key-scope.ts'
import type { Key, Org, Project } from './records.ts'

/** What the gateway must know of a key before it opens a call. Cached for a short time; `open` checks that it still holds. */
export interface Policy {
  readonly kind: 'policy'
  /** Changes whenever anything in here does that `open` must not miss. */
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
  /** What the org is charged; at cost where absent. */
  readonly rate?: Rate
  /** Who was suspended, if anyone was: the key may not call then. */
  readonly suspended?: 'org' | 'project'
  /** NanoUSD that a gateway may hold for it while the ledger cannot be reached; absent where its calls are refused then. */
  readonly failOpenAllowance?: number
}

/** A policy as a gateway gets it, with what helps it to plan. This may be out of date without harm. */
export interface Briefing extends Policy {
  /** Output tokens that nearly all calls of this key stay under, by model: where enough is known. */
  readonly habits: Readonly<Record<string, number>>
  /** Whether a limit on cost stands above the key. */
  readonly costLimited: boolean
}

interface Owners {
  readonly org: Org | undefined
  readonly project: Project | undefined
  readonly key: Key | undefined
}

/** What a key may do now: nothing if it is unknown, revoked or expired. */
export function policyOf({ org, project, key }: Owners, now: number): Policy | Refusal {
  if (!org || !key) return refuse('invalid_key', 'This key does not exist.')
  if (key.revokedAt !== undefined) return refuse('invalid_key', 'This key was revoked.')
  if (key.expiresAt !== undefined && key.expiresAt <= now)
    return refuse('invalid_key', 'This key has expired.')
  return {
    kind: 'policy',
    // Revisions only rise, so no sum of them ever comes again.
    version: String(1 + revisionOf(org) + revisionOf(project) + revisionOf(key)),
    org: org.slug,
    keyId: key.id,
    keyName: key.name,
    scopes: key.scopes,
    ...(key.projectId !== undefined && { projectId: key.projectId }),
    ...(key.models && { models: key.models }),
    ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }),
    ...chargingOf(org, project, key),
  }
}

function revisionOf(record: { readonly revision?: number } | undefined): number {
  return record?.revision ?? 0
}

function chargingOf(
  { rate, suspended }: Org,
  project: Project | undefined,
  { failOpenAllowance }: Key,
): Pick<Policy, 'rate' | 'suspended' | 'failOpenAllowance'> {
  const who = suspended ? 'org' : project?.suspended ? 'project' : undefined
  return {
    ...(rate && { rate }),
    ...(who && { suspended: who }),
    ...(failOpenAllowance !== undefined && { failOpenAllowance }),
  }
}

/** Why a policy lets nobody call. */
export function suspension({ suspended }: Policy): Refusal | undefined {
  if (!suspended) return undefined
  return refuse('suspended', `This ${suspended} is suspended; its keys may not call models.`)
}
