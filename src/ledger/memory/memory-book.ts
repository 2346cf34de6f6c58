import {
  correction,
  heldBy,
  judgeAll,
  outranks,
  rateState,
  refilled,
  spentBy,
  type Bucket,
} from '../admission.ts'
import type { Book, CallMethods } from '../book.ts'
import {
  refuse,
  type Extension,
  type ExtendStep,
  type Hold,
  type OpenCall,
  type Receipt,
  type Refusal,
  type Settlement,
  type Stale,
} from '../call.ts'
import { extended, limitsOn, newHold, type OpenHold } from '../hold.ts'
import { isRate, type Limit, type LimitState } from '../limit.ts'
import type { Policy } from '../policy.ts'
import { receiptOf, settledAs, sweptSettlement } from '../settlement.ts'
import { isSoundCall, isSoundSettlement, isSoundStep } from '../soundness.ts'
import { windowOf } from '../window.ts'
import { MemoryLimits } from './memory-limits.ts'
import { MemoryOrg } from './memory-org.ts'
import { memoryReports, type StoredReceipt } from './memory-reports.ts'

export interface MemoryOptions {
  readonly now: () => number
  readonly leaseMs: number
}

/**
 * The smallest legal book: everything in maps, nothing counted ahead. What is spent is summed from the rows each time it is
 * asked for, so it is the measure by which the other engines are tested. For tests only: it forgets when the process ends.
 */
export function memoryBook(options: MemoryOptions): Book {
  const org = new MemoryOrg(options.now)
  const calls = new MemoryCalls(options, org)
  return {
    ...calls.methods(),
    ...org.methods(),
    ...calls.limits.methods(),
    ...memoryReports(calls.rows, org),
  }
}

class MemoryCalls {
  readonly rows = new Map<string, StoredReceipt>()
  readonly limits: MemoryLimits
  readonly #holds = new Map<string, OpenHold>()
  readonly #buckets = new Map<string, Bucket>()
  readonly #org: MemoryOrg
  readonly #options: MemoryOptions

  constructor(options: MemoryOptions, org: MemoryOrg) {
    this.#options = options
    this.#org = org
    this.limits = new MemoryLimits(org, {
      now: options.now,
      stateOf: (limit) => this.#stateOf(limit, options.now()),
      // A bucket has drained at the old rate until now.
      beforeChange: (limit) => this.#fill(limit, 0),
    })
    org.onLimits((limits, change) => limits.forEach((limit) => this.limits.add(limit, change)))
  }

  methods(): CallMethods {
    return {
      policy: (keyHash) => this.#org.policyOf(keyHash),
      open: (call) => this.#open(call),
      extend: (id, step) => this.#extend(id, step),
      settle: (settlement) => this.#settle(settlement),
      sweep: (which) => this.#sweep(which),
      nextExpiry: () => {
        const leases = [...this.#holds.values()].map((hold) => hold.leaseUntil)
        return leases.length > 0 ? Math.min(...leases) : undefined
      },
    }
  }

  #open(call: OpenCall): Hold | Stale | Refusal {
    const policy = this.#org.policyOf(call.keyHash)
    if (policy.kind === 'refusal') return policy
    const again = this.#holds.get(call.id)
    if (again) return this.#granted(again)
    if (this.rows.has(call.id)) return refuse('conflict', 'This call has ended.')
    if (policy.version !== call.policyVersion) return { kind: 'stale', policy }
    if (!isSoundCall(call))
      return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')
    return this.#take(call, policy)
  }

  #take(call: OpenCall, policy: Policy): Hold | Refusal {
    const openedAt = this.#options.now()
    const limits = limitsOn(call, this.limits.above(policy))
    const hold = newHold(call, { policy, limits, openedAt, leaseMs: this.#options.leaseMs })
    const refusal = judgeAll(
      limits.map((limit) => ({ state: this.#stateOf(limit, openedAt), requested: heldBy(limit, hold) })),
    )
    if (refusal) return refusal
    for (const limit of limits) this.#fill(limit, heldBy(limit, hold))
    this.#holds.set(hold.id, hold)
    return this.#granted(hold)
  }

  #granted({ id, openedAt, leaseUntil, limits }: OpenHold): Hold {
    const now = this.#options.now()
    const states = this.limits.named(limits).map((limit) => this.#stateOf(limit, now))
    return { kind: 'hold', id, openedAt, leaseUntil, limits: states }
  }

  #extend(id: string, step: ExtendStep): Extension | Refusal {
    const hold = this.#holds.get(id)
    if (!hold) return refuse('not_found', 'No such call is open.')
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    const raised = step.seq > hold.seq ? extended(hold, step) : hold
    const more = (limit: Limit) => heldBy(limit, raised) - heldBy(limit, hold)
    const limits = this.limits.named(hold.limits).filter((limit) => more(limit) > 0)
    const budgets = limits.filter((limit) => !isRate(limit))
    const refusal = judgeAll(
      budgets.map((limit) => ({ state: this.#stateOf(limit, hold.openedAt), requested: more(limit) })),
    )
    if (refusal) return refusal
    for (const limit of limits) this.#fill(limit, more(limit))
    const leaseUntil = this.#options.now() + this.#options.leaseMs
    this.#holds.set(id, { ...raised, leaseUntil })
    return { kind: 'extension', leaseUntil }
  }

  #settle(settlement: Settlement): Receipt | Refusal {
    if (!isSoundSettlement(settlement))
      return refuse('invalid_request', 'A settlement needs whole, safe amounts.')
    const hold = this.#holds.get(settlement.id)
    if (!hold) return this.#settleLate(settlement)
    const endedAt = this.#options.now()
    const receipt = receiptOf(hold, settlement, endedAt)
    this.#holds.delete(hold.id)
    this.rows.set(hold.id, { receipt, limits: hold.limits })
    for (const limit of this.limits.named(hold.limits))
      this.#correct(limit, receipt, { held: heldBy(limit, hold), endedAt })
    return receipt
  }

  #settleLate(settlement: Settlement): Receipt | Refusal {
    const row = this.rows.get(settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const endedAt = this.#options.now()
    const receipt = settledAs(row.receipt, settlement, endedAt)
    this.rows.set(settlement.id, { ...row, receipt })
    for (const limit of this.limits.named(row.limits))
      this.#correct(limit, receipt, { held: spentBy(limit, row.receipt), endedAt })
    return receipt
  }

  #sweep(which: 'expired' | 'all'): number {
    const now = this.#options.now()
    const lost = [...this.#holds.values()].filter((hold) => which === 'all' || hold.leaseUntil <= now)
    for (const hold of lost) this.#settle(sweptSettlement(hold, now))
    return lost.length
  }

  #stateOf(limit: Limit, at: number): LimitState {
    if (isRate(limit)) return rateState(limit, this.#bucketOf(limit), at)
    const window = windowOf(limit.per, at)
    const inWindow = (time: number) => time >= window.start && time < window.end
    let spent = 0
    for (const { receipt, limits } of this.rows.values())
      if (limits.includes(limit.id) && inWindow(receipt.startedAt)) spent += spentBy(limit, receipt)
    let held = 0
    for (const hold of this.#holds.values())
      if (hold.limits.includes(limit.id) && inWindow(hold.openedAt)) held += heldBy(limit, hold)
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }) }
  }

  #bucketOf(limit: Limit): Bucket {
    return this.#buckets.get(limit.id) ?? { used: 0, at: this.#options.now() }
  }

  #correct(limit: Limit, receipt: Receipt, { held, endedAt }: { held: number; endedAt: number }): void {
    const call = { held, spent: spentBy(limit, receipt), elapsedMs: endedAt - receipt.startedAt }
    this.#fill(limit, correction(limit, call))
  }

  #fill(limit: Limit, amount: number): void {
    if (!isRate(limit)) return
    const now = this.#options.now()
    this.#buckets.set(limit.id, refilled(limit, { bucket: this.#bucketOf(limit), amount, now }))
  }
}
