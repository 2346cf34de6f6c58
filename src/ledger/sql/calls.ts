import { correction, heldBy, judgeAll, outranks, spentBy } from '../admission.ts'
import {
  refuse,
  type Extension,
  type ExtendStep,
  type Hold,
  type OpenCall,
  type Receipt,
  type Refusal,
  type Settlement,
  type Stale,
} from '../call.ts'
import { extended, limitsOn, newHold, type OpenHold } from '../hold.ts'
import { isRate, type Limit } from '../limit.ts'
import { receiptOf, settledAs, sweptSettlement } from '../settlement.ts'
import { isSoundCall, isSoundSettlement, isSoundStep } from '../soundness.ts'
import { read, type Stored } from './records.ts'
import type { Registry } from './registry.ts'
import { hasRow, readRow, writeRow } from './rows.ts'
import type { Sql } from './sql.ts'
import type { Tallies } from './tallies.ts'

interface Parts {
  readonly sql: Sql
  readonly registry: Registry
  readonly tallies: Tallies
  readonly now: () => number
  readonly leaseMs: number
}

/** The life of calls: held, extended, settled or swept. Open holds stand in memory and in their table. */
export class Calls {
  readonly #parts: Parts
  readonly #holds = new Map<string, OpenHold>()
  /** Limits of the open holds as they are now, by id. */
  readonly #limits = new Map<string, Limit>()

  constructor(parts: Parts) {
    this.#parts = parts
    for (const row of parts.sql.all<Stored>('SELECT body FROM holds')) this.#keep(read<OpenHold>(row))
    for (const hold of this.#holds.values())
      for (const limit of this.#limitsOf(hold)) parts.tallies.hold(limit, hold.openedAt, heldBy(limit, hold))
  }

  open(call: OpenCall): Hold | Stale | Refusal {
    const { registry, tallies, now, leaseMs } = this.#parts
    const policy = registry.policyOf(call.keyHash)
    if (policy.kind === 'refusal') return policy
    const again = this.#holds.get(call.id)
    if (again) return this.#granted(again)
    if (hasRow(this.#parts.sql, call.id)) return refuse('conflict', 'This call has ended.')
    if (policy.version !== call.policyVersion) return { kind: 'stale', policy }
    if (!isSoundCall(call))
      return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')

    const limits = limitsOn(call, registry.limitsAbove(policy))
    const openedAt = now()
    const hold = newHold(call, { policy, limits, openedAt, leaseMs })
    const asked = limits.map((limit) => ({
      state: tallies.state(limit, openedAt),
      requested: heldBy(limit, hold),
    }))
    const refusal = judgeAll(asked)
    if (refusal) return refusal

    for (const { state, requested } of asked) {
      this.#limits.set(state.limit.id, state.limit)
      tallies.hold(state.limit, openedAt, requested)
      tallies.fill(state.limit, openedAt, requested)
    }
    this.#holds.set(hold.id, hold)
    this.#parts.sql.run('INSERT INTO holds VALUES (?, ?)', hold.id, JSON.stringify(hold))
    return this.#granted(hold)
  }

  extend(id: string, step: ExtendStep): Extension | Refusal {
    const { now, leaseMs } = this.#parts
    const hold = this.#holds.get(id)
    if (!hold) return refuse('not_found', 'No such call is open.')
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    const raised = step.seq > hold.seq ? extended(hold, step) : hold
    const refusal = this.#raise(hold, raised)
    if (refusal) return refusal
    const leaseUntil = now() + leaseMs
    const renewed = { ...raised, leaseUntil }
    this.#holds.set(id, renewed)
    this.#parts.sql.run('UPDATE holds SET body = ? WHERE id = ?', JSON.stringify(renewed), id)
    return { kind: 'extension', leaseUntil }
  }

  settle(settlement: Settlement): Receipt | Refusal {
    if (!isSoundSettlement(settlement))
      return refuse('invalid_request', 'A settlement needs whole, safe amounts.')
    const hold = this.#holds.get(settlement.id)
    return hold ? this.#close(hold, settlement) : this.#settleLate(settlement)
  }

  sweep(which: 'expired' | 'all'): number {
    const now = this.#parts.now()
    const lost = [...this.#holds.values()].filter((hold) => which === 'all' || hold.leaseUntil <= now)
    for (const hold of lost) this.#close(hold, sweptSettlement(hold, now))
    return lost.length
  }

  nextExpiry(): number | undefined {
    let next: number | undefined
    for (const hold of this.#holds.values()) next = Math.min(next ?? Infinity, hold.leaseUntil)
    return next
  }

  /** A limit changed, or is gone: open holds go by it as it is now. */
  limitChanged(id: string, limit: Limit | undefined): void {
    if (limit) this.#limits.set(id, limit)
    else this.#limits.delete(id)
  }

  #granted(hold: OpenHold): Hold {
    const now = this.#parts.now()
    const limits = this.#limitsOf(hold).map((limit) => this.#parts.tallies.state(limit, now))
    return { kind: 'hold', id: hold.id, openedAt: hold.openedAt, leaseUntil: hold.leaseUntil, limits }
  }

  /** Holds what a raised hold has on top: budgets may refuse it, rates go into debt. */
  #raise(hold: OpenHold, raised: OpenHold): Refusal | undefined {
    const { tallies, now } = this.#parts
    const asked = this.#limitsOf(hold)
      .map((limit) => ({ limit, requested: heldBy(limit, raised) - heldBy(limit, hold) }))
      .filter(({ requested }) => requested > 0)
    const budgets = asked.filter(({ limit }) => !isRate(limit))
    const refusal = judgeAll(
      budgets.map(({ limit, requested }) => ({ state: tallies.state(limit, hold.openedAt), requested })),
    )
    if (refusal) return refusal
    for (const { limit, requested } of asked) {
      tallies.hold(limit, hold.openedAt, requested)
      tallies.fill(limit, now(), requested)
    }
    return undefined
  }

  #close(hold: OpenHold, settlement: Settlement): Receipt {
    const { sql, tallies, now } = this.#parts
    const endedAt = now()
    const receipt = receiptOf(hold, settlement, endedAt)
    const elapsedMs = endedAt - hold.openedAt
    for (const limit of this.#limitsOf(hold)) {
      const held = heldBy(limit, hold)
      const spent = spentBy(limit, receipt)
      tallies.hold(limit, hold.openedAt, -held)
      tallies.spend(limit, hold.openedAt, spent)
      tallies.fill(limit, endedAt, correction(limit, { held, spent, elapsedMs }))
    }
    this.#holds.delete(hold.id)
    sql.run('DELETE FROM holds WHERE id = ?', hold.id)
    writeRow(sql, { receipt, served: settlement.served, limits: hold.limits })
    return receipt
  }

  /** For a call that was swept, or settled already: what is known better replaces what is known worse. */
  #settleLate(settlement: Settlement): Receipt | Refusal {
    const { sql, registry, tallies, now } = this.#parts
    const row = readRow(sql, settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const endedAt = now()
    const receipt = settledAs(row.receipt, settlement, endedAt)
    for (const id of row.limits) {
      const limit = registry.limit(id)
      if (!limit) continue
      const held = spentBy(limit, row.receipt)
      const spent = spentBy(limit, receipt)
      tallies.spend(limit, receipt.startedAt, spent - held)
      tallies.fill(limit, endedAt, correction(limit, { held, spent, elapsedMs: endedAt - receipt.startedAt }))
    }
    writeRow(sql, { receipt, served: settlement.served, limits: row.limits })
    return receipt
  }

  #keep(hold: OpenHold): void {
    this.#holds.set(hold.id, hold)
    for (const id of hold.limits) {
      const limit = this.#parts.registry.limit(id)
      if (limit) this.#limits.set(id, limit)
    }
  }

  #limitsOf(hold: OpenHold): Limit[] {
    return hold.limits.flatMap((id) => this.#limits.get(id) ?? [])
  }
}
