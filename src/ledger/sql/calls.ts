import { addAmounts, noAmounts } from '../../core/amounts.ts'
import { extraFor, heldBy, judge, outranks, spentBy, worst } from '../admission.ts'
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
import { coversModel, isRate, type Limit } from '../limit.ts'
import type { Policy } from '../policy.ts'
import {
  isSoundCall,
  isSoundSettlement,
  isSoundStep,
  receiptOf,
  settledAs,
  sweptSettlement,
  type OpenHold,
} from '../settlement.ts'
import { read, type Stored } from './records.ts'
import type { Registry } from './registry.ts'
import { readRow, writeRow } from './rows.ts'
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
    const { registry, tallies } = this.#parts
    const policy = registry.policyOf(call.keyHash)
    if (policy.kind === 'refusal') return policy
    const again = this.#holds.get(call.id)
    if (again) return this.#granted(again)
    if (this.#row(call.id)) return refuse('conflict', 'This call has ended.')
    if (policy.version !== call.policyVersion) return { kind: 'stale', policy }
    if (!isSoundCall(call))
      return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')

    const limits = registry
      .limitsAbove(policy)
      .filter((limit) => call.candidates.some((candidate) => coversModel(limit, candidate.model)))
    const hold = this.#newHold(call, policy, limits)
    const { openedAt } = hold
    const asked = limits.map((limit) => ({ limit, amount: heldBy(limit, hold) }))
    const refusals = asked.flatMap(({ limit, amount }) => judge(tallies.state(limit, openedAt), amount) ?? [])
    const refusal = worst(refusals)
    if (refusal) return refusal

    for (const { limit, amount } of asked) {
      this.#limits.set(limit.id, limit)
      tallies.hold(limit, openedAt, amount)
      tallies.fill(limit, openedAt, amount)
    }
    this.#holds.set(hold.id, hold)
    this.#parts.sql.run('INSERT INTO holds VALUES (?, ?)', hold.id, JSON.stringify(hold))
    return this.#granted(hold)
  }

  extend(id: string, step: ExtendStep): Extension | Refusal {
    const { tallies, now, leaseMs } = this.#parts
    const hold = this.#holds.get(id)
    if (!hold) return refuse('not_found', 'No such call is open.')
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    if (step.seq > hold.seq) {
      const limits = this.#limitsOf(hold)
      const refusal = this.#judgeExtension(hold, limits, step)
      if (refusal) return refusal
      for (const limit of limits) {
        tallies.hold(limit, hold.openedAt, extraFor(limit, step.more))
        tallies.fill(limit, now(), extraFor(limit, step.more))
      }
      hold.extra = addAmounts(hold.extra, step.more)
      hold.seq = step.seq
      hold.soFar = step.soFar
      hold.serving = step.candidate
    }
    hold.leaseUntil = now() + leaseMs
    this.#parts.sql.run('UPDATE holds SET body = ? WHERE id = ?', JSON.stringify(hold), id)
    return { kind: 'extension', leaseUntil: hold.leaseUntil }
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

  #newHold(call: OpenCall, policy: Policy, limits: readonly Limit[]): OpenHold {
    const openedAt = this.#parts.now()
    return {
      id: call.id,
      keyId: policy.keyId,
      ...(policy.projectId !== undefined && { projectId: policy.projectId }),
      candidates: call.candidates,
      tags: call.tags ?? {},
      openedAt,
      limits: limits.map((limit) => limit.id),
      leaseUntil: openedAt + this.#parts.leaseMs,
      extra: noAmounts,
      seq: 0,
      soFar: noAmounts,
      serving: 0,
    }
  }

  #granted(hold: OpenHold): Hold {
    const now = this.#parts.now()
    const limits = this.#limitsOf(hold).map((limit) => this.#parts.tallies.state(limit, now))
    return { kind: 'hold', id: hold.id, openedAt: hold.openedAt, leaseUntil: hold.leaseUntil, limits }
  }

  /** Budgets may refuse more; rates go into debt. */
  #judgeExtension(hold: OpenHold, limits: readonly Limit[], { more }: ExtendStep): Refusal | undefined {
    const budgets = limits.filter((limit) => !isRate(limit) && extraFor(limit, more) > 0)
    return worst(
      budgets.flatMap(
        (limit) => judge(this.#parts.tallies.state(limit, hold.openedAt), extraFor(limit, more)) ?? [],
      ),
    )
  }

  #close(hold: OpenHold, settlement: Settlement): Receipt {
    const { sql, tallies, now } = this.#parts
    const receipt = receiptOf(hold, settlement, now())
    for (const limit of this.#limitsOf(hold)) {
      const held = heldBy(limit, hold)
      const spent = spentBy(limit, receipt)
      tallies.hold(limit, hold.openedAt, -held)
      tallies.spend(limit, hold.openedAt, spent)
      tallies.fill(limit, now(), spent - held)
    }
    this.#holds.delete(hold.id)
    sql.run('DELETE FROM holds WHERE id = ?', hold.id)
    writeRow(sql, receipt, hold.limits)
    return receipt
  }

  /** For a call that was swept, or settled already: what is known better replaces what is known worse. */
  #settleLate(settlement: Settlement): Receipt | Refusal {
    const { sql, registry, tallies, now } = this.#parts
    const row = this.#row(settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const receipt = settledAs(row.receipt, settlement, now())
    for (const id of row.limits) {
      const limit = registry.limit(id)
      if (!limit) continue
      const difference = spentBy(limit, receipt) - spentBy(limit, row.receipt)
      tallies.spend(limit, receipt.startedAt, difference)
      tallies.fill(limit, now(), difference)
    }
    writeRow(sql, receipt, row.limits)
    return receipt
  }

  #row(id: string) {
    return readRow(this.#parts.sql, id)
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
