import { expect } from 'vitest'
import { orgId } from '../../../src/core/ids.ts'
import type { Candidate, OpenCall, Receipt } from '../../../src/ledger/call.ts'
import { coversModel, eachEndUser, type Limit } from '../../../src/ledger/limit.ts'
import { memoryLedger } from '../../../src/ledger/memory/memory-ledger.ts'
import type { Adjustment } from '../../../src/ledger/records.ts'
import { bookOf, leaseMs, TestOrg, type LedgerUnderTest } from './harness.ts'
import { Oracle } from './oracle.ts'
import { pick } from './script.ts'

export type Book = TestOrg['book']

/** A call that was granted or posted, as the test remembers it. */
export interface KnownCall {
  readonly call: OpenCall
  /** The limits that it counts towards, told by the test's own rules. */
  readonly limits: readonly string[]
  seq: number
  /** Whether its row was pruned. */
  isGone: boolean
}

/** A correction, and the limits that it counts towards. */
export interface KnownAdjustment {
  readonly record: Adjustment
  readonly limits: readonly string[]
}

export interface KnownKey {
  readonly id: string
  readonly hash: string
  readonly projectId?: string
}

/** A ledger and the memory ledger side by side, and what the test knows of both. */
export class World {
  readonly org: TestOrg
  readonly model: Book
  readonly clock: { time: number }
  readonly oracle: Oracle
  readonly crashSweeps: boolean
  readonly keys: KnownKey[] = []
  /** Those that were not deleted, as they are now; the budget that the oracle follows is the first. */
  readonly limits: Limit[] = []
  readonly calls: KnownCall[] = []
  readonly adjustments: KnownAdjustment[] = []
  /** Every row as an exporter saw it last, and how far it got. */
  readonly seen = new Map<string, Receipt | Adjustment>()
  exportedTo = 0

  constructor(
    running: LedgerUnderTest,
    clock: { time: number },
    options: { budget: number; crashSweeps: boolean },
  ) {
    this.clock = clock
    this.org = new TestOrg(running, clock)
    this.model = bookOf(memoryLedger({ now: () => clock.time, leaseMs }), this.org.slug)
    this.oracle = new Oracle(options.budget)
    this.crashSweeps = options.crashSweeps
  }

  /** Asks both, and gives the answer on which they agree. */
  async both<T>(ask: (book: Book) => Promise<T>): Promise<T> {
    const [answer, expected] = await Promise.all([ask(this.org.book), ask(this.model)])
    expect(answer).toEqual(expected)
    return answer
  }

  /** Mostly one of the last three: these are likely to be under way still. */
  callAt(index: number): KnownCall | undefined {
    return index < 9 ? this.calls.at(-1 - (index % 3)) : pick(this.calls, index)
  }

  /** Any but the budget. */
  limitAt(index: number): Limit | undefined {
    return pick(this.limits.slice(1), index)
  }

  /** The limits that a call counts towards. */
  limitsOf({ keyHash, endUser, candidates }: OpenCall): Limit[] {
    const key = this.keys.find(({ hash }) => hash === keyHash)
    return this.limits.filter(
      (limit) =>
        this.#isAbove(limit, { keyId: key?.id, projectId: key?.projectId, endUser }) &&
        coversAny(limit, candidates),
    )
  }

  /** The limits that something counts towards which belongs to a key, a project or the org. */
  limitsAbove(owner: { keyId?: string | undefined; projectId?: string | undefined }): Limit[] {
    return this.limits.filter((limit) => this.#isAbove(limit, owner))
  }

  /** The candidates of a call (by index) that hold all that they may cost, were it lost now. */
  keptOf(id: string): number[] {
    const known = this.calls.find(({ call }) => call.id === id)
    const keeping = this.limits.filter(
      (limit) => known?.limits.includes(limit.id) && limit.onLost === 'hold' && limit.mode !== 'shadow',
    )
    const candidates = known?.call.candidates ?? []
    return candidates.flatMap(({ model }, index) =>
      keeping.some((limit) => coversModel(limit, model)) ? [index] : [],
    )
  }

  #isAbove(
    { scope }: Limit,
    owner: { keyId?: string | undefined; projectId?: string | undefined; endUser?: string | undefined },
  ): boolean {
    switch (scope.type) {
      case 'org':
        return scope.id === orgId(this.org.slug)
      case 'project':
        return scope.id === owner.projectId
      case 'key':
        return scope.id === owner.keyId
      case 'end_user':
        return owner.endUser !== undefined && (scope.id === eachEndUser || scope.id === owner.endUser)
    }
  }
}

function coversAny(limit: Limit, candidates: readonly Candidate[]): boolean {
  return candidates.some(({ model }) => coversModel(limit, model))
}
