import { heldBy, outranks } from '../admission.ts'
import type { CallMethods } from '../book.ts'
import {
  refuse,
  type Extension,
  type ExtendStep,
  type Hold,
  type OpenCall,
  type Posting,
  type Receipt,
  type Refusal,
  type Settlement,
  type Stale,
} from '../call.ts'
import { shareOf } from '../end-users.ts'
import { extended, newHold, type OpenHold } from '../hold.ts'
import type { LimitRegistry } from '../limit-registry.ts'
import { isEnforced, isRate, type Limit, type LimitState } from '../limit.ts'
import {
  closeMoves,
  judgeAll,
  lateMoves,
  limitIdOf,
  limitsOn,
  limitsSince,
  openMoves,
  postMoves,
  raiseAsks,
  wouldRefuse,
  type Move,
} from '../moves.ts'
import { suspension, type Briefing, type Policy } from '../policy.ts'
import type { Registry } from '../registry.ts'
import { postedFrom, postedHold, receiptOf, settledAs, sweptSettlement } from '../settlement.ts'
import { isSoundCall, isSoundPosting, isSoundSettlement, isSoundStep } from '../soundness.ts'
import type { Habits } from './habits.ts'
import type { Rollups } from './rollups.ts'
import { hasRow, readRow, writeRow } from './rows.ts'
import type { Sql } from '../../core/sql.ts'
import type { Counted, Tallies } from './tallies.ts'

interface Parts {
  readonly sql: Sql
  readonly registry: Registry
  readonly limits: LimitRegistry
  readonly tallies: Tallies
  readonly rollups: Rollups
  readonly habits: Habits
  readonly now: () => number
  readonly leaseMs: number
}

/** The life of calls: held, extended, settled or swept. Open holds stand in memory and in their table. */
export class Calls {
  readonly #parts: Parts
  readonly #holds = new Map<string, OpenHold>()

  constructor(parts: Parts) {
    this.#parts = parts
    for (const { body } of parts.sql.all<{ body: string }>('SELECT body FROM holds')) {
      // This engine wrote it.
      const hold = JSON.parse(body) as OpenHold
      this.#holds.set(hold.id, hold)
      const asks = hold.limits.flatMap((counter) => {
        const limit = this.#find(counter)
        return limit ? [{ limit, counter, requested: heldBy(limit, hold) }] : []
      })
      const moves = openMoves(asks, hold.openedAt).filter(({ limit }) => !isRate(limit))
      for (const move of moves) parts.tallies.move(move, hold.openedAt)
    }
  }

  methods(): CallMethods {
    return {
      policy: (keyHash) => this.#brief(this.#parts.registry.policyOf(keyHash)),
      open: (call) => this.#open(call),
      extend: (id, step) => this.#extend(id, step),
      settle: (settlement) => this.#settle(settlement),
      post: (posting) => this.#post(posting),
      sweep: (which) => this.#sweep(which),
      nextExpiry: () => this.#nextExpiry(),
    }
  }

  #brief(policy: Policy | Refusal): Briefing | Refusal {
    if (policy.kind === 'refusal') return policy
    const { limits, habits, now } = this.#parts
    const costLimited = limits.costLimited(policy)
    return { ...policy, habits: habits.boundsOf(policy.keyId, now()), costLimited }
  }

  #open(call: OpenCall): Hold | Stale | Refusal {
    const policy = this.#parts.registry.policyOf(call.keyHash)
    if (policy.kind === 'refusal') return policy
    const again = this.#holds.get(call.id)
    if (again) return this.#granted(again)
    if (hasRow(this.#parts.sql, call.id)) return refuse('conflict', 'This call has ended.')
    if (policy.version !== call.policyVersion) {
      const briefing = this.#brief(policy)
      return briefing.kind === 'refusal' ? briefing : { kind: 'stale', policy: briefing }
    }
    if (!isSoundCall(call))
      return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')
    return suspension(policy) ?? this.#take(call, policy)
  }

  #take(call: OpenCall, policy: Policy): Hold | Refusal {
    const { sql, tallies, now, leaseMs } = this.#parts
    const openedAt = now()
    const limits = this.#limitsOn(call, policy)
    const counters = tallies.peek(limits, call.endUser, openedAt)
    const asked = limits.map((limit, index) => {
      const counter = counters[index] ?? limit.id
      const state = this.#state({ limit, counter }, call, openedAt)
      return { limit, counter, state, requested: heldBy(limit, call) }
    })
    const refusal = judgeAll(asked)
    if (refusal) return refusal

    for (const { limit } of asked) tallies.claim(limit, call.endUser, openedAt)
    const overruns = new Set(wouldRefuse(asked))
    for (const { limit, counter } of asked)
      if (overruns.has(counter)) tallies.refuse({ limit, counter }, openedAt)
    this.#move(openMoves(asked, openedAt), openedAt)
    const hold = newHold(call, { policy, counters, openedAt, leaseMs })
    this.#holds.set(hold.id, hold)
    sql.run('INSERT INTO holds VALUES (?, ?)', hold.id, JSON.stringify(hold))
    return this.#granted(hold)
  }

  #extend(id: string, step: ExtendStep): Extension | Refusal {
    const { sql, now, leaseMs } = this.#parts
    const hold = this.#holds.get(id)
    if (!hold) return refuse('not_found', 'No such call is open.')
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    const raised = step.seq > hold.seq ? extended(hold, step) : hold
    const asks = raiseAsks(hold, raised, this.#find)
    const budgets = asks.filter(({ limit }) => !isRate(limit))
    const refusal = judgeAll(budgets.map((ask) => ({ ...ask, state: this.#state(ask, hold, hold.openedAt) })))
    if (refusal) return refusal
    this.#move(openMoves(asks, hold.openedAt), now())
    const leaseUntil = now() + leaseMs
    const renewed = { ...raised, leaseUntil }
    this.#holds.set(id, renewed)
    sql.run('UPDATE holds SET body = ? WHERE id = ?', JSON.stringify(renewed), id)
    return { kind: 'extension', leaseUntil }
  }

  #settle(settlement: Settlement): Receipt | Refusal {
    if (!isSoundSettlement(settlement))
      return refuse('invalid_request', 'A settlement needs whole, safe amounts.')
    const hold = this.#holds.get(settlement.id)
    return hold ? this.#close(hold, settlement) : this.#settleLate(settlement)
  }

  #close(hold: OpenHold, settlement: Settlement): Receipt {
    const { sql, now } = this.#parts
    const receipt = receiptOf(hold, settlement, now())
    this.#holds.delete(hold.id)
    sql.run('DELETE FROM holds WHERE id = ?', hold.id)
    this.#move(closeMoves(hold, receipt, this.#find), receipt.endedAt)
    return this.#enter(receipt, { served: settlement.served, limits: hold.limits })
  }

  /** For a call that was swept, or settled already: what is known better replaces what is known worse. */
  #settleLate(settlement: Settlement): Receipt | Refusal {
    const { sql, rollups, now } = this.#parts
    const row = readRow(sql, settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const receipt = settledAs(row.receipt, settlement, now())
    this.#move(lateMoves(row, receipt, this.#find), receipt.endedAt)
    rollups.remove(row.receipt)
    rollups.add(receipt)
    writeRow(sql, { receipt, served: settlement.served, limits: row.limits })
    return receipt
  }

  #post(posting: Posting): Receipt | Refusal {
    const { sql, registry, tallies, now } = this.#parts
    const { call, settlement } = posting
    if (!isSoundPosting(posting))
      return refuse('invalid_request', 'A posting needs whole, safe amounts, all of one call.')
    if (this.#holds.has(call.id) || hasRow(sql, call.id)) return this.#settle(settlement)
    const key = registry.keyByHash(call.keyHash)
    if (!key) return refuse('not_found', 'This key does not exist.')
    const at = postedFrom(posting, now())
    const limits = limitsSince(this.#limitsOn(call, { ...key, keyId: key.id }), at)
    const counters = limits.map((limit) => tallies.claim(limit, call.endUser, at))
    const receipt = receiptOf(postedHold(call, key, { counters, openedAt: at }), settlement, now())
    this.#move(postMoves({ receipt, limits: counters }, this.#find), receipt.endedAt)
    return this.#enter(receipt, { served: settlement.served, limits: counters })
  }

  #sweep(which: 'expired' | 'all'): number {
    const now = this.#parts.now()
    const lost = [...this.#holds.values()].filter((hold) => which === 'all' || hold.leaseUntil <= now)
    for (const hold of lost) {
      const limits = hold.limits.flatMap((counter) => this.#find(counter) ?? [])
      this.#close(hold, sweptSettlement(hold, { now, limits }))
    }
    return lost.length
  }

  #nextExpiry(): number | undefined {
    let next: number | undefined
    for (const hold of this.#holds.values()) next = Math.min(next ?? Infinity, hold.leaseUntil)
    return next
  }

  #granted(hold: OpenHold): Hold {
    const now = this.#parts.now()
    const limits = hold.limits.flatMap((counter) => {
      const limit = this.#find(counter)
      return limit && isEnforced(limit) ? [this.#state({ limit, counter }, hold, now)] : []
    })
    return { kind: 'hold', id: hold.id, openedAt: hold.openedAt, leaseUntil: hold.leaseUntil, limits }
  }

  /** Where a counter stands that a call moves. */
  #state(counted: Counted, { endUser }: { endUser?: string }, at: number): LimitState {
    return { ...this.#parts.tallies.state(counted, at), ...shareOf(counted.limit, endUser) }
  }

  #limitsOn(call: OpenCall, owner: { keyId: string; projectId?: string }): Limit[] {
    const { endUser } = call
    return limitsOn(call, this.#parts.limits.above({ ...owner, ...(endUser !== undefined && { endUser }) }))
  }

  /** Puts down a row that is new. */
  #enter(receipt: Receipt, row: { served: number | undefined; limits: readonly string[] }): Receipt {
    const { sql, rollups, habits, now } = this.#parts
    writeRow(sql, { receipt, ...row })
    rollups.add(receipt)
    habits.learn(receipt, now())
    return receipt
  }

  #move(moves: readonly Move[], now: number): void {
    for (const move of moves) this.#parts.tallies.move(move, now)
  }

  readonly #find = (counter: string) => this.#parts.limits.limit(limitIdOf(counter))
}
