import { addAmounts, noAmounts, type Amounts } from '../core/amounts.ts'
import type { Candidate, ExtendStep, OpenCall } from './call.ts'
import { coversModel, type Limit } from './limit.ts'
import type { Policy } from './policy.ts'

/** A call under way, as every engine keeps it. Times are Unix milliseconds. */
export interface OpenHold {
  readonly id: string
  readonly keyId: string
  readonly projectId?: string
  /** Each with what is held for it now: extensions raise the one that serves. */
  readonly candidates: readonly Candidate[]
  readonly tags: Readonly<Record<string, string>>
  readonly openedAt: number
  /** Ids of the limits that it was opened under: these it holds of, and to these it posts. */
  readonly limits: readonly string[]
  readonly leaseUntil: number
  /** The last step that was granted; 0 before the first. */
  readonly seq: number
  /** What it had used when it last reported. */
  readonly soFar: Amounts
  /** Index of the candidate that it last reported from. */
  readonly serving: number
}

/** The limits, of those above a key, that a call counts towards. */
export function limitsOn({ candidates }: OpenCall, limits: readonly Limit[]): Limit[] {
  return limits.filter((limit) => candidates.some((candidate) => coversModel(limit, candidate.model)))
}

interface Opening {
  readonly policy: Policy
  readonly limits: readonly Limit[]
  readonly openedAt: number
  readonly leaseMs: number
}

export function newHold(call: OpenCall, { policy, limits, openedAt, leaseMs }: Opening): OpenHold {
  return {
    id: call.id,
    keyId: policy.keyId,
    ...(policy.projectId !== undefined && { projectId: policy.projectId }),
    candidates: call.candidates,
    tags: call.tags ?? {},
    openedAt,
    limits: limits.map((limit) => limit.id),
    leaseUntil: openedAt + leaseMs,
    seq: 0,
    soFar: noAmounts,
    serving: 0,
  }
}

/** The hold once a step is granted: more is held for the candidate that serves. */
export function extended(hold: OpenHold, { seq, more, soFar, candidate }: ExtendStep): OpenHold {
  const candidates = hold.candidates.map((each, index) =>
    index === candidate ? { ...each, hold: addAmounts(each.hold, more) } : each,
  )
  return { ...hold, candidates, seq, soFar, serving: candidate }
}
