import { addAmounts, largest, noAmounts, type Amounts } from '../core/amounts.ts'
import { noUsage } from '../core/usage.ts'
import type { Candidate, ExtendStep, OpenCall, Receipt, Settlement } from './call.ts'

/** A call under way, as every engine keeps it. Times are Unix milliseconds. */
export interface OpenHold {
  readonly id: string
  readonly keyId: string
  readonly projectId?: string
  readonly candidates: readonly Candidate[]
  readonly tags: Readonly<Record<string, string>>
  readonly openedAt: number
  /** Ids of the limits that it was opened under: these it holds of, and to these it posts. */
  readonly limits: readonly string[]
  leaseUntil: number
  /** Held on top by `extend`. */
  extra: Amounts
  /** The last step that was granted. */
  seq: number
  /** What it had used when it last reported. */
  soFar: Amounts
  /** Index of the candidate that it last reported from. */
  serving: number
}

/** The row that a settlement makes of a hold. */
export function receiptOf(hold: OpenHold, settlement: Settlement, endedAt: number): Receipt {
  const planned = hold.candidates[0]
  const unsettled = {
    kind: 'receipt' as const,
    id: hold.id,
    keyId: hold.keyId,
    ...(hold.projectId !== undefined && { projectId: hold.projectId }),
    model: planned?.model ?? '',
    provider: planned?.provider ?? '',
    hold: addAmounts(largest(hold.candidates.map((candidate) => candidate.hold)), hold.extra),
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

/** How a call is settled that nobody will settle: to the input as estimated and what it last reported. */
export function sweptSettlement(hold: OpenHold, now: number): Settlement {
  const candidate = hold.candidates[hold.serving]
  const floor = hold.seq > 0 ? hold.soFar : (candidate?.floor ?? noAmounts)
  const attempt = {
    provider: candidate?.provider ?? '',
    model: candidate?.model ?? '',
    status: 0,
    latencyMs: Math.max(0, now - hold.openedAt),
    usage: { ...noUsage, inputTokens: floor.inputTokens, outputTokens: floor.outputTokens },
    source: 'floor' as const,
    providerCost: floor.cost,
  }
  return {
    id: hold.id,
    attempts: [attempt],
    served: 0,
    source: 'floor',
    outcome: 'swept',
    charge: floor.cost,
  }
}

/** Amounts that can be counted exactly: whole, safe and not negative. What is not would spoil the books, so it is refused. */
function areSound(amounts: readonly number[]): boolean {
  return amounts.every((amount) => Number.isSafeInteger(amount) && amount >= 0)
}

export function isSoundCall({ candidates }: OpenCall): boolean {
  return (
    candidates.length > 0 &&
    candidates.every(({ hold, floor }) => isSoundAmounts(hold) && isSoundAmounts(floor))
  )
}

export function isSoundStep({ candidates }: OpenHold, { more, soFar, candidate }: ExtendStep): boolean {
  return candidates[candidate] !== undefined && isSoundAmounts(more) && isSoundAmounts(soFar)
}

export function isSoundSettlement({ charge, attempts, served }: Settlement): boolean {
  const amounts = [charge, ...attempts.flatMap((a) => [a.providerCost, ...Object.values(a.usage)])]
  if (!areSound(amounts)) return false
  return served === undefined ? charge === 0 : attempts[served] !== undefined
}

function isSoundAmounts({ inputTokens, outputTokens, cost }: Amounts): boolean {
  return areSound([inputTokens, outputTokens, cost])
}
