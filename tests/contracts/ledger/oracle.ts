import { expect } from 'vitest'

interface Entry {
  held: number
  charged: number
  /** What is charged if nothing more is heard of it. */
  floor: number
  leaseUntil: number
}

/** What a lifetime limit on cost must say, reckoned by hand, so that a ledger and its model cannot be wrong together. */
export class Oracle {
  readonly #budget: number
  readonly #calls = new Map<string, Entry>()
  /** By how much the budget may be overrun: what was charged beyond what was held for it. */
  #excess = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  opened(id: string, asked: number, entry: { floor: number; leaseUntil: number }): void {
    expect(this.#total() + asked).toBeLessThanOrEqual(this.#budget)
    this.#calls.set(id, { held: asked, charged: 0, ...entry })
  }

  refused(asked: number): void {
    expect(this.#total() + asked).toBeGreaterThan(this.#budget)
  }

  extended(id: string, more: number, entry: { floor?: number; leaseUntil: number }): void {
    const call = this.#calls.get(id)
    if (call) Object.assign(call, entry, { held: call.held + more })
  }

  settled(id: string, charge: number): void {
    const call = this.#calls.get(id)
    if (!call) return
    this.#excess += Math.max(0, charge - call.held - call.charged)
    Object.assign(call, { held: 0, charged: charge, leaseUntil: Infinity })
  }

  sweptUntil(time: number): void {
    for (const [id, call] of this.#calls)
      if (call.leaseUntil < Infinity && call.leaseUntil <= time) this.settled(id, call.floor)
  }

  check(state: { spent: number; held: number }): void {
    expect({ spent: state.spent, held: state.held }).toEqual({
      spent: this.#sum('charged'),
      held: this.#sum('held'),
    })
    expect(this.#total()).toBeLessThanOrEqual(this.#budget + this.#excess)
  }

  #sum(what: 'held' | 'charged'): number {
    return [...this.#calls.values()].reduce((sum, call) => sum + call[what], 0)
  }

  #total(): number {
    return this.#sum('held') + this.#sum('charged')
  }
}
