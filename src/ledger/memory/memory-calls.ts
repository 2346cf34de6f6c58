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
import { boundOf, noHabit, observed, type Habit } from '../habit.ts'
import { extended, newHold, type OpenHold } from '../hold.ts'
import { isEnforced, isRate } from '../limit.ts'
import type { LimitRegistry } from '../limit-registry.ts'
import type { Row } from '../methods.ts'
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
import { postedFrom, postedHold, receiptOf, settledAs, sweptSettlement, teaches } from '../settlement.ts'
import { isSoundCall, isSoundPosting, isSoundSettlement, isSoundStep } from '../soundness.ts'
import { MemoryCounters, type MemoryOptions } from './memory-counters.ts'
import { MemoryRows } from './memory-rows.ts'

/** The life of calls. */
export class MemoryCalls {
  readonly rows = new MemoryRows()
  readonly counters: MemoryCounters
  readonly #holds = new Map<string, OpenHold>()
  readonly #habits = new Map<string, Habit>()
  readonly #options: MemoryOptions
  readonly #registry: Registry
  readonly #limits: LimitRegistry

  constructor(options: MemoryOptions, registry: Registry, limits: LimitRegistry) {
    this.#options = options
    this.#registry = registry
    this.#limits = limits
    this.counters = new MemoryCounters({ options, rows: this.rows, holds: this.#holds })
  }

  methods(): CallMethods {
    return {
      policy: (keyHash) => this.#policy(keyHash),
      open: (call) => this.#open(call),
      extend: (id, step) => this.#extend(id, step),
      settle: (settlement) => this.#settle(settlement),
      post: (posting) => this.#post(posting),
      sweep: (which) => this.#sweep(which),
      nextExpiry: () => {
        const leases = [...this.#holds.values()].map((hold) => hold.leaseUntil)
        return leases.length > 0 ? Math.min(...leases) : undefined
      },
    }
  }

  #policy(keyHash: string): Briefing | Refusal {
    const policy = this.#registry.policyOf(keyHash)
    if (policy.kind === 'refusal') return policy
    const own = `${policy.keyId} `
    const habits = [...this.#habits].flatMap(([name, habit]) => {
      const bound = boundOf(habit, this.#options.now())
      return name.startsWith(own) && bound !== undefined ? [[name.slice(own.length), bound] as const] : []
    })
    const costLimited = this.#limits.costLimited(policy)

    return { ...policy, habits: Object.fromEntries(habits), costLimited }
  }

  #open(call: OpenCall): Hold | Stale | Refusal {
    const policy = this.#registry.policyOf(call.keyHash)
    if (policy.kind === 'refusal') return policy
    const again = this.#holds.get(call.id)
    if (again) return this.#granted(again)
    if (this.rows.has(call.id)) return refuse('conflict', 'This call has ended.')
    const briefing = this.#policy(call.keyHash)
    if (policy.version !== call.policyVersion && briefing.kind === 'policy')
      return { kind: 'stale', policy: briefing }
    if (!isSoundCall(call))
      return refuse('invalid_request', 'A call needs a candidate, and whole, safe amounts.')
    return suspension(policy) ?? this.#take(call, policy)
  }

  #take(call: OpenCall, policy: Policy): Hold | Refusal {
    const openedAt = this.#options.now()
    const caller = { endUser: call.endUser, at: openedAt }
    const limits = this.#limitsOn(call, policy)
    const counters = this.counters.peek(limits, caller)
    const asked = limits.map((limit, index) => {
      const counter = counters[index] ?? limit.id
      const state = this.counters.state({ limit, counter }, caller)
      return { limit, counter, state, requested: heldBy(limit, call) }
    })
    const refusal = judgeAll(asked)
    if (refusal) return refusal
    this.counters.claim(limits, caller)
    for (const counter of wouldRefuse(asked)) this.counters.refuse(counter, openedAt)
    for (const move of openMoves(asked, openedAt)) this.counters.pour(move)
    const hold = newHold(call, { policy, counters, openedAt, leaseMs: this.#options.leaseMs })
    this.#holds.set(hold.id, hold)
    return this.#granted(hold)
  }

  #granted({ id, openedAt, leaseUntil, limits, endUser }: OpenHold): Hold {
    const at = this.#options.now()
    const states = limits.flatMap((counter) => {
      const limit = this.#find(counter)
      return limit && isEnforced(limit) ? [this.counters.state({ limit, counter }, { endUser, at })] : []
    })
    return { kind: 'hold', id, openedAt, leaseUntil, limits: states }
  }

  #extend(id: string, step: ExtendStep): Extension | Refusal {
    const hold = this.#holds.get(id)
    if (!hold) return refuse('not_found', 'No such call is open.')
    if (!isSoundStep(hold, step)) return refuse('invalid_request', 'An extension needs whole, safe amounts.')
    const raised = step.seq > hold.seq ? extended(hold, step) : hold
    const asks = raiseAsks(hold, raised, this.#find)
    const budgets = asks.filter(({ limit }) => !isRate(limit))
    const caller = { endUser: hold.endUser, at: hold.openedAt }
    const refusal = judgeAll(budgets.map((ask) => ({ ...ask, state: this.counters.state(ask, caller) })))
    if (refusal) return refusal
    for (const move of openMoves(asks, hold.openedAt)) this.counters.pour(move)
    const leaseUntil = this.#options.now() + this.#options.leaseMs
    this.#holds.set(id, { ...raised, leaseUntil })
    return { kind: 'extension', leaseUntil }
  }

  #settle(settlement: Settlement): Receipt | Refusal {
    if (!isSoundSettlement(settlement))
      return refuse('invalid_request', 'A settlement needs whole, safe amounts.')
    const hold = this.#holds.get(settlement.id)
    if (!hold) return this.#settleLate(settlement)
    const receipt = receiptOf(hold, settlement, this.#options.now())
    this.#holds.delete(hold.id)
    return this.#write({ receipt, limits: hold.limits }, closeMoves(hold, receipt, this.#find))
  }

  #settleLate(settlement: Settlement): Receipt | Refusal {
    const row = this.rows.get(settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const receipt = settledAs(row.receipt, settlement, this.#options.now())
    return this.#write({ receipt, limits: row.limits }, lateMoves(row, receipt, this.#find))
  }

  #post(posting: Posting): Receipt | Refusal {
    const { call, settlement } = posting
    if (!isSoundPosting(posting))
      return refuse('invalid_request', 'A posting needs whole, safe amounts, all of one call.')
    if (this.#holds.has(call.id) || this.rows.has(call.id)) return this.#settle(settlement)
    const key = this.#registry.keyByHash(call.keyHash)
    if (!key) return refuse('not_found', 'This key does not exist.')
    const now = this.#options.now()
    const at = postedFrom(posting, now)
    const above = limitsSince(this.#limitsOn(call, { ...key, keyId: key.id }), at)
    const counters = this.counters.claim(above, { endUser: call.endUser, at })
    const receipt = receiptOf(postedHold(call, key, { counters, openedAt: at }), settlement, now)
    const row = { receipt, limits: counters }
    return this.#write(row, postMoves(row, this.#find))
  }

  #write(row: Row, moves: readonly Move[]): Receipt {
    const { receipt } = row
    for (const move of moves) this.counters.pour(move)
    const isNew = !this.rows.has(receipt.id)
    this.rows.put(row)
    if (isNew && teaches(receipt)) {
      const name = `${receipt.keyId} ${receipt.model}`
      const { outputTokens } = receipt.usage
      const habit = this.#habits.get(name) ?? noHabit
      this.#habits.set(name, observed(habit, { outputTokens, now: this.#options.now() }))
    }
    return receipt
  }

  #sweep(which: 'expired' | 'all'): number {
    const now = this.#options.now()
    const lost = [...this.#holds.values()].filter((hold) => which === 'all' || hold.leaseUntil <= now)
    for (const hold of lost) {
      const limits = hold.limits.flatMap((counter) => this.#find(counter) ?? [])
      this.#settle(sweptSettlement(hold, { now, limits }))
    }
    return lost.length
  }

  #limitsOn(call: OpenCall, owner: { keyId: string; projectId?: string }) {
    const { endUser } = call
    return limitsOn(call, this.#limits.above({ ...owner, ...(endUser !== undefined && { endUser }) }))
  }

  readonly #find = (counter: string) => this.#limits.limit(limitIdOf(counter))
}
