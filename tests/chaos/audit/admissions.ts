import { nanoOf } from '../../support/prices.ts'
import type { OrgBooks } from '../books.ts'
import { openEndedCalls, type Evidence } from '../evidence.ts'
import type { Limit, Row } from '../wire.ts'
import {
  concerns,
  counterOf,
  describe,
  groupBy,
  heldOf,
  isRate,
  mayExceedItsHold,
  mayHaveLostItsHold,
  spentOf,
  sumOf,
  windowStart,
} from './counting.ts'

/**
 * Calls are let in anew, from the rows alone: when each began, what was spent and surely held by then must have left room for what
 * it held itself. Amounts are plain numbers here: they are far below 2^53.
 */

/**
 * How far the order of two steps may differ from that of their times, in milliseconds. A step on Redis is refused if the gateway's
 * clock is 100 ms off, either way; SQLite has one clock.
 */
const toleranceMs = { redis: 200, sqlite: 0 }

/** A change of what is surely taken of a counter, from a time on. */
interface Step {
  readonly at: number
  readonly amount: number
}

export function admissionsHadRoom(evidence: Evidence): string[] {
  const { books, scenario, tenants } = evidence
  const bounds: Bounds = {
    tolerance: toleranceMs[scenario.ledger],
    lease: scenario.pace.lease,
    openEnded: openEndedCalls(evidence),
  }
  // What goes on without the ledger is let in by nobody.
  const failOpen = new Set(
    tenants.callers.flatMap(({ org, allowance }) => (allowance === undefined ? [] : org)),
  )
  return books
    .filter(({ org }) => !failOpen.has(org))
    .flatMap((own) =>
      own.limits
        .filter((limit) => limit.mode === 'enforce' && !isRate(limit))
        .flatMap((limit) => overrunsOf(limit, own, bounds)),
    )
}

interface Bounds {
  readonly tolerance: number
  /** Seconds. */
  readonly lease: number
  readonly openEnded: ReadonlySet<string>
}

function overrunsOf(limit: Limit, own: OrgBooks, bounds: Bounds): string[] {
  const rows = own.rows.filter((row) => concerns(limit, row))
  const counters = groupBy(rows, (row) => `${counterOf(limit, row)} ${windowStart(limit, row.started_at)}`)
  return [...counters].flatMap(([name, ofCounter]) => {
    const ids = new Set(ofCounter.map(({ id }) => id))
    const corrections = limit.metric === 'cost' ? correctionSteps(own, ids, bounds) : []
    const taken = running([...ofCounter.flatMap((row) => stepsOf(limit, row, bounds)), ...corrections])
    const amount = amountsOf(limit, own, bounds)
    return ofCounter.flatMap((row) => {
      const [before, most] = [taken(row.started_at), amount(row.started_at)]
      const asked = askedOf(limit, row, bounds)
      return before + asked <= most
        ? []
        : [`${row.id} was let in by the ${describe(limit)} at ${before} + ${asked} of ${most} (${name})`]
    })
  })
}

/** What a call surely asked: one of the calls under way, or its hold. */
function askedOf(limit: Limit, row: Row, { openEnded }: Bounds): number {
  if (limit.metric === 'concurrency' || limit.metric === 'requests') return 1
  if (openEnded.has(row.tags['call'] ?? '')) return 0
  // Where a limit is only for some models, the row does not tell what was held for those.
  return Number(limit.models ? spentOf(limit, row) : heldOf(limit, row))
}

/** What a call surely takes: nothing before it surely began, its hold, and in the end what it used. */
function stepsOf(limit: Limit, row: Row, bounds: Bounds): Step[] {
  const { tolerance, lease } = bounds
  const spent = Number(spentOf(limit, row))
  // One that may have been swept, and settled better later, held and used nothing that is known in between.
  const held = mayHaveLostItsHold(row, lease) && row.outcome !== 'swept' ? 0 : askedOf(limit, row, bounds)
  const [began, mayEnd, ended] = [
    row.started_at + tolerance + 1,
    row.ended_at - tolerance,
    row.ended_at + tolerance,
  ]
  const least = Math.min(held, spent)
  if (mayEnd <= began)
    return [
      { at: began, amount: least },
      { at: Math.max(began, ended), amount: spent - least },
    ]
  return [
    { at: began, amount: held },
    { at: mayEnd, amount: least - held },
    { at: ended, amount: spent - least },
  ]
}

/** What is given back may count early, what is added late. */
function correctionSteps({ adjustments }: OrgBooks, ids: ReadonlySet<string>, { tolerance }: Bounds): Step[] {
  return adjustments
    .filter(({ request_id: id }) => ids.has(id ?? ''))
    .map(({ charge, created_at: at }) => ({
      at: charge < 0n ? at - tolerance : at + tolerance + 1,
      amount: Number(charge),
    }))
}

/** The amount of a limit at a time: it was topped up meanwhile. */
function amountsOf(limit: Limit, { topUps }: OrgBooks, { tolerance }: Bounds): (at: number) => number {
  const own = topUps.filter((topUp) => topUp.limit_id === limit.id)
  const paid = own.reduce((sum, { amount }) => sum + Number(amount), 0)
  const steps = own.map(({ created_at: at, amount }) => ({ at: at - tolerance, amount: Number(amount) }))
  const paidBy = running(steps)
  return (at) => Number(limit.capacity) - paid + paidBy(at)
}

/** Sums steps up to and with a time. */
function running(steps: readonly Step[]): (at: number) => number {
  const sorted = steps.toSorted((a, b) => a.at - b.at)
  let sum = 0
  const sums = sorted.map(({ amount }) => (sum += amount))
  return (at) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle]?.at ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return sums[low - 1] ?? 0
  }
}

/**
 * In the end, and whenever anyone looked, no budget was beyond its amount: save by what calls cost that had lost their hold before
 * they were settled (none where a limit keeps what is lost whole), by what streams of no cap and estimates came to beyond their hold, by
 * corrections, and by what keys may use that go on without the ledger.
 */
export function budgetsHeld(evidence: Evidence): string[] {
  return evidence.books.flatMap((own) => {
    const isBudget = (limit: Limit) => limit.mode === 'enforce' && !isRate(limit)
    const limits = own.limits.filter(isBudget)
    const shares = own.shares.map(({ limit }) => limit).filter(isBudget)
    const seen = [
      ...[...limits, ...shares].map((limit) => ({ limit, excess: limit.spent + limit.held - limit.amount })),
      ...limits.map((limit) => ({ limit, excess: evidence.beyond.get(limit.id) ?? 0n })),
    ]
    return seen.flatMap(({ limit, excess }) => {
      const bound = boundOf(limit, own, evidence)
      return excess <= bound
        ? []
        : [`The ${describe(limit)} was ${excess} beyond its amount; ${bound} is the bound`]
    })
  })
}

/** By how much a limit may be overrun, as the operator's guide states it. */
function boundOf(limit: Limit, { org, rows, adjustments }: OrgBooks, evidence: Evidence): bigint {
  const { scenario, tenants, faults } = evidence
  const openEnded = openEndedCalls(evidence)
  const keepsWhole = limit.on_lost === 'hold'
  const isLate = (row: Row) => row.outcome !== 'swept' && mayHaveLostItsHold(row, scenario.pace.lease)
  const calls = rows.filter((row) => concerns(limit, row))
  const late = keepsWhole ? [] : calls.filter(isLate)
  const beyond = calls.filter((row) => mayExceedItsHold(row, openEnded))
  const corrections = adjustments.filter(({ charge }) => limit.metric === 'cost' && charge > 0n)
  const allowances = tenants.callers.filter((caller) => caller.org === org && limit.metric === 'cost')
  // An allowance is there again once what was taken of it is in the books: so it counts for each time that the ledger is away.
  const outages = faults.filter(({ kind }) => kind.endsWith('-redis')).length
  return (
    sumOf(late, (row) => spentOf(limit, row)) +
    sumOf(beyond, (row) => excessOf(limit, row)) +
    sumOf(corrections, ({ charge }) => charge) +
    sumOf(allowances, ({ allowance }) => nanoOf(allowance ?? 0) * BigInt(scenario.gateways * outages))
  )
}

function excessOf(limit: Limit, row: Row): bigint {
  const excess = spentOf(limit, row) - heldOf(limit, row)
  return excess > 0n ? excess : 0n
}
