import { expect } from 'vitest'
import { coversModel, isRate, type Limit } from '../../../src/ledger/limit.ts'
import type { Adjustment, NewAdjustment, NewLimit } from '../../../src/ledger/records.ts'
import { idOf, root } from './harness.ts'
import { pick, type AdminStep, type StepOf, type Terms } from './script.ts'
import type { World } from './world.ts'

/** What admins do, on a ledger and its model. */
export async function administer(world: World, step: AdminStep): Promise<void> {
  switch (step.do) {
    case 'create-limit':
      return createLimit(world, step.terms)
    case 'update-limit':
      return updateLimit(world, step)
    case 'delete-limit':
      return deleteLimit(world, step)
    case 'top-up':
      return topUp(world, step)
    case 'adjust':
      return adjust(world, step)
    default:
      return changeOwner(world, step)
  }
}

type OwnerStep = StepOf<'suspend' | 'change-rate' | 'change-key' | 'revoke-key'>

async function changeOwner(world: World, step: OwnerStep): Promise<void> {
  const key = 'key' in step ? (pick(world.keys, step.key)?.id ?? '') : ''
  await world.both<unknown>((book) => {
    switch (step.do) {
      case 'suspend': {
        const { suspended } = step
        if (step.who === 'org') return book.updateOrg({ suspended }, root)
        return book.updateProject(world.org.projectId, { suspended }, root)
      }
      case 'change-rate':
        return book.updateOrg({ rate: { kind: 'markup', basisPoints: step.basisPoints } }, root)
      case 'change-key':
        return book.updateKey(key, { failOpenAllowance: step.allowance }, root)
      case 'revoke-key':
        return book.revokeKey(key, root)
    }
  })
}

export async function createLimit(world: World, terms: Terms): Promise<void> {
  const { mode, onLost, timezone, models } = terms
  const limit: NewLimit = {
    ...measureOf(terms),
    id: idOf('lim', world.org.slug),
    scope: scopeOf(world, terms),
    ...(models && { models }),
    ...(mode && { mode }),
    ...(onLost && { onLost }),
    ...(timezone !== undefined && { timezone }),
  }
  const made = await world.both((book) => book.createLimit(limit, root))
  if (made.kind === 'created') world.limits.push(made.record)
}

function measureOf({
  metric,
  per,
  amount,
  burst,
}: Terms): Pick<NewLimit, 'metric' | 'per' | 'amount' | 'burst'> {
  if (metric === 'concurrency') return { metric, amount: amount % 9 }
  const whole = { metric, per, amount: metric === 'requests' ? amount % 9 : amount }
  const rate = per === 'minute' || per === 'hour'
  return { ...whole, ...(rate && burst !== undefined && { burst }) }
}

function scopeOf({ org, keys }: World, { on, who }: Terms): NewLimit['scope'] {
  if (on === 'end_user') return { type: on, id: who }
  return on === 'key' ? { type: on, id: keys[0]?.id ?? '' } : org.scope(on)
}

async function updateLimit(world: World, { limit, update }: StepOf<'update-limit'>): Promise<void> {
  const known = world.limitAt(limit)
  if (!known) return
  const { burst, ...rest } = update
  const whole = { ...rest, ...(isRate(known) && burst !== undefined && { burst }) }
  const state = await world.both((book) => book.updateLimit(known.id, whole, root))
  if (!('kind' in state)) replace(world, state.limit)
}

async function deleteLimit(world: World, { limit }: StepOf<'delete-limit'>): Promise<void> {
  const known = world.limitAt(limit)
  if (!known) return
  await world.both((book) => book.deleteLimit(known.id, root))
  world.limits.splice(world.limits.indexOf(known), 1)
}

async function topUp(world: World, { limit, amount }: StepOf<'top-up'>): Promise<void> {
  const known = pick(world.limits, limit)
  if (!known) return
  const wanted = { id: idOf('top', world.org.slug), limitId: known.id, amount }
  const made = await world.both((book) => book.topUp(wanted, root))
  if (made.kind !== 'created') return
  replace(world, { ...known, amount: known.amount + amount })
  if (known === world.limits[0] || known.id === world.limits[0]?.id) world.oracle.raised(amount)
}

function replace(world: World, limit: Limit): void {
  const index = world.limits.findIndex(({ id }) => id === limit.id)
  world.limits[index] = limit
}

async function adjust(world: World, { on, index, charge }: StepOf<'adjust'>): Promise<void> {
  const known = world.callAt(index)
  const key = pick(world.keys, index)
  const { projectId } = world.org
  const targets = {
    call: { requestId: known?.call.id ?? '' },
    key: { keyId: key?.id ?? '' },
    project: { projectId },
    org: {},
  }
  const above = {
    call: world.limits.filter(({ id }) => known?.limits.includes(id)),
    key: world.limitsAbove({ keyId: key?.id, projectId: key?.projectId }),
    project: world.limitsAbove({ projectId }),
    org: world.limitsAbove({}),
  }
  const wanted: NewAdjustment = { id: idOf('adj', world.org.slug), charge, ...targets[on] }
  const made = await world.both((book) => book.adjust(wanted, root))
  if (made.kind !== 'created') return
  await remember(world, made.record, above[on])
}

async function remember(world: World, record: Adjustment, above: readonly Limit[]): Promise<void> {
  const { requestId = '' } = record
  const row = await world.both((book) => book.request(requestId))
  expect(record.at).toBe(row.kind === 'receipt' ? row.startedAt : world.clock.time)
  const counted = above.filter(
    (limit) => limit.metric === 'cost' && !isRate(limit) && coversModel(limit, record.model),
  )
  const limits = counted.map(({ id }) => id)
  world.adjustments.push({ record, limits })
  if (limits.includes(world.limits[0]?.id ?? '')) world.oracle.adjusted(record.charge)
}
