import { binOf, generationOf } from '../habit.ts'
import type { Receipt } from '../call.ts'
import type { Adjustment } from '../records.ts'
import { dayOf, linesOf, negated, sumsOf, type RollupLine, type RollupSums } from '../rollup.ts'
import { teaches } from '../settlement.ts'
import type { RedisKeys } from './keys.ts'

/** The commands that a row brings with it. */

type Command = string[]

/** What is summed in each line, and by which letter it goes. */
export const measures = {
  requests: 'r',
  inputTokens: 'i',
  cachedInputTokens: 'c',
  outputTokens: 'o',
  charge: '$',
  providerCost: 'p',
} as const satisfies Record<keyof RollupSums, string>

/** Adds a row to the sums of its hour. Redis adds whole numbers of 64 bits, exactly. */
export function rollUp(keys: RedisKeys, row: Receipt | Adjustment): Command[] {
  return addTo(keys, linesOf(row), sumsOf(row))
}

/** Takes a row out of the sums again. */
export function rollBack(keys: RedisKeys, row: Receipt): Command[] {
  return addTo(keys, linesOf(row), negated(sumsOf(row)))
}

function addTo(keys: RedisKeys, lines: readonly RollupLine[], sums: RollupSums): Command[] {
  const amounts = Object.entries(measures).flatMap(([name, letter]) => {
    const amount = sums[name as keyof RollupSums]
    return amount === 0 ? [] : [{ letter, amount: String(amount) }]
  })
  return lines.flatMap((line) => {
    const { dimension, hour, value, project, model, provider } = line
    const day = dayOf(hour)
    const name = JSON.stringify([hour, value, project, model, provider])
    return [
      ['ZADD', keys.rollupDays(dimension), String(day), String(day)],
      ...amounts.map(({ letter, amount }) => [
        'HINCRBY',
        keys.rollups(dimension, day),
        letter + name,
        amount,
      ]),
    ]
  })
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
