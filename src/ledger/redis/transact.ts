import { lifeOf } from '../end-users.ts'
import { capacityOf, isEnforced, isRate, type Limit } from '../limit.ts'
import { sharedCounter, type Move } from '../moves.ts'
import { rateMs, windowOf } from '../window.ts'

/** One step on a book, as the script takes it (see `transact.lua.ts`). Nothing is changed unless all that it expects is so. */
export interface Plan {
  /** Unix milliseconds. */
  readonly now: number
  /** By how much the server's own clock may differ from that; absent where the clock is given. */
  readonly tolerance?: number
  /** Expected, of the org. */
  readonly revision?: string
  /** Expected, of the org; raised by this step. */
  readonly edits?: string
  /** Whether this step makes others read limits and keys anew. */
  readonly revise?: true
  /** The id of a call that must be neither open nor ended. */
  readonly fresh?: string
  /** A hold that must be as it was read. */
  readonly hold?: { readonly id: string; readonly version: string }
  /** A row that must be as it was read. */
  readonly row?: { readonly id: string; readonly mark: string }
  readonly mostLive: number
  readonly moves: readonly PlannedMove[]
  /** Writes a hold; its text comes beside the plan. */
  readonly keep?: { readonly id: string; readonly version: string; readonly leaseUntil: number }
  /** Deletes the hold of this id. */
  readonly drop?: string
  /** Writes a row under this id and a new mark; its text comes beside the plan. */
  readonly enter?: string
  /** Lists the request of this id. */
  readonly list?: string
  /** What is added to hourly sums and habits. */
  readonly sums?: readonly AddedSum[]
  /** Commands, given by admins and housekeepers only: what is read of hashes is read anew after them. */
  readonly writes?: readonly (readonly string[])[]
}

/** What the numbers under one field of a hash get. */
export interface AddedSum {
  /** Without the prefix. */
  readonly hash: string
  readonly field: string
  readonly amounts: readonly number[]
  /** The sorted set, without the prefix, that has the day if the field is new. */
  readonly listed?: { readonly key: string; readonly day: string }
}

/** A move with all that must be known to judge and make it: windows are reckoned here, for Lua knows no calendars. */
export interface PlannedMove {
  readonly counter: string
  /** Start of the window that it posts to. */
  readonly window?: string
  readonly rate?: { readonly amount: number; readonly ms: number }
  /** What changes; absent is nothing. */
  readonly held?: number
  readonly spent?: number
  readonly fill?: number
  /** Whether the counter must grant it, or only note that it would not. */
  readonly judge?: 'enforce' | 'shadow'
  /** With `judge`: what is asked, and how much the counter grants in all. */
  readonly requested?: number
  readonly capacity?: number
  readonly ofEndUser?: true
  /** Until when the counter is needed and kept that this makes, if need be. */
  readonly life?: { readonly needed: number; readonly keep: number }
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
  readonly refused: number
}

/** The end of time, in numbers that JSON has. */
const never = 9e15

/** What a move is to the script. `claims`: it may make the counter of an end user. */
export function plannedMove(
  { limit, counter, at, held, spent, fill }: Move,
  asks: { requested?: number; claims?: boolean } = {},
): PlannedMove {
  return {
    counter,
    ...placeOf(limit, at),
    ...(held !== 0 && { held }),
    ...(spent !== 0 && { spent }),
    ...(fill !== 0 && { fill }),
    ...(asks.requested !== undefined && {
      judge: isEnforced(limit) ? 'enforce' : 'shadow',
      requested: asks.requested,
      capacity: capacityOf(limit),
    }),
    ...(counter !== limit.id && shareOf(limit, { counter, at, claims: asks.claims ?? false })),
  }
}

/** The bucket of a rate, or the window that a time falls in. */
function placeOf(limit: Limit, at: number): Pick<PlannedMove, 'window' | 'rate'> {
  if (isRate(limit)) return { rate: { amount: limit.amount, ms: rateMs(limit.per) } }
  const { start } = windowOf(limit.per, at, limit.timezone)
  return start === 0 ? {} : { window: String(start) }
}

interface Sharing {
  readonly counter: string
  readonly at: number
  readonly claims: boolean
}

/** The counter of an end user; the one that many share lives for ever. */
function shareOf(limit: Limit, { counter, at, claims }: Sharing): Pick<PlannedMove, 'ofEndUser' | 'life'> {
  const makes = claims && counter !== sharedCounter(limit)
  return { ofEndUser: true, ...(makes && { life: finiteLife(limit, at) }) }
}

function finiteLife(limit: Limit, at: number): { needed: number; keep: number } {
  const { needed, keep } = lifeOf(limit, at)
  return { needed: Math.min(never, needed), keep: Math.min(never, keep) }
}

export function readAnswer(answer: unknown): TransactAnswer {
  if (!Array.isArray(answer)) throw new Error('Redis gave no answer of the script.')
  const [status, ...rest] = answer.map(String)
  switch (status) {
    case 'ok':
    case 'refused':
      return { status, standing: rest.map(standingOf) }
    case 'clock':
      return { status, now: Number(rest[0]) }
    case 'crowded':
      return { status, counters: rest }
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

function standingOf(text: string): Standing {
  const [spent, held, refused] = text.split(' ').map(Number)
  return { spent: spent ?? 0, held: held ?? 0, refused: refused ?? 0 }
}
