import type { Amounts } from '../core/amounts.ts'
import type { ExtendStep, OpenCall, Posting, Settlement } from './call.ts'
import type { OpenHold } from './hold.ts'

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

export function isSoundPosting({ call, openedAt, postedAt = openedAt, settlement }: Posting): boolean {
  const isOfCall = settlement.id === call.id && areSound([openedAt, postedAt])
  return isOfCall && isSoundCall(call) && isSoundSettlement(settlement)
}

function isSoundAmounts({ inputTokens, outputTokens, cost }: Amounts): boolean {
  return areSound([inputTokens, outputTokens, cost])
}
