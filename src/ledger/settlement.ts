import { largest, noAmounts, type Amounts } from '../core/amounts.ts'
import { noUsage } from '../core/usage.ts'
import type { Candidate, OpenCall, Posting, Receipt, Settlement } from './call.ts'
import { newHold, type OpenHold } from './hold.ts'
import { coversModel, isEnforced, type Limit } from './limit.ts'

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
 * where limits say so.
 */
export function sweptSettlement(
  hold: OpenHold,
  { now, limits }: { now: number; limits: readonly Limit[] },
): Settlement {
  const { candidate, used, providerCost } = lostUse(hold, limits)
  const attempt = {
    provider: candidate?.provider ?? '',
    model: candidate?.model ?? '',
    status: 0,
    latencyMs: Math.max(0, now - hold.openedAt),
    usage: { ...noUsage, inputTokens: used.inputTokens, outputTokens: used.outputTokens },
    source: 'floor' as const,
    providerCost,
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

interface LostUse {
  readonly candidate: Candidate | undefined
  readonly used: Amounts
  readonly providerCost: number
}

/** Who is taken to have served a lost call, and what it is taken to have used. */
function lostUse(hold: OpenHold, limits: readonly Limit[]): LostUse {
  const serving = hold.candidates[hold.serving]
  const hasReported = hold.seq > 0
  const floor = hasReported ? hold.soFar : (serving?.floor ?? noAmounts)
  const owed = hasReported ? hold.providerCostSoFar : serving?.floorProviderCost
  const providerCost = owed ?? floor.cost
  const keeping = limits.filter((limit) => limit.onLost === 'hold' && isEnforced(limit))
  const kept = keptBy(hold, keeping)
  if (kept.length === 0) return { candidate: serving, used: floor, providerCost }
  // Another candidate than the last that reported may have served since, so it is the most that any of them held.
  return { candidate: kept[0], used: largest(kept.map((each) => each.hold)), providerCost }
}

/** The candidates that limits cover, the one first that most of them do: the row can name but one. */
function keptBy({ candidates, serving }: OpenHold, limits: readonly Limit[]): Candidate[] {
  const count = ({ model }: Candidate) => limits.filter((limit) => coversModel(limit, model)).length
  const first = candidates[serving]
  const ordered = first ? [first, ...candidates.filter((each) => each !== first)] : candidates
  return ordered.filter((each) => count(each) > 0).toSorted((a, b) => count(b) - count(a))
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

/** When a posted call was opened by the ledger's clock; never later than now. */
export function postedFrom({ openedAt, postedAt }: Posting, now: number): number {
  return Math.min(now, postedAt === undefined ? openedAt : now - Math.max(0, postedAt - openedAt))
}
