import { addAmounts, noAmounts } from '../../core/amounts.ts'
import type { Book } from '../book.ts'
import {
  refuse,
  type ExtendStep,
  type OpenCall,
  type Receipt,
  type Refusal,
  type Settlement,
} from '../call.ts'
import {
  extraFor,
  heldBy,
  judge,
  outranks,
  rateState,
  refilled,
  spentBy,
  worst,
  type Bucket,
} from '../admission.ts'
import { coversModel, isRate, type Limit, type LimitState } from '../limit.ts'
import {
  isSoundCall,
  isSoundSettlement,
  isSoundStep,
  receiptOf,
  settledAs,
  sweptSettlement,
  type OpenHold,
} from '../settlement.ts'
import { windowOf } from '../window.ts'
import { memoryRegistry } from './memory-registry.ts'
import { memoryReports, type StoredReceipt } from './memory-reports.ts'

/**
 * The smallest legal book: everything in arrays, nothing counted ahead. What is spent is summed from the rows each time it is
 * asked for, so it is the measure by which the other engines are tested. For tests only: it forgets when the process ends.
 */
export function memoryBook(options: { now: () => number; leaseMs: number }): Book {
  const { now, leaseMs } = options
  const holds = new Map<string, OpenHold>()
  const rows = new Map<string, StoredReceipt>()
  const buckets = new Map<string, Bucket>()
  const registry = memoryRegistry({ now, stateOf, beforeChange: (limit) => fill(limit, 0) })

  function stateOf(limit: Limit, at = now()): LimitState {
    if (isRate(limit)) return rateState(limit, bucketOf(limit), at)
    const window = windowOf(limit.per, at)
    const inWindow = (time: number) => time >= window.start && time < window.end
    let spent = 0
    for (const { receipt, limits } of rows.values())
      if (limits.includes(limit.id) && inWindow(receipt.startedAt)) spent += spentBy(limit, receipt)
    let held = 0
    for (const hold of holds.values())
      if (hold.limits.includes(limit.id) && inWindow(hold.openedAt)) held += heldBy(limit, hold)
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }) }
  }

  function bucketOf(limit: Limit): Bucket {
    return buckets.get(limit.id) ?? { used: 0, at: now() }
  }

  function fill(limit: Limit, amount: number): void {
    if (isRate(limit)) buckets.set(limit.id, refilled(limit, { bucket: bucketOf(limit), amount, now: now() }))
  }

  function open(call: OpenCall) {
    const policy = registry.policyOf(call.keyHash)
    if (policy.kind === 'refusal') return policy
    const again = holds.get(call.id)
    if (again) return granted(again)
    if (rows.has(call.id)) return refuse('conflict', 'This call has ended.')
    if (policy.version !== call.policyVersion) return { kind: 'stale' as const, policy }
    if (!isSoundCall(call))
      return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')
    const limits = registry
      .limitsAbove(policy)
      .filter((limit) => call.candidates.some((candidate) => coversModel(limit, candidate.model)))
    const hold: OpenHold = {
      id: call.id,
      keyId: policy.keyId,
      ...(policy.projectId !== undefined && { projectId: policy.projectId }),
      candidates: call.candidates,
      tags: call.tags ?? {},
      openedAt: now(),
      limits: limits.map((limit) => limit.id),
      leaseUntil: now() + leaseMs,
      extra: noAmounts,
      seq: 0,
      soFar: noAmounts,
      serving: 0,
    }
    const refusal = worst(
      limits.map((limit) => judge(stateOf(limit, hold.openedAt), heldBy(limit, hold))).filter(isRefusal),
    )
    if (refusal) return refusal
    for (const limit of limits) fill(limit, heldBy(limit, hold))
    holds.set(hold.id, hold)
    return granted(hold)
  }

  function granted(hold: OpenHold) {
    const limits = registry.limitsNamed(hold.limits).map((limit) => stateOf(limit))
    return {
      kind: 'hold' as const,
      id: hold.id,
      openedAt: hold.openedAt,
      leaseUntil: hold.leaseUntil,
      limits,
    }
  }

  function extend(id: string, step: ExtendStep) {
    const hold = holds.get(id)
    if (!hold) return refuse('not_found', 'No such call is open.')
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    if (step.seq > hold.seq) {
      const limits = registry.limitsNamed(hold.limits)
      const budgets = limits.filter((limit) => !isRate(limit) && extraFor(limit, step.more) > 0)
      const refusal = worst(
        budgets
          .map((limit) => judge(stateOf(limit, hold.openedAt), extraFor(limit, step.more)))
          .filter(isRefusal),
      )
      if (refusal) return refusal
      for (const limit of limits) fill(limit, extraFor(limit, step.more))
      Object.assign(hold, {
        seq: step.seq,
        extra: addAmounts(hold.extra, step.more),
        soFar: step.soFar,
        serving: step.candidate,
      })
    }
    hold.leaseUntil = now() + leaseMs
    return { kind: 'extension' as const, leaseUntil: hold.leaseUntil }
  }

  function settle(settlement: Settlement): Receipt | Refusal {
    if (!isSoundSettlement(settlement))
      return refuse('invalid_request', 'A settlement needs whole, safe amounts.')
    const hold = holds.get(settlement.id)
    if (hold) {
      const receipt = receiptOf(hold, settlement, now())
      holds.delete(hold.id)
      rows.set(hold.id, { receipt, limits: hold.limits })
      for (const limit of registry.limitsNamed(hold.limits))
        fill(limit, spentBy(limit, receipt) - heldBy(limit, hold))
      return receipt
    }
    const row = rows.get(settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const receipt = settledAs(row.receipt, settlement, now())
    rows.set(settlement.id, { ...row, receipt })
    for (const limit of registry.limitsNamed(row.limits))
      fill(limit, spentBy(limit, receipt) - spentBy(limit, row.receipt))
    return receipt
  }

  function sweep(which: 'expired' | 'all'): number {
    const lost = [...holds.values()].filter((hold) => which === 'all' || hold.leaseUntil <= now())
    for (const hold of lost) settle(sweptSettlement(hold, now()))
    return lost.length
  }

  return {
    ...registry.methods,
    ...memoryReports(rows, registry),
    policy: registry.policyOf,
    open,
    extend,
    settle,
    sweep,
    nextExpiry: () =>
      holds.size ? Math.min(...[...holds.values()].map((hold) => hold.leaseUntil)) : undefined,
  }
}

function isRefusal(verdict: Refusal | undefined): verdict is Refusal {
  return verdict !== undefined
}
