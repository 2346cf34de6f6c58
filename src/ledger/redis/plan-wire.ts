import { Packer, type Packable } from './packer.ts'
import type { Line, Place, Plan, PlannedMove } from './transact.ts'

/**
 * How plans travel that are sent together: their values alone, one behind the other, in the order of these lists, which are also the
 * names under which the script has them (see `transact.lua.ts`). The places and lines, which most plans of an org share, are said once
 * before them; after that a number stands for each, from 1.
 */
export const fieldsOf = {
  place: ['counter', 'window', 'rateAmount', 'rateMs', 'capacity', 'isShadow', 'ofEndUser'],
  line: ['hash', 'field', 'days', 'day', 'count'],
  plan: [
    'now', 'revision', 'edits', 'revise', 'id', 'fresh', 'version', 'mark', 'keep', 'drop', 'enter', 'list',
  ],
  /** Commands in JSON; whether any move asks, or may make a counter; how many moves, and values of sums, follow. */
  planRest: ['writes', 'asks', 'claims', 'moveCount', 'sumsSize'],
  move: ['held', 'spent', 'fill', 'requested', 'neededUntil', 'keptUntil'],
} as const satisfies {
  place: (keyof Place)[]
  line: (keyof Line)[]
  plan: (keyof Plan)[]
  planRest: string[]
  move: (keyof PlannedMove)[]
} // prettier-ignore

/** What is the same for all plans of an org. */
export interface Terms {
  /** By how much the server's own clock may differ from a plan's; absent where the clock is given. */
  readonly tolerance: number | undefined
  /** So many counters of end users there may be. */
  readonly mostLive: number
}

const packer = new Packer()

/** What is said once, and the plans. */
export function packPlans(plans: readonly Plan[], { tolerance, mostLive }: Terms): [Uint8Array, Uint8Array] {
  const places = new Map<Place, number>()
  const lines = new Map<Line, number>()
  for (const plan of plans) packPlan(plan, places, lines)
  // So that there is always something left to read.
  packer.put(undefined)
  const packed = packer.take()
  for (const value of [tolerance, mostLive, places.size, lines.size]) packer.put(value)
  for (const place of places.keys()) packFields(place, fieldsOf.place)
  for (const line of lines.keys()) packFields(line, fieldsOf.line)
  return [packer.take(), packed]
}

function packPlan(plan: Plan, places: Map<Place, number>, lines: Map<Line, number>): void {
  const { moves, sums = [], writes } = plan
  packFields(plan, fieldsOf.plan)
  packer.put(writes && JSON.stringify(writes))
  packer.put(moves.some(({ requested }) => requested !== undefined))
  packer.put(moves.some(({ neededUntil }) => neededUntil !== undefined))
  packer.put(moves.length)
  packer.put(sums.reduce((size, { amounts }) => size + 1 + amounts.length, 0))
  for (const move of moves) {
    packer.put(numberOf(move.place, places))
    packFields(move, fieldsOf.move)
  }
  for (const { line, amounts } of sums) {
    packer.put(numberOf(line, lines))
    for (const amount of amounts) packer.put(amount)
  }
}

function packFields<K extends string>(values: { readonly [F in K]?: Packable }, fields: readonly K[]): void {
  for (const field of fields) packer.put(values[field])
}

function numberOf<T>(thing: T, known: Map<T, number>): number {
  const number = known.get(thing) ?? known.size + 1
  if (number > known.size) known.set(thing, number)
  return number
}
