import { addAmounts, noAmounts, type Amounts } from '../core/amounts.ts'
import type { Candidate, ExtendStep, OpenCall } from './call.ts'
import type { Policy } from './policy.ts'

/** A call under way, as every engine keeps it. Times are Unix milliseconds. */
export interface OpenHold {
  readonly id: string
  readonly keyId: string
  readonly projectId?: string
  readonly endUser?: string
  /** Each with what is held for it now: extensions raise the one that serves. */
  readonly candidates: readonly Candidate[]
  readonly tags: Readonly<Record<string, string>>
  readonly openedAt: number
  /** The counters of the limits that it was opened under: these it holds of, and to these it posts. */
  readonly limits: readonly string[]
  readonly leaseUntil: number
  /** The last step that was granted; 0 before the first. */
  readonly seq: number
  /** What it had used when it last reported. */
  readonly soFar: Amounts
  /** What the provider was owed for that, in nanoUSD; as much as is charged where absent. */
  readonly providerCostSoFar?: number
  /** Index of the candidate that it last reported from. */
  readonly serving: number
}

interface Opening {
  readonly policy: Pick<Policy, 'keyId' | 'projectId'>
  readonly counters: readonly string[]
  readonly openedAt: number
  readonly leaseMs: number
}

export function newHold(call: OpenCall, { policy, counters, openedAt, leaseMs }: Opening): OpenHold {
  return {
    id: call.id,
    keyId: policy.keyId,
    ...(policy.projectId !== undefined && { projectId: policy.projectId }),
    ...(call.endUser !== undefined && { endUser: call.endUser }),
    candidates: call.candidates,
    tags: call.tags ?? {},
    openedAt,
    limits: counters,
    leaseUntil: openedAt + leaseMs,
    seq: 0,
    soFar: noAmounts,
    serving: 0,
  }
}

/** The hold once a step is granted: more is held for the candidate that serves. */
export function extended(hold: OpenHold, step: ExtendStep): OpenHold {
  const { seq, more, soFar, candidate, providerCostSoFar } = step
  const candidates = hold.candidates.map((each, index) =>
    index === candidate ? { ...each, hold: addAmounts(each.hold, more) } : each,
  )
  const { providerCostSoFar: _, ...rest } = hold
  return {
    ...rest,
    candidates,
    seq,
    soFar,
    serving: candidate,
    ...(providerCostSoFar !== undefined && { providerCostSoFar }),
  }
}
