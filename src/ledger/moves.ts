import { correction, heldBy, judge, spentBy, worst } from './admission.ts'
import type { Candidate, Receipt, Refusal } from './call.ts'
import type { OpenHold } from './hold.ts'
import { coversModel, isEnforced, isRate, type Limit, type LimitState } from './limit.ts'

/** What the steps of a call change in the counters of limits, pure: every engine posts these. */

/** A limit has a counter of its own name, or one for each end user. */
export function counterName(limit: Limit, endUser?: string): string {
  return endUser === undefined ? limit.id : `${limit.id}/${endUser}`
}

/** The counter that all end users share beyond those that have one of their own. */
export function sharedCounter(limit: Limit): string {
  return `${limit.id}/`
}

/** The range, its end exclusive, of the names of all counters that end users have in a limit. */
export function sharesOf(limit: Limit): readonly [from: string, to: string] {
  // The character after the slash ends the range of names that begin with it.
  return [sharedCounter(limit), `${limit.id}0`]
}

export function limitIdOf(counter: string): string {
  const slash = counter.indexOf('/')
  return slash < 0 ? counter : counter.slice(0, slash)
}

/** What a call asks of one limit. */
export interface Ask {
  readonly limit: Limit
  readonly counter: string
  readonly requested: number
}

/** A change of one counter: of a window's, or of a rate's bucket. */
export interface Move {
  readonly limit: Limit
  readonly counter: string
  /** The time to whose window it posts. */
  readonly at: number
  readonly held: number
  readonly spent: number
  /** What is poured into the bucket now, or given back. */
  readonly fill: number
}

/** Finds the limit behind a counter, as it is now; undefined once it was deleted. */
export type FindLimit = (counter: string) => Limit | undefined

type Called = Pick<OpenHold, 'candidates'>

/** The limits, of those above a key, that a call counts towards. */
export function limitsOn({ candidates }: { candidates: readonly Candidate[] }, limits: readonly Limit[]) {
  return limits.filter((limit) => candidates.some((candidate) => coversModel(limit, candidate.model)))
}

/** Those of the limits that were there at a time: a call that was opened before a limit was made does not count towards it. */
export function limitsSince(limits: readonly Limit[], openedAt: number): Limit[] {
  return limits.filter((limit) => limit.createdAt <= openedAt)
}

/** What an opened call takes. */
export function openMoves(asks: readonly Ask[], openedAt: number): Move[] {
  return asks.map(({ limit, counter, requested }) =>
    isRate(limit)
      ? { limit, counter, at: openedAt, held: 0, spent: 0, fill: requested }
      : { limit, counter, at: openedAt, held: requested, spent: 0, fill: 0 },
  )
}

/** What a raised hold asks on top. Budgets may refuse it, rates go into debt. */
export function raiseAsks(hold: OpenHold, raised: Called, find: FindLimit): Ask[] {
  return hold.limits.flatMap((counter) => {
    const limit = find(counter)
    const requested = limit ? heldBy(limit, raised) - heldBy(limit, hold) : 0
    return limit && requested > 0 ? [{ limit, counter, requested }] : []
  })
}

/** What the end of a call changes: what it held is given back, what it used is spent. */
export function closeMoves(hold: OpenHold, receipt: Receipt, find: FindLimit): Move[] {
  const elapsedMs = receipt.endedAt - hold.openedAt
  return hold.limits.flatMap((counter) => {
    const limit = find(counter)
    if (!limit) return []
    const held = heldBy(limit, hold)
    return moveTo(limit, { counter, at: hold.openedAt, held, spent: spentBy(limit, receipt), elapsedMs })
  })
}

interface Row {
  readonly receipt: Receipt
  readonly limits: readonly string[]
}

/** What a better settlement changes: what the row says now, in place of what it said. */
export function lateMoves({ receipt: old, limits }: Row, receipt: Receipt, find: FindLimit): Move[] {
  const elapsedMs = receipt.endedAt - receipt.startedAt
  return limits.flatMap((counter) => {
    const limit = find(counter)
    if (!limit) return []
    const held = spentBy(limit, old)
    const move = moveTo(limit, {
      counter,
      at: receipt.startedAt,
      held,
      spent: spentBy(limit, receipt),
      elapsedMs,
    })
    return isRate(limit) ? move : { ...move, held: 0, spent: move.spent - held }
  })
}

/** What a call posts that was never opened here: it takes whatever it used. */
export function postMoves({ receipt, limits }: Row, find: FindLimit): Move[] {
  return limits.flatMap((counter) => {
    const limit = find(counter)
    return limit
      ? moveTo(limit, {
          counter,
          at: receipt.startedAt,
          held: 0,
          spent: spentBy(limit, receipt),
          elapsedMs: receipt.endedAt - receipt.startedAt,
        })
      : []
  })
}

interface Change {
  readonly counter: string
  readonly at: number
  readonly held: number
  readonly spent: number
  readonly elapsedMs: number
}

function moveTo(limit: Limit, { counter, at, held, spent, elapsedMs }: Change): Move {
  if (isRate(limit)) {
    const fill = correction(limit, { held, spent, elapsedMs })
    return { limit, counter, at, held: 0, spent: 0, fill }
  }
  return { limit, counter, at, held: -held, spent, fill: 0 }
}

/** Whether every limit grants what is asked of it, and if not, the refusal to tell. Shadow limits refuse nothing. */
export function judgeAll(asked: readonly { state: LimitState; requested: number }[]): Refusal | undefined {
  const refusals = asked.flatMap(({ state, requested }) =>
    isEnforced(state.limit) ? (judge(state, requested) ?? []) : [],
  )
  return worst(refusals)
}

/** The counters of the shadow limits that would have refused. */
export function wouldRefuse(
  asked: readonly { counter: string; state: LimitState; requested: number }[],
): string[] {
  return asked
    .filter(({ state, requested }) => !isEnforced(state.limit) && judge(state, requested))
    .map(({ counter }) => counter)
}
