import { largest, noAmounts } from '../core/amounts.ts'
import { noUsage } from '../core/usage.ts'
import type { OpenCall, Receipt, Settlement } from './call.ts'
import { newHold, type OpenHold } from './hold.ts'
import { isEnforced, type Limit } from './limit.ts'

/** The row that a settlement makes of a hold. */
export function receiptOf(hold: OpenHold, settlement: Settlement, endedAt: number): Receipt {
  const planned = hold.candidates[0]
  const unsettled = {
    kind: 'receipt' as const,
    id: hold.id,
    keyId: hold.keyId,
    ...(hold.projectId !== undefined && { projectId: hold.projectId }),
    ...(hold.endUser !== undefined && { endUser: hold.endUser }),
    model: planned?.model ?? '',
    provider: planned?.provider ?? '',
    hold: largest(hold.candidates.map((candidate) => candidate.hold)),
    tags: hold.tags,
    startedAt: hold.openedAt,
  }
  return settledAs(unsettled, settlement, endedAt)
}

/** A row with a settlement in it: the first one, or a better one that replaces it. */
export function settledAs(
  row: Omit<Receipt, keyof Settlement | 'usage' | 'providerCost' | 'endedAt'> & { id: string },
  { attempts, served, source, outcome, charge }: Settlement,
  endedAt: number,
): Receipt {
  const serving = served === undefined ? undefined : attempts[served]
  const named = serving ?? attempts.at(-1) ?? row
  return {
    ...row,
    model: named.model,
    provider: named.provider,
    attempts,
    usage: serving?.usage ?? noUsage,
    source,
    charge,
    providerCost: attempts.reduce((sum, attempt) => sum + attempt.providerCost, 0),
    outcome,
    endedAt,
  }
}

/**
 * How a call is settled that nobody will settle: to the input as estimated and what it last reported, or to all that it held
 * where one of its limits says so.
 */
export function sweptSettlement(
  hold: OpenHold,
  { now, limits }: { now: number; limits: readonly Limit[] },
): Settlement {
  const candidate = hold.candidates[hold.serving]
  const floor = hold.seq > 0 ? hold.soFar : (candidate?.floor ?? noAmounts)
  const owed = hold.seq > 0 ? hold.providerCostSoFar : candidate?.floorProviderCost
  const keptWhole = limits.some((limit) => limit.onLost === 'hold' && isEnforced(limit))
  const used = keptWhole ? (candidate?.hold ?? noAmounts) : floor
  const attempt = {
    provider: candidate?.provider ?? '',
    model: candidate?.model ?? '',
    status: 0,
    latencyMs: Math.max(0, now - hold.openedAt),
    usage: { ...noUsage, inputTokens: used.inputTokens, outputTokens: used.outputTokens },
    source: 'floor' as const,
    providerCost: owed ?? floor.cost,
    ...(candidate?.priceCard !== undefined && { priceCard: candidate.priceCard }),
    ...(candidate?.exchange && { exchange: candidate.exchange }),
  }
  return {
    id: hold.id,
    attempts: [attempt],
    served: 0,
    source: 'floor',
    outcome: 'swept',
    charge: used.cost,
  }
}

/** The hold that a call would have had that was served without the ledger. */
export function postedHold(
  call: OpenCall,
  key: { readonly id: string; readonly projectId?: string },
  { counters, openedAt }: { counters: readonly string[]; openedAt: number },
): OpenHold {
  const policy = { keyId: key.id, ...(key.projectId !== undefined && { projectId: key.projectId }) }
  return newHold(call, { policy, counters, openedAt, leaseMs: 0 })
}

/** Whether a call tells how much output its like have: one that came to its own end, and whose usage is known. */
export function teaches({ outcome, source, usage }: Receipt): boolean {
  return outcome === 'ok' && source !== 'floor' && usage.outputTokens > 0
}
