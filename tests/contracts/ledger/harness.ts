import { expect } from 'vitest'
import type { Amounts } from '../../../src/core/amounts.ts'
import { orgId } from '../../../src/core/ids.ts'
import { noUsage, type Usage } from '../../../src/core/usage.ts'
import type { Book } from '../../../src/ledger/book.ts'
import type { Attempt, Candidate, OpenCall, Refusal, Settlement } from '../../../src/ledger/call.ts'
import { bookMethods } from '../../../src/ledger/connect.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { eachEndUser, type Limit, type LimitState, type ScopeType } from '../../../src/ledger/limit.ts'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Change, NewKey, NewLimit } from '../../../src/ledger/records.ts'

/** A ledger that can be made to lose all that it has in memory. */
export interface LedgerUnderTest {
  readonly ledger: Ledger
  /** Ends it without a farewell, and opens another on what was written. */
  crash(): Promise<Ledger>
  destroy(): Promise<void>
}

export interface LedgerOptions {
  readonly now: () => number
  readonly leaseMs: number
  /** So many counters of end users live at once; asked only of engines that say `capsEndUsers`. */
  readonly maxEndUsers?: number
}

export type MakeLedger = (options: LedgerOptions) => Promise<LedgerUnderTest>

export const leaseMs = 120_000
/** A Wednesday, at noon; ahead of the real time, so that no real alarm rings. */
export const noon = Date.UTC(2031, 0, 15, 12)
export const root: Change = { actor: 'root' }

type BookOfOrg = {
  [M in keyof Book]: Book[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never
}

let lastNumber = 0

/** Ids that sort in the order in which they were made, whatever the clock says. */
export function idOf(kind: 'req' | 'key' | 'prj' | 'lim' | 'top' | 'adj', org: string): string {
  lastNumber += 1
  return `${kind}_${org}_00000000-0000-7000-8000-${lastNumber.toString(16).padStart(12, '0')}`
}

/** One org in a ledger, on a clock that stands still until it is set. */
export class TestOrg {
  readonly slug: string
  readonly clock: { time: number }
  readonly projectId: string
  readonly keyId: string
  readonly keyHash: string
  ledger: Ledger
  readonly #running: LedgerUnderTest

  constructor(running: LedgerUnderTest, clock: { time: number }) {
    lastNumber += 1
    this.slug = `t${lastNumber.toString(36).padStart(3, '0')}`
    this.clock = clock
    this.projectId = idOf('prj', this.slug)
    this.keyId = idOf('key', this.slug)
    this.keyHash = hashKey(this.keyId)
    this.ledger = running.ledger
    this.#running = running
  }

  /** With its project, and a key in it. */
  async create(): Promise<this> {
    await this.book.createOrg({ slug: this.slug, name: 'Test' }, root)
    await this.book.createProject({ id: this.projectId, name: 'project' }, root)
    await this.key({ id: this.keyId, projectId: this.projectId })
    return this
  }

  /** The methods of the org's own book. */
  get book(): BookOfOrg {
    return bookOf(this.ledger, this.slug)
  }

  /** Another org in the same ledger. */
  async sibling(): Promise<TestOrg> {
    return new TestOrg(this.#running, this.clock).create()
  }

  async crash(): Promise<void> {
    this.ledger = await this.#running.crash()
  }

  async key(key: Partial<NewKey> & { id: string }): Promise<string> {
    const hash = hashKey(key.id)
    const made = await this.book.createKey({ name: 'key', scopes: ['call'], limits: [], hash, ...key }, root)
    expect(made.kind).toBe('created')
    return hash
  }

  scope(type: ScopeType): Limit['scope'] {
    const ids = { org: orgId(this.slug), project: this.projectId, key: this.keyId, end_user: eachEndUser }
    return { type, id: ids[type] }
  }

  /** Makes a limit, on the org unless told otherwise. */
  async limit(limit: Omit<NewLimit, 'id' | 'scope'> & { on?: ScopeType }): Promise<string> {
    const { on = 'org', ...terms } = limit
    const made = await this.book.createLimit(
      { id: idOf('lim', this.slug), scope: this.scope(on), ...terms },
      root,
    )
    if (made.kind === 'refusal') throw new Error(made.message)
    return made.record.id
  }

  async state(limitId: string, endUser?: string): Promise<LimitState> {
    const state = await this.book.limit(limitId, endUser)
    if ('kind' in state) throw new Error(state.message)
    return state
  }

  /** What is spent and held of a limit, or of one end user's share in it. */
  async counts(limitId: string, endUser?: string): Promise<{ spent: number; held: number }> {
    const { spent, held } = await this.state(limitId, endUser)
    return { spent, held }
  }

  call(hold: Partial<Amounts> = small, more: Partial<OpenCall> = {}): OpenCall {
    return {
      id: idOf('req', this.slug),
      keyHash: this.keyHash,
      policyVersion: '1',
      candidates: [candidateOf(hold)],
      ...more,
    }
  }

  /** Opens a call that must be granted, and gives its id. */
  async open(hold?: Partial<Amounts>, more?: Partial<OpenCall>): Promise<string> {
    const answer = await this.book.open(this.call(hold, more))
    expect(answer).toMatchObject({ kind: 'hold' })
    return answer.kind === 'hold' ? answer.id : ''
  }

  /** Opens a call that must be refused, and gives the refusal. */
  async refused(hold?: Partial<Amounts>, more?: Partial<OpenCall>): Promise<Refusal> {
    return refusalOf(await this.book.open(this.call(hold, more)))
  }

  async settle(id: string, used: Partial<Amounts>, more: Partial<Settlement> = {}): Promise<void> {
    expect(await this.book.settle(settlementOf(id, used, more))).toMatchObject({ kind: 'receipt', id })
  }
}

export function bookOf(ledger: Ledger, slug: string): BookOfOrg {
  const methods = bookMethods.map((method) => [
    method,
    (...args: never[]) => (ledger.book[method] as (org: string, ...rest: never[]) => unknown)(slug, ...args),
  ])
  return Object.fromEntries(methods) as BookOfOrg
}

export const small: Amounts = { inputTokens: 10, outputTokens: 20, cost: 30 }

export function amountsOf(amounts: Partial<Amounts>): Amounts {
  return { inputTokens: 0, outputTokens: 0, cost: 0, ...amounts }
}

export function candidateOf(hold: Partial<Amounts>, more: Partial<Candidate> = {}): Candidate {
  return { model: 'gpt-5.2', provider: 'openai', hold: amountsOf(hold), floor: amountsOf({}), ...more }
}

export function attemptOf(used: Partial<Amounts & Usage>, more: Partial<Attempt> = {}): Attempt {
  const { cost = 0, ...usage } = used
  return {
    provider: 'openai',
    model: 'gpt-5.2',
    status: 200,
    latencyMs: 5,
    usage: { ...noUsage, ...usage },
    source: 'exact',
    providerCost: cost,
    ...more,
  }
}

/** A call that one attempt served, and that is charged what it cost. */
export function settlementOf(
  id: string,
  used: Partial<Amounts & Usage>,
  more: Partial<Settlement> = {},
): Settlement {
  const source = more.source ?? 'exact'
  return {
    id,
    attempts: [attemptOf(used, { source })],
    served: 0,
    source,
    outcome: 'ok',
    charge: used.cost ?? 0,
    ...more,
  }
}

/** A call for which nothing was sent to anyone. */
export function unsent(id: string): Settlement {
  return { id, attempts: [], source: 'exact', outcome: 'failed', charge: 0 }
}

export function refusalOf(answer: object): Refusal {
  expect(answer).toMatchObject({ kind: 'refusal' })
  return answer as Refusal
}
