import { binOf, generationOf } from '../habit.ts'
import type { Receipt } from '../call.ts'
import type { Adjustment } from '../records.ts'
import { dayOf, linesOf, negated, sumsOf, type RollupLine, type RollupSums } from '../rollup.ts'
import { teaches } from '../settlement.ts'
import { habitsName, rollupDaysName, rollupsName } from './keys.ts'
import type { AddedSum, Line } from './transact.ts'

/** The sums that a row brings with it. */

/** What is summed in each line, in this order. Money in whole USD and the rest, for a sum may pass 2^53 nanoUSD. */
export const measures = [
  'requests',
  'inputTokens',
  'cachedInputTokens',
  'outputTokens',
  'chargeUsd',
  'chargeNano',
  'costUsd',
  'costNano',
] as const

const nanoPerUsd = 1_000_000_000

/** What a row adds to the sums of its hour. */
export function rollUp(row: Receipt | Adjustment): AddedSum[] {
  return addedTo(linesOf(row), sumsOf(row))
}

/** What takes a row out of the sums again. */
export function rollBack(row: Receipt): AddedSum[] {
  return addedTo(linesOf(row), negated(sumsOf(row)))
}

function addedTo(lines: readonly RollupLine[], sums: RollupSums): AddedSum[] {
  const { requests, inputTokens, cachedInputTokens, outputTokens, charge, providerCost } = sums
  const money = [charge, providerCost].flatMap((amount) => [
    Math.trunc(amount / nanoPerUsd),
    amount % nanoPerUsd,
  ])
  const amounts = [requests, inputTokens, cachedInputTokens, outputTokens, ...money]
  return lines.map((line) => ({ line: lineOf(line), amounts }))
}

/** So many lines are remembered: calls of one hour have few. */
const keepInMemory = 1_000
const known = new Map<string, Line>()

function lineOf({ dimension, hour, value, project, model, provider }: RollupLine): Line {
  const day = dayOf(hour)
  const hash = rollupsName(dimension, day)
  const field = JSON.stringify([hour, value, project, model, provider])
  const name = `${hash} ${field}`
  const found = known.get(name)
  if (found) return found
  const days = rollupDaysName(dimension)
  return remember(name, { hash, field, count: measures.length, days, day: String(day) })
}

/** So that it is the same object for the same line, which is said once where calls are written together. */
function remember(name: string, line: Line): Line {
  if (known.size >= keepInMemory) known.clear()
  known.set(name, line)
  return line
}

/** Counts a call among those that tell how much output its like have. */
export function learn(receipt: Receipt, now: number): AddedSum[] {
  if (!teaches(receipt)) return []
  const field = JSON.stringify([receipt.model, generationOf(now), binOf(receipt.usage.outputTokens)])
  const hash = habitsName(receipt.keyId)
  const name = `${hash} ${field}`
  return [{ line: known.get(name) ?? remember(name, { hash, field, count: 1 }), amounts: [1] }]
}
