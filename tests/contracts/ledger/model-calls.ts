import { expect } from 'vitest'
import type { Attempt, OpenCall, Settlement } from '../../../src/ledger/call.ts'
import { attemptOf, candidateOf, idOf, leaseMs } from './harness.ts'
import { pick, portion, type Asked, type Ending, type StepOf } from './script.ts'
import type { KnownCall, World } from './world.ts'

/** The steps of calls, on a ledger and its model. */

export async function open(world: World, step: StepOf<'open'>): Promise<void> {
  const call = await callFor(world, step, step.stale)
  const answer = await world.both((book) => book.open(call))
  const costs = call.candidates.map(({ hold }) => hold.cost)
  if (answer.kind === 'hold') {
    remember(world, call)
    const told = answer.limits.map(({ limit }) => limit.id).toSorted()
    const enforced = world.limitsOf(call).filter(({ mode }) => mode !== 'shadow')
    expect(told).toEqual(enforced.map(({ id }) => id).toSorted())
    world.oracle.opened(call.id, costs, {
      floor: call.candidates[0]?.floor.cost ?? 0,
      leaseUntil: world.clock.time + leaseMs,
    })
  } else if (answer.kind === 'refusal' && answer.limit?.limit.id === world.limits[0]?.id)
    world.oracle.refused(costs)
}

/** A call under the policy of now, or under one that never was. */
async function callFor(
  world: World,
  { key, options, endUser, tags }: Asked,
  stale: boolean,
): Promise<OpenCall> {
  const keyHash = pick(world.keys, key)?.hash ?? ''
  const policy = await world.both((book) => book.policy(keyHash))
  return {
    id: idOf('req', world.org.slug),
    keyHash,
    policyVersion: policy.kind === 'policy' && !stale ? policy.version : '0',
    candidates: options.map(({ hold, ...more }) => candidateOf(hold, more)),
    ...(endUser !== undefined && { endUser }),
    ...(tags && { tags }),
  }
}

function remember(world: World, call: OpenCall, openedAt = Infinity): KnownCall {
  const limits = world
    .limitsOf(call)
    .filter(({ createdAt }) => createdAt <= openedAt)
    .map(({ id }) => id)
  const known = { call, limits, seq: 0, isGone: false }
  world.calls.push(known)
  return known
}

export async function reopen(world: World, step: StepOf<'reopen'>): Promise<void> {
  const known = world.callAt(step.call)
  // A call whose row was pruned would be opened as a new one.
  if (known && !known.isGone) await world.both((book) => book.open(known.call))
}

export async function extend(
  world: World,
  { call, ahead, candidate, more, soFar }: StepOf<'extend'>,
): Promise<void> {
  const known = world.callAt(call)
  if (!known) return
  const seq = known.seq + ahead
  const serving = candidate % known.call.candidates.length
  const answer = await world.both((book) =>
    book.extend(known.call.id, { seq, more, soFar, candidate: serving }),
  )
  if (answer.kind === 'refusal') return
  const leaseUntil = world.clock.time + leaseMs
  if (ahead === 0) return world.oracle.renewed(known.call.id, leaseUntil)
  known.seq = seq
  const raised = { candidate: serving, cost: more.cost }
  world.oracle.extended(known.call.id, raised, { floor: soFar.cost, leaseUntil })
}

export async function settle(world: World, step: StepOf<'settle'>): Promise<void> {
  const known = world.callAt(step.call)
  if (!known) return
  const answer = await world.both((book) => book.settle(settlementFor(known.call, step)))
  if (answer.kind === 'receipt') world.oracle.settled(answer.id, answer.charge)
}

export async function post(world: World, step: StepOf<'post'>): Promise<void> {
  for (let time = 0; time < step.times; time++) {
    const call = await callFor(world, step, true)
    const openedAt = world.clock.time - step.ago
    const posting = { call, openedAt, settlement: settlementFor(call, step) }
    const answer = await world.both((book) => book.post(posting))
    expect(answer.kind).toBe('receipt')
    if (answer.kind !== 'receipt') return
    const { limits } = remember(world, call, answer.startedAt)
    if (limits.includes(world.limits[0]?.id ?? '')) world.oracle.posted(call.id, answer.charge)
  }
}

export async function postKnown(world: World, step: StepOf<'post-known'>): Promise<void> {
  const known = world.callAt(step.call)
  if (!known || known.isGone) return
  const { call } = known
  const posting = { call, openedAt: world.clock.time, settlement: settlementFor(call, step) }
  const answer = await world.both((book) => book.post(posting))
  if (answer.kind === 'receipt') world.oracle.settled(answer.id, answer.charge)
}

export async function sweep(world: World): Promise<void> {
  await world.both((book) => book.sweep('expired'))
  world.oracle.sweptUntil(world.clock.time, (id) => world.keptOf(id))
}

export async function crash(world: World): Promise<void> {
  await world.org.crash()
  if (!world.crashSweeps) return
  await world.model.sweep('all')
  world.oracle.sweptUntil(Number.MAX_SAFE_INTEGER, (id) => world.keptOf(id))
  // The first thing that is asked of an org opens its file, which sweeps it; the clock must not go on before.
  expect(await world.org.book.nextExpiry()).toBeUndefined()
}

/** How a call ends that was served by its last attempt, or by none. */
function settlementFor(call: OpenCall, step: Ending): Settlement {
  const { source, outcome } = step
  const attempts: Attempt[] = Array.from({ length: step.attempts }, (_, index) => {
    const candidate = call.candidates[index % call.candidates.length] ?? candidateOf({})
    const used = portion(candidate.hold, step.percent)
    return attemptOf(used, { model: candidate.model, provider: candidate.provider, source })
  })
  const served = attempts.length - 1
  if (!step.served || served < 0) return { id: call.id, attempts, source, outcome, charge: 0 }
  return { id: call.id, attempts, served, source, outcome, charge: attempts[served]?.providerCost ?? 0 }
}
