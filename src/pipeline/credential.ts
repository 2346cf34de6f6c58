import type { Briefing, Policy } from '../ledger/policy.ts'

/** A key that was seen, and what it may do. */
export interface Credential {
  readonly org: string
  readonly keyHash: string
  readonly policy: Briefing
  /** When the ledger told the policy, Unix milliseconds. */
  readonly askedAt: number
}

/** An older policy lets no call go on while the ledger cannot be reached. */
export const oldestPolicyMs = 600_000

/** The same key under a newer policy. What only helps to plan may be missing there: then nothing is taken for granted. */
export function briefed(
  credential: Omit<Credential, 'policy' | 'askedAt'>,
  policy: Policy & Partial<Briefing>,
): Credential {
  const { org, keyHash } = credential
  return { org, keyHash, policy: { habits: {}, costLimited: true, ...policy }, askedAt: Date.now() }
}
