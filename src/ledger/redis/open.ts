import { heldBy, rateState } from '../admission.ts'
import { refuse, type Hold, type OpenCall, type Refusal, type Stale } from '../call.ts'
import { ownCounter, shareOf } from '../end-users.ts'
import { newHold, type OpenHold } from '../hold.ts'
import { isEnforced, isRate, type Limit, type LimitState } from '../limit.ts'
import { judgeAll, limitIdOf, limitsOn, openMoves, sharedCounter, type Ask } from '../moves.ts'
import { suspension, type Policy } from '../policy.ts'
import { isSoundCall } from '../soundness.ts'
import { windowOf } from '../window.ts'
import { briefed } from './briefing.ts'
import { RedisCounters } from './counters.ts'
import { readReceipt, type Holds } from './kept.ts'
import { Reads } from './reads.ts'
import { contended, mostTries, type Desk, type Space } from './space.ts'
import { plannedMove, type Plan, type Standing } from './transact.ts'

interface Opening {
  readonly kind: 'opening'
  readonly hold: OpenHold
  readonly asks: readonly Ask[]
  readonly plan: Omit<Plan, 'revision'>
}

/** What a key may not do, or a policy that is not the caller's; none of it takes anything. */
type Unopened = Refusal | (Policy & { readonly kind: 'policy' })

/** Opens a call: planned with what is remembered, and made in one step that notices if any of it is not so any more. */
export async function openCall(space: Space, holds: Holds, call: OpenCall): Promise<Hold | Stale | Refusal> {
  /** Counters that an end user would have had of its own, were there room. */
  const crowded = new Set<string>()
  for (let tries = 0; tries < mostTries; tries++) {
    const revision = await space.revision()
    const planned = await space.ask((desk) => planOpening(space, call, { desk, crowded }))
    if (planned.kind !== 'opening') {
      await space.refresh()
      if ((await space.revision()) !== revision) continue
      return (await before(space, holds, { call, refused: planned })) ?? unopened(space, planned)
    }
    const { hold, asks, plan } = planned
    const answer = await space.transact({ ...plan, revision }, JSON.stringify(hold))
    if (answer.status === 'ok') {
      holds.remember({ version: hold.leaseUntil, hold })
      return granted(hold, statesAfter(asks, answer.standing, hold))
    }
    if (answer.status === 'refused') return refusalFor(asks, answer.standing, hold)
    if (answer.status === 'exists') {
      const known = await before(space, holds, { call })
      if (known) return known
    }
    if (answer.status === 'crowded') for (const counter of answer.counters) crowded.add(counter)
  }
  throw contended()
}

/** The counter of a limit that a call moves, unless its end user has to share. */
export function counterFor(limit: Limit, endUser: string | undefined, crowded: ReadonlySet<string>): string {
  const own = ownCounter(limit, endUser)
  if (own === undefined) return limit.id
  return crowded.has(own) ? sharedCounter(limit) : own
}

function planOpening(
  space: Space,
  call: OpenCall,
  { desk: { registry, limits }, crowded }: { desk: Desk; crowded: ReadonlySet<string> },
): Opening | Unopened {
  const policy = registry.policyOf(call.keyHash)
  if (policy.kind === 'refusal' || policy.version !== call.policyVersion) return policy
  if (!isSoundCall(call))
    return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')
  const suspended = suspension(policy)
  if (suspended) return suspended
  const openedAt = space.now()
  const { endUser } = call
  const above = limits.above({ ...policy, ...(endUser !== undefined && { endUser }) })
  const asks = limitsOn(call, above).map((limit) => ({
    limit,
    counter: counterFor(limit, endUser, crowded),
    requested: heldBy(limit, call),
  }))
  const counters = asks.map(({ counter }) => counter)
  const hold = newHold(call, { policy, counters, openedAt, leaseMs: space.leaseMs })
  const moves = openMoves(asks, openedAt).map((move, index) =>
    plannedMove(move, { requested: asks[index]?.requested ?? 0, claims: true }),
  )
  return {
    kind: 'opening',
    hold,
    asks,
    plan: { now: openedAt, id: call.id, fresh: true, moves, keep: hold.leaseUntil },
  }
}

/** What is known of a call that was opened before. A key that may not call any more is told so first. */
async function before(
  space: Space,
  holds: Holds,
  { call, refused }: { call: OpenCall; refused?: Unopened },
): Promise<Hold | Refusal | undefined> {
  if (refused?.kind === 'refusal' && refused.code === 'invalid_key') return undefined
  // Another process may have settled what this one remembers.
  holds.forget(call.id)
  const open = await holds.find(call.id)
  if (open) return grantedNow(space, open.hold)
  const ended = await readReceipt(space, call.id)
  return ended && refuse('conflict', 'This call has ended.')
}

async function unopened(space: Space, refused: Unopened): Promise<Stale | Refusal> {
  return refused.kind === 'refusal' ? refused : { kind: 'stale', policy: await briefed(space, refused) }
}

/** Whether the limits grant what is asked, from what they stood at. */
export function refusalFor(asks: readonly Ask[], standing: readonly Standing[], hold: OpenHold): Refusal {
  const asked = asks.map(({ limit, requested }, index) => ({
    state: stateFrom(limit, standing[index], hold),
    requested,
  }))
  const refusal = judgeAll(asked)
  if (!refusal) throw new Error('Redis refused what the rules grant.')
  return refusal
}

function statesAfter(asks: readonly Ask[], standing: readonly Standing[], hold: OpenHold): LimitState[] {
  return asks.flatMap(({ limit, requested }, index) => {
    if (!isEnforced(limit)) return []
    const { spent = 0, held = 0 } = standing[index] ?? {}
    const after = isRate(limit)
      ? { spent: Math.max(0, spent + requested), held }
      : { spent, held: held + requested }
    return [stateFrom(limit, after, hold)]
  })
}

function stateFrom(
  limit: Limit,
  standing: Standing | undefined,
  { openedAt: at, endUser }: OpenHold,
): LimitState {
  const { spent = 0, held = 0 } = standing ?? {}
  const share = shareOf(limit, endUser)

  if (isRate(limit)) return { ...rateState(limit, { used: spent, at }, at), ...share }

  const { end } = windowOf(limit.per, at, limit.timezone)
  return { limit, spent, held, ...(end !== Infinity && { resetsAt: end }), ...share }
}

/** A hold that was granted before, with its limits as they stand now. */
async function grantedNow(space: Space, hold: OpenHold): Promise<Hold> {
  const limits = await space.ask((desk) =>
    hold.limits.flatMap((counter) => {
      const limit = desk.limits.limit(limitIdOf(counter))
      return limit && isEnforced(limit) ? [{ limit, counter }] : []
    }),
  )
  const reads = new Reads()
  const counters = new RedisCounters(space, reads)
  const now = space.now()
  const states = await reads.run(() =>
    limits.map(({ limit, counter }) => ({
      ...counters.state(limit, counter, now),
      ...shareOf(limit, hold.endUser),
    })),
  )
  return granted(hold, states)
}

function granted({ id, openedAt, leaseUntil }: OpenHold, limits: readonly LimitState[]): Hold {
  return { kind: 'hold', id, openedAt, leaseUntil, limits }
}
