import { heldBy, outranks, rateState, refilled, spentBy, type Bucket } from '../admission.ts'
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
import { claimCounter, keepBucket, maxLiveCounters, peekCounter, type LiveCounters } from '../end-users.ts'
import { boundOf, noHabit, observed, type Habit } from '../habit.ts'
import { extended, newHold, type OpenHold } from '../hold.ts'
import { isEnforced, isRate, type Limit, type LimitState } from '../limit.ts'
import type { LimitRegistry } from '../limit-registry.ts'
import type { Counters } from '../methods.ts'
import {
  closeMoves,
  judgeAll,
  lateMoves,
  limitIdOf,
  limitsOn,
  openMoves,
  postMoves,
  raiseAsks,
  wouldRefuse,
  type Move,
} from '../moves.ts'
import { suspension, type Briefing, type Policy } from '../policy.ts'
import type { Adjustment } from '../records.ts'
import type { Registry } from '../registry.ts'
import type { Exported } from '../report.ts'
import { postedHold, receiptOf, settledAs, sweptSettlement, teaches } from '../settlement.ts'
import { isSoundCall, isSoundSettlement, isSoundStep } from '../soundness.ts'
import { windowOf } from '../window.ts'
import type { StoredReceipt } from './memory-reports.ts'

export interface MemoryOptions {
  readonly now: () => number
  readonly leaseMs: number
  readonly maxEndUsers?: number
}

/** The life of calls. Only buckets are kept as such; all else is summed from holds and rows when it is asked for. */
export class MemoryCalls {
  readonly rows = new Map<string, StoredReceipt>()
  readonly #adjustments: Exported[] = []
  readonly #adjusted: Move[] = []
  readonly #holds = new Map<string, OpenHold>()
  readonly #buckets = new Map<string, Bucket>()
  readonly #refusals: { readonly counter: string; readonly at: number }[] = []
  readonly #habits = new Map<string, Habit>()
  readonly #live = liveCounters()
  readonly #options: MemoryOptions
  readonly #registry: Registry
  readonly #limits: LimitRegistry
  #marks = 0

  constructor(options: MemoryOptions, registry: Registry, limits: LimitRegistry) {
    this.#options = options
    this.#registry = registry
    this.#limits = limits
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

  counters(): Counters {
    return {
      stateOf: (limit, endUser) => this.#stateOf(limit, endUser),
      settleBucket: (limit) => this.#fill(limit, limit.id, 0),
      // What a deleted limit counted is never asked for again.
      drop: () => {},
      move: (moves) => void this.#adjusted.push(...moves),
    }
  }

  /** Puts a correction among the rows. */
  readonly enter = (row: Adjustment) => void this.#adjustments.push({ mark: ++this.#marks, row })

  /** Every row, corrections too. */
  all(): Exported[] {
    const receipts = [...this.rows.values()].map(({ mark, receipt }) => ({ mark, row: receipt }))
    return [...receipts, ...this.#adjustments]
  }

  #stateOf(limit: Limit, endUser: string | undefined): LimitState {
    const at = this.#options.now()
    const counter = peekCounter(limit, { endUser, at, most: this.#most }, this.#live)
    return {
      ...this.#state(limit, counter, at),
      ...(endUser !== undefined && counter !== limit.id && { endUser }),
    }
  }

  #fill(limit: Limit, counter: string, amount: number): void {
    if (!isRate(limit)) return
    const now = this.#options.now()
    const bucket = refilled(limit, { bucket: this.#bucket(counter), amount, now })
    this.#buckets.set(counter, bucket)
    keepBucket(limit, { counter, bucket }, this.#live)
  }

  get #most(): number {
    return this.#options.maxEndUsers ?? maxLiveCounters
  }

  #policy(keyHash: string): Briefing | Refusal {
    const policy = this.#registry.policyOf(keyHash)
    if (policy.kind === 'refusal') return policy
    const known = [...this.#habits].flatMap(([name, habit]) => {
      const [keyId, model = ''] = name.split(' ')
      const bound = boundOf(habit, this.#options.now())
      return keyId === policy.keyId && bound !== undefined ? [[model, bound]] : []
    })
    const costLimited = this.#limits
      .above(policy)
      .some((limit) => limit.metric === 'cost' && isEnforced(limit))
    return { ...policy, habits: Object.fromEntries(known) as Record<string, number>, costLimited }
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
    const { endUser } = call
    const most = this.#most
    const limits = limitsOn(
      call,
      this.#limits.above({ ...policy, ...(endUser !== undefined && { endUser }) }),
    )
    const asked = limits.map((limit) => {
      const counter = peekCounter(limit, { endUser, at: openedAt, most }, this.#live)
      return { limit, counter, state: this.#state(limit, counter, openedAt), requested: heldBy(limit, call) }
    })
    const refusal = judgeAll(asked)
    if (refusal) return refusal
    for (const { limit } of asked) claimCounter(limit, { endUser, at: openedAt, most }, this.#live)
    for (const counter of wouldRefuse(asked)) this.#refusals.push({ counter, at: openedAt })
    for (const { limit, counter, fill } of openMoves(asked, openedAt)) this.#fill(limit, counter, fill)
    const counters = asked.map(({ counter }) => counter)
    const hold = newHold(call, { policy, counters, openedAt, leaseMs: this.#options.leaseMs })
    this.#holds.set(hold.id, hold)
    return this.#granted(hold)
  }

  #granted({ id, openedAt, leaseUntil, limits }: OpenHold): Hold {
    const now = this.#options.now()
    const states = limits.flatMap((counter) => {
      const limit = this.#find(counter)
      return limit && isEnforced(limit) ? [this.#state(limit, counter, now)] : []
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
    const refusal = judgeAll(
      budgets.map((ask) => ({ ...ask, state: this.#state(ask.limit, ask.counter, hold.openedAt) })),
    )
    if (refusal) return refusal
    for (const { limit, counter, fill } of openMoves(asks, hold.openedAt)) this.#fill(limit, counter, fill)
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
    return this.#write(receipt, { limits: hold.limits, moves: closeMoves(hold, receipt, this.#find) })
  }

  #settleLate(settlement: Settlement): Receipt | Refusal {
    const row = this.rows.get(settlement.id)
    if (!row) return refuse('not_found', 'No such call.')
    if (!outranks(settlement.source, row.receipt.source)) return row.receipt
    const receipt = settledAs(row.receipt, settlement, this.#options.now())
    return this.#write(receipt, { limits: row.limits, moves: lateMoves(row, receipt, this.#find) })
  }

  #post({ call, openedAt, settlement }: Posting): Receipt | Refusal {
    if (this.#holds.has(call.id) || this.rows.has(call.id)) return this.#settle(settlement)
    const key = this.#registry.keyByHash(call.keyHash)
    if (!key) return refuse('not_found', 'This key does not exist.')
    if (!isSoundCall(call) || !isSoundSettlement(settlement))
      return refuse('invalid_request', 'A posting needs whole, safe amounts.')
    const now = this.#options.now()
    const { endUser } = call
    const at = Math.min(openedAt, now)
    const owner = { ...key, keyId: key.id, ...(endUser !== undefined && { endUser }) }
    const counters = limitsOn(call, this.#limits.above(owner)).map((limit) =>
      claimCounter(limit, { endUser, at, most: this.#most }, this.#live),
    )
    const receipt = receiptOf(postedHold(call, owner, { counters, openedAt: at }), settlement, now)
    return this.#write(receipt, {
      limits: counters,
      moves: postMoves({ receipt, limits: counters }, this.#find),
    })
  }

  #write(
    receipt: Receipt,
    { limits, moves }: { limits: readonly string[]; moves: readonly Move[] },
  ): Receipt {
    for (const { limit, counter, fill } of moves) this.#fill(limit, counter, fill)
    const isNew = !this.rows.has(receipt.id)
    this.rows.set(receipt.id, { receipt, limits, mark: ++this.#marks })
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

  readonly #find = (counter: string) => this.#limits.limit(limitIdOf(counter))

  #state(limit: Limit, counter: string, at: number): LimitState {
    const window = windowOf(isRate(limit) ? undefined : limit.per, at, limit.timezone)
    const counts = (limits: readonly string[], time: number) =>
      limits.includes(counter) && time >= window.start && time < window.end
    const refused = this.#refusals.filter((refusal) => counts([refusal.counter], refusal.at)).length
    const told = !isEnforced(limit) && { wouldRefuse: refused }
    if (isRate(limit)) return { ...rateState(limit, this.#bucket(counter), at), ...told }
    let spent = 0
    for (const { receipt, limits } of this.rows.values())
      if (counts(limits, receipt.startedAt)) spent += spentBy(limit, receipt)
    for (const move of this.#adjusted) if (counts([move.counter], move.at)) spent += move.spent
    let held = 0
    for (const hold of this.#holds.values())
      if (counts(hold.limits, hold.openedAt)) held += heldBy(limit, hold)
    return { limit, spent, held, ...(window.end !== Infinity && { resetsAt: window.end }), ...told }
  }

  #bucket(counter: string): Bucket {
    return this.#buckets.get(counter) ?? { used: 0, at: this.#options.now() }
  }
}

function liveCounters(): LiveCounters {
  const live = new Map<string, number>()
  return {
    until: (counter) => live.get(counter),
    keep: (counter, until) => void live.set(counter, until),
    count: () => live.size,
    drop(now) {
      for (const [counter, until] of live) if (until <= now) live.delete(counter)
    },
  }
}
