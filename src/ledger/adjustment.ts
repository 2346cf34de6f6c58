import { refuse, type Receipt, type Refusal } from './call.ts'
import { coversModel, isRate, type Limit } from './limit.ts'
import type { LimitRegistry } from './limit-registry.ts'
import { limitIdOf, type Move } from './moves.ts'
import type { Adjustment, NewAdjustment } from './records.ts'
import { missing, type Registry } from './registry.ts'

/** A correction, and what it changes in the counters of limits on cost. */
export interface Adjusting {
  readonly adjustment: Adjustment
  readonly moves: readonly Move[]
}

interface Books {
  readonly registry: Registry
  readonly limits: LimitRegistry
  readonly now: number
  /** The row of a call, and the counters that it posted to. */
  readonly row: (id: string) => { readonly receipt: Receipt; readonly limits: readonly string[] } | undefined
}

const notWhole = refuse('invalid_request', 'A correction needs a whole, safe amount.')

/** What a correction comes to: on a call it posts wherever that call did; else to the limits above what it names, now. */
export function adjusting(wanted: NewAdjustment, books: Books): Adjusting | Refusal {
  if (!Number.isSafeInteger(wanted.charge)) return notWhole
  if (wanted.requestId !== undefined) return onRequest(wanted, wanted.requestId, books)
  const { registry, limits, now } = books
  const key = wanted.keyId === undefined ? undefined : registry.key(wanted.keyId)
  const projectId = key?.projectId ?? wanted.projectId
  if (wanted.keyId !== undefined && !key) return missing
  if (projectId !== undefined && !registry.project(projectId)) return missing
  const owner = projectId !== undefined && { projectId }
  const adjustment: Adjustment = {
    kind: 'adjustment',
    ...wanted,
    ...owner,
    model: '',
    provider: '',
    tags: {},
    at: now,
    createdAt: now,
  }
  const above = key ? limits.above({ keyId: key.id, ...owner }) : limits.ofGroup(projectId)
  return { adjustment, moves: above.flatMap((limit) => moveOn(limit, { counter: limit.id, adjustment })) }
}

function onRequest(
  wanted: NewAdjustment,
  requestId: string,
  { row, limits, now }: Books,
): Adjusting | Refusal {
  const found = row(requestId)
  if (!found) return missing
  const { receipt } = found
  const { keyId, projectId, endUser, model, provider, tags, startedAt } = receipt
  const adjustment: Adjustment = {
    kind: 'adjustment',
    id: wanted.id,
    requestId,
    keyId,
    ...(projectId !== undefined && { projectId }),
    ...(endUser !== undefined && { endUser }),
    model,
    provider,
    tags,
    charge: wanted.charge,
    ...(wanted.note !== undefined && { note: wanted.note }),
    at: startedAt,
    createdAt: now,
  }
  const moves = found.limits.flatMap((counter) => {
    const limit = limits.limit(limitIdOf(counter))
    return limit ? moveOn(limit, { counter, adjustment }) : []
  })
  return { adjustment, moves }
}

/** A rate is left alone: what a correction is about has drained from it. */
function moveOn(limit: Limit, { counter, adjustment }: { counter: string; adjustment: Adjustment }): Move[] {
  if (limit.metric !== 'cost' || isRate(limit) || !coversModel(limit, adjustment.model)) return []
  return [{ limit, counter, at: adjustment.at, held: 0, spent: adjustment.charge, fill: 0 }]
}
