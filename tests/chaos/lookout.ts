import type { Admin } from './admin.ts'
import { limitSchema, type Limit } from './wire.ts'

/** Looks at limits while calls go on, and keeps what it saw of those that were beyond their amount. */
export class Lookout {
  /** By how much a limit was seen beyond its amount, at most. */
  readonly beyond = new Map<string, bigint>()
  looks = 0
  readonly #admin: Admin
  readonly #org: string
  #last = new Map<string, Limit>()

  constructor(admin: Admin, org: string) {
    this.#admin = admin
    this.#org = org
  }

  async look(): Promise<void> {
    const limits = await this.#admin.list(`/limits?org=${this.#org}`, limitSchema).catch(() => undefined)
    if (!limits) return
    this.looks += 1
    const now = new Map(limits.map((limit) => [limit.id, limit]))
    for (const { id, spent, held } of this.#last.values()) {
      // An amount may be read before a top-up, and what that let in after it: so the amount is that of a look later.
      const excess = spent + held - (now.get(id)?.amount ?? 0n)
      if (excess > (this.beyond.get(id) ?? 0n)) this.beyond.set(id, excess)
    }
    this.#last = now
  }
}
