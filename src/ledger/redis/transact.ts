import { lifeOf } from '../end-users.ts'
import { capacityOf, isEnforced, isRate, type Limit } from '../limit.ts'
import { sharedCounter, type Move } from '../moves.ts'
import { lifetime, rateMs, windowOf } from '../window.ts'

/** One step on a book, as the script takes it (see `transact.lua.ts`). Nothing is changed unless all that it expects is so. */
export interface Plan {
  /** Unix milliseconds. */
  readonly now: number
  /** Expected, of the org. */
  readonly revision?: string
  /** Expected, of the org; raised by this step. */
  readonly edits?: string
  /** Whether this step makes others read limits and keys anew. */
  readonly revise?: true
  /** The call or the adjustment that it is about. */
  readonly id?: string
  /** Expected: a call that is neither open nor ended. */
  readonly fresh?: true
  /** Expected: an open call whose hold is of this version (see `KeptHold`). */
  readonly version?: number
  /** Expected: a row that was written under this mark. */
  readonly mark?: string
  readonly moves: readonly PlannedMove[]
  /** Writes a hold of this version; its text comes beside the plan. */
  readonly keep?: number
  /** Deletes the hold. */
  readonly drop?: true
  /** Writes a row under a new mark; its text comes beside the plan. */
  readonly enter?: true
  /** With `enter`: lists it among the requests. */
  readonly list?: true
  /** What is added to hourly sums and habits. */
  readonly sums?: readonly AddedSum[]
  /** Commands, given by admins and housekeepers only: what is read of hashes is read anew after them. */
  readonly writes?: readonly (readonly string[])[]
}

/** What the numbers under one field of a hash get. */
export interface AddedSum {
  readonly line: Line
  /** As many as the line has numbers. */
  readonly amounts: readonly number[]
}

export interface Line {
  /** Without the prefix. */
  readonly hash: string
  readonly field: string
  readonly count: number
  /** The sorted set, without the prefix, that has the day if the field is new. */
  readonly days?: string
  readonly day?: string
}

/** A move with all that must be known to judge and make it: windows are reckoned here, for Lua knows no calendars. */
export interface PlannedMove {
  readonly place: Place
  /** What changes; absent is nothing. */
  readonly held?: number
  readonly spent?: number
  readonly fill?: number
  /** What the place must grant; where it is of a shadow limit, only note that it would not. */
  readonly requested?: number
  /** Until when the counter of an end user is needed and kept that this makes, if need be. */
  readonly neededUntil?: number
  readonly keptUntil?: number
}

/** Where a move is made: the bucket of a rate, or the window of a counter. */
export interface Place {
  readonly counter: string
  /** Start of the window. */
  readonly window?: string
  /** Of a rate: how much drains in how long. */
  readonly rateAmount?: number
  readonly rateMs?: number
  /** How much it grants in all. */
  readonly capacity: number
  readonly isShadow?: true
  readonly ofEndUser?: true
}

/** How the script answered: with what each judged counter stood at, or with what was not as expected. */
export type TransactAnswer =
  | { readonly status: 'ok' | 'refused'; readonly standing: readonly Standing[] }
  | { readonly status: 'clock'; readonly now: number }
  | { readonly status: 'crowded'; readonly counters: readonly string[] }
  | { readonly status: 'revision' | 'edits' | 'exists' | 'hold' | 'row' }

export interface Standing {
  readonly spent: number
  readonly held: number
}

/** The end of time, in numbers that JSON has. */
const never = 9e15

/** What a move is to the script. `claims`: it may make the counter of an end user. */
export function plannedMove(
  { limit, counter, at, held, spent, fill }: Move,
  { requested, claims = false }: { requested?: number; claims?: boolean } = {},
): PlannedMove {
  const isMade = claims && counter !== limit.id && counter !== sharedCounter(limit)
  return {
    place: placeOf(limit, counter, at),
    ...(held !== 0 && { held }),
    ...(spent !== 0 && { spent }),
    ...(fill !== 0 && { fill }),
    ...(requested !== undefined && { requested }),
    ...(isMade && finiteLife(limit, at)),
  }
}

/** The last place of each limit: nearly always it is the next one's too. */
const lastPlaces = new WeakMap<Limit, { readonly place: Place; readonly from: number; readonly to: number }>()

function placeOf(limit: Limit, counter: string, at: number): Place {
  const last = lastPlaces.get(limit)
  if (last && last.place.counter === counter && at >= last.from && at < last.to) return last.place
  const { start, end } = isRate(limit) ? lifetime : windowOf(limit.per, at, limit.timezone)
  const place: Place = {
    counter,
    ...(start !== 0 && { window: String(start) }),
    ...(isRate(limit) && { rateAmount: limit.amount, rateMs: rateMs(limit.per) }),
    capacity: capacityOf(limit),
    ...(!isEnforced(limit) && { isShadow: true }),
    // The counter that many share lives for ever.
    ...(counter !== limit.id && { ofEndUser: true }),
  }
  lastPlaces.set(limit, { place, from: start, to: end })
  return place
}

function finiteLife(limit: Limit, at: number): { neededUntil: number; keptUntil: number } {
  const { needed, keep } = lifeOf(limit, at)
  return { neededUntil: Math.min(never, needed), keptUntil: Math.min(never, keep) }
}

export function readAnswer(answer: unknown): TransactAnswer {
  if (!Array.isArray(answer)) throw new Error('Redis gave no answer of the script.')
  const [status, ...rest] = answer as unknown[]
  switch (status) {
    case 'ok':
    case 'refused':
      return { status, standing: standingsOf(rest) }
    case 'clock':
      return { status, now: Number(rest[0]) }
    case 'crowded':
      return { status, counters: rest.map(String) }
    case 'revision':
    case 'edits':
    case 'exists':
    case 'hold':
    case 'row':
      return { status }
    default:
      throw new Error(`The script failed: ${rest.join(' ')}`)
  }
}

/** Pairs of what was spent and held. A fraction comes as a text. */
function standingsOf(numbers: readonly unknown[]): Standing[] {
  const standings: Standing[] = []
  for (let index = 0; index < numbers.length; index += 2)
    standings.push({ spent: Number(numbers[index]), held: Number(numbers[index + 1]) })
  return standings
}
