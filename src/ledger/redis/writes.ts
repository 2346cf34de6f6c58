import { binOf, generationOf } from '../habit.ts'
import type { Receipt } from '../call.ts'
import type { Adjustment } from '../records.ts'
import { dayOf, linesOf, negated, sumsOf, type RollupLine, type RollupSums } from '../rollup.ts'
import { teaches } from '../settlement.ts'
import type { RedisKeys } from './keys.ts'
import type { AddedSum } from './transact.ts'

/** The commands that a row brings with it. */

type Command = string[]

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
  return lines.map(({ dimension, hour, value, project, model, provider }) => ({
    dimension,
    day: String(dayOf(hour)),
    line: JSON.stringify([hour, value, project, model, provider]),
    amounts,
  }))
}

/** Counts a call among those that tell how much output its like have. */
export function learn(keys: RedisKeys, receipt: Receipt, now: number): Command[] {
  if (!teaches(receipt)) return []
  const name = JSON.stringify([receipt.model, generationOf(now), binOf(receipt.usage.outputTokens)])
  return [['HINCRBY', keys.habits(receipt.keyId), name, '1']]
}

/** Lists a request among the others. */
export function enlist(keys: RedisKeys, { id }: Receipt): Command[] {
  return [['ZADD', keys.requests, '0', id]]
}
