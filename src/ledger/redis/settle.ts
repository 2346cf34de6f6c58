import { outranks } from '../admission.ts'
import {
  refuse,
  type Extension,
  type ExtendStep,
  type Posting,
  type Receipt,
  type Refusal,
  type Settlement,
} from '../call.ts'
import { extended } from '../hold.ts'
import { isEnforced, isRate, type Limit } from '../limit.ts'
import {
  closeMoves,
  lateMoves,
  limitIdOf,
  limitsOn,
  limitsSince,
  openMoves,
  postMoves,
  raiseAsks,
  type FindLimit,
  type Move,
} from '../moves.ts'
import { postedFrom, postedHold, receiptOf, settledAs, sweptSettlement } from '../settlement.ts'
import { isSoundPosting, isSoundSettlement, isSoundStep } from '../soundness.ts'
import { nextVersion, readReceipt, rowText, type Holds, type KeptHold } from './kept.ts'
import { counterFor, refusalFor } from './open.ts'
import { contended, mostTries, type Desk, type Space } from './space.ts'
import { plannedMove, type Plan } from './transact.ts'
import { learn, rollBack, rollUp } from './writes.ts'

/** What follows the opening of a call. Each is planned from a hold or row as it was read, and made only if it is still so. */

const unsound = refuse('invalid_request', 'A settlement needs whole, safe amounts.')

export async function extendCall(
  space: Space,
  holds: Holds,
  { id, step }: { id: string; step: ExtendStep },
): Promise<Extension | Refusal> {
  for (let tries = 0; tries < mostTries; tries++) {
    const kept = await holds.find(id)
    if (!kept) return refuse('not_found', 'No such call is open.')
    const { hold, version } = kept
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    const revision = await space.revision()
    const raised = step.seq > hold.seq ? extended(hold, step) : hold
    const asks = await space.ask((desk) => raiseAsks(hold, raised, finder(desk)))
    const mayRefuse = (limit: Limit) => !isRate(limit) && isEnforced(limit)
    const budgets = asks.filter(({ limit }) => mayRefuse(limit))
    const now = space.now()
    const renewed = { ...raised, leaseUntil: now + space.leaseMs }
    const next = nextVersion(version, renewed.leaseUntil)
    const moves = openMoves(asks, hold.openedAt).map((move, index) =>
      plannedMove(move, mayRefuse(move.limit) ? { requested: asks[index]?.requested ?? 0 } : {}),
    )
    const plan = { now, revision, id, version, moves, keep: next }
    const answer = await space.transact(plan, JSON.stringify(renewed))
    if (answer.status === 'ok') {
      holds.remember({ version: next, hold: renewed })
      return { kind: 'extension', leaseUntil: renewed.leaseUntil }
    }
    if (answer.status === 'refused') return refusalFor(budgets, answer.standing, hold)
    if (answer.status === 'hold') holds.forget(id)
  }
  throw contended()
}

export async function settleCall(
  space: Space,
  holds: Holds,
  settlement: Settlement,
): Promise<Receipt | Refusal> {
  if (!isSoundSettlement(settlement)) return unsound
  for (let tries = 0; tries < mostTries; tries++) {
    const kept = await holds.find(settlement.id)
    const receipt = kept
      ? await closeHold(space, holds, { kept, settle: () => settlement })
      : await settleLate(space, settlement)
    if (receipt) return receipt
  }
  throw contended()
}

/** Turns a hold into a row. Undefined if it was not as it was read: look again. */
async function closeHold(
  space: Space,
  holds: Holds,
  { kept, settle }: { kept: KeptHold; settle: (desk: Desk, now: number) => Settlement },
): Promise<Receipt | undefined> {
  const { hold, version } = kept
  const revision = await space.revision()
  const now = space.now()
  const { receipt, moves } = await space.ask((desk) => {
    const receipt = receiptOf(hold, settle(desk, now), now)
    return { receipt, moves: closeMoves(hold, receipt, finder(desk)) }
  })
  const answer = await space.transact(
    {
      ...entering(receipt, { moves, claims: false }),
      revision,
      version,
      drop: true,
    },
    rowText(receipt, hold.limits),
  )
  if (answer.status === 'ok' || answer.status === 'hold') holds.forget(hold.id)
  return answer.status === 'ok' ? receipt : undefined
}

/** For a call that was swept, or settled already: what is known better replaces what is known worse. */
async function settleLate(space: Space, settlement: Settlement): Promise<Receipt | Refusal | undefined> {
  const found = await readReceipt(space, settlement.id)
  if (!found) return refuse('not_found', 'No such call.')
  const { row, limits, mark } = found
  if (!outranks(settlement.source, row.source)) return row
  const revision = await space.revision()
  const receipt = settledAs(row, settlement, space.now())
  const moves = await space.ask((desk) => lateMoves({ receipt: row, limits }, receipt, finder(desk)))
  const answer = await space.transact(
    {
      now: receipt.endedAt,
      revision,
      id: row.id,
      mark,
      moves: moves.map((move) => plannedMove(move)),
      enter: true,
      sums: [...rollBack(row), ...rollUp(receipt)],
    },
    rowText(receipt, limits),
  )
  return answer.status === 'ok' ? receipt : undefined
}

export async function postCall(space: Space, holds: Holds, posting: Posting): Promise<Receipt | Refusal> {
  const { settlement } = posting
  if (!isSoundPosting(posting))
    return refuse('invalid_request', 'A posting needs whole, safe amounts, all of one call.')
  const crowded = new Set<string>()
  for (let tries = 0; tries < mostTries; tries++) {
    const revision = await space.revision()
    const at = postedFrom(posting, space.now())
    const planned = await space.ask((desk) =>
      planPosting(desk, { ...posting, openedAt: at, now: space.now() }, crowded),
    )
    if (planned.kind === 'refusal') {
      const known = await settleCall(space, holds, settlement)
      return known.kind === 'receipt' ? known : planned
    }
    const { receipt, counters, moves } = planned
    const answer = await space.transact(
      { ...entering(receipt, { moves, claims: true }), revision, fresh: true },
      rowText(receipt, counters),
    )
    if (answer.status === 'ok') return receipt
    if (answer.status === 'exists') return settleCall(space, holds, settlement)
    if (answer.status === 'crowded') for (const counter of answer.counters) crowded.add(counter)
  }
  throw contended()
}

interface PlannedPosting {
  readonly kind: 'posting'
  readonly receipt: Receipt
  readonly counters: readonly string[]
  readonly moves: readonly Move[]
}

function planPosting(
  desk: Desk,
  { call, openedAt, settlement, now }: Posting & { now: number },
  crowded: ReadonlySet<string>,
): PlannedPosting | Refusal {
  const key = desk.registry.keyByHash(call.keyHash)
  if (!key) return refuse('not_found', 'This key does not exist.')
  const { endUser } = call
  const above = desk.limits.above({ ...key, keyId: key.id, ...(endUser !== undefined && { endUser }) })
  const limits = limitsSince(limitsOn(call, above), openedAt)
  const counters = limits.map((limit) => counterFor(limit, endUser, crowded))
  const receipt = receiptOf(postedHold(call, key, { counters, openedAt }), settlement, now)
  const moves = postMoves({ receipt, limits: counters }, finder(desk))
  return { kind: 'posting', receipt, counters, moves }
}

/** Settles the calls that outlived their lease, or all of them, and counts those that nobody else settled meanwhile. */
export async function sweepCalls(space: Space, holds: Holds, which: 'expired' | 'all'): Promise<number> {
  const { connection, keys } = space
  // A version has a fraction.
  const until = which === 'all' ? '+inf' : `(${space.now() + 1}`
  const ids = (await connection.command('ZRANGEBYSCORE', keys.leases, '-inf', until)) as string[]
  let count = 0
  const failures: unknown[] = []
  for (const id of ids) {
    // What this process remembers may have been renewed by another.
    holds.forget(id)
    try {
      if (await sweepCall(space, holds, { id, which })) count += 1
    } catch (error) {
      failures.push(error)
    }
  }
  // One that cannot be swept keeps no other waiting.
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} calls could not be swept.`)
  return count
}

async function sweepCall(
  space: Space,
  holds: Holds,
  { id, which }: { id: string; which: 'expired' | 'all' },
): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries++) {
    const kept = await holds.find(id)
    if (!kept || (which === 'expired' && kept.hold.leaseUntil > space.now())) return false
    const settle = ({ limits }: Desk, now: number) => {
      const found = kept.hold.limits.flatMap((counter) => limits.limit(limitIdOf(counter)) ?? [])
      return sweptSettlement(kept.hold, { now, limits: found })
    }
    if (await closeHold(space, holds, { kept, settle })) return true
  }
  throw contended()
}

/** What a new row brings with it. */
function entering(
  receipt: Receipt,
  { moves, claims }: { moves: readonly Move[]; claims: boolean },
): Pick<Plan, 'now' | 'id' | 'moves' | 'enter' | 'list' | 'sums'> {
  return {
    now: receipt.endedAt,
    id: receipt.id,
    moves: moves.map((move) => plannedMove(move, { claims })),
    enter: true,
    list: true,
    sums: [...rollUp(receipt), ...learn(receipt, receipt.endedAt)],
  }
}

function finder({ limits }: Desk): FindLimit {
  return (counter) => limits.limit(limitIdOf(counter))
}
