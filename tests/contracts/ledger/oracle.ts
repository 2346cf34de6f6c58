import { expect } from 'vitest'

interface Entry {
  /** What each candidate may cost: the dearest is held. */
  costs: readonly number[]
  charged: number
  /** What is charged if nothing more is heard of it. */
  floor: number
  leaseUntil: number
}

/** What a lifetime limit on cost must say, reckoned by hand, so that a ledger and its model cannot be wrong together. */
export class Oracle {
  #budget: number
  readonly #calls = new Map<string, Entry>()
  /** What corrections came to. */
  #corrected = 0
  /** By how much the budget may be overrun: what was charged beyond what was held for it. */
  #excess = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  opened(id: string, costs: readonly number[], entry: { floor: number; leaseUntil: number }): void {
    expect(this.#total() + Math.max(...costs)).toBeLessThanOrEqual(this.#budget)
    this.#calls.set(id, { costs, charged: 0, ...entry })
  }

  refused(costs: readonly number[]): void {
    expect(this.#total() + Math.max(...costs)).toBeGreaterThan(this.#budget)
  }

  renewed(id: string, leaseUntil: number): void {
    Object.assign(this.#calls.get(id) ?? {}, { leaseUntil })
  }

  extended(
    id: string,
    more: { candidate: number; cost: number },
    entry: { floor: number; leaseUntil: number },
  ): void {
    const call = this.#calls.get(id)
    if (!call) return
    const costs = call.costs.map((cost, index) => (index === more.candidate ? cost + more.cost : cost))
    Object.assign(call, entry, { costs })
  }

  settled(id: string, charge: number): void {
    const call = this.#calls.get(id)
    if (!call) return
    this.#excess += Math.max(0, charge - heldBy(call) - call.charged)
    Object.assign(call, { costs: [], charged: charge, leaseUntil: Infinity })
  }

  /** `keptOf` says which candidates of a call (by index) are charged whole if it is lost. */
  sweptUntil(time: number, keptOf: (id: string) => readonly number[]): void {
    for (const [id, call] of this.#calls) {
      if (call.leaseUntil === Infinity || call.leaseUntil > time) continue
      const kept = keptOf(id).map((index) => call.costs[index] ?? 0)
      this.settled(id, kept.length > 0 ? Math.max(...kept) : call.floor)
    }
  }

  /** A call that was served without asking. */
  posted(id: string, charge: number): void {
    this.#calls.set(id, { costs: [], charged: charge, floor: 0, leaseUntil: Infinity })
    this.#excess += charge
  }

  adjusted(charge: number): void {
    this.#corrected += charge
    this.#excess += Math.max(0, charge)
  }

  raised(amount: number): void {
    this.#budget += amount
  }

  check(state: { spent: number; held: number }): void {
    expect({ spent: state.spent, held: state.held }).toEqual({
      spent: this.#corrected + this.#sum((call) => call.charged),
      held: this.#sum(heldBy),
    })
    expect(this.#total()).toBeLessThanOrEqual(this.#budget + this.#excess)
  }

  #sum(what: (call: Entry) => number): number {
    return [...this.#calls.values()].reduce((sum, call) => sum + what(call), 0)
  }

  #total(): number {
    return this.#corrected + this.#sum((call) => heldBy(call) + call.charged)
  }
}

function heldBy({ costs }: Entry): number {
  return Math.max(0, ...costs)
}
