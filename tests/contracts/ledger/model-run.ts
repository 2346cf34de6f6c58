import { expect } from 'vitest'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Attempt, OpenCall, Settlement } from '../../../src/ledger/call.ts'
import { isRate } from '../../../src/ledger/limit.ts'
import { memoryLedger } from '../../../src/ledger/memory/memory-ledger.ts'
import type { NewLimit } from '../../../src/ledger/records.ts'
import {
  attemptOf,
  bookOf,
  candidateOf,
  idOf,
  leaseMs,
  root,
  TestOrg,
  type LedgerUnderTest,
} from './harness.ts'
import { Oracle } from './oracle.ts'
import { portion, type Script, type Step, type Terms } from './script.ts'

type Book = TestOrg['book']
type StepOf<Kind extends Step['do']> = Extract<Step, { do: Kind }>

/** A call that was granted, as the test remembers it. */
export interface Granted {
  readonly call: OpenCall
  readonly limits: readonly string[]
  seq: number
}

/** One script, run on a ledger and on the memory ledger side by side: every answer and every limit must be the same. */
export class ModelRun {
  readonly org: TestOrg
  readonly model: Book
  readonly granted: Granted[] = []
  readonly #clock: { time: number }
  readonly #keys: { id: string; hash: string }[] = []
  readonly #limits: string[] = []
  readonly #oracle: Oracle
  readonly #crashSweeps: boolean
  #budgetId = ''

  constructor(
    running: LedgerUnderTest,
    clock: { time: number },
    options: { budget: number; crashSweeps: boolean },
  ) {
    this.#clock = clock
    this.org = new TestOrg(running, clock)
    this.model = bookOf(memoryLedger({ now: () => clock.time, leaseMs }), this.org.slug)
    this.#oracle = new Oracle(options.budget)
    this.#crashSweeps = options.crashSweeps
  }

  /** Asks both, and gives the answer on which they agree. */
  async both<T>(ask: (book: Book) => Promise<T>): Promise<T> {
    const [answer, expected] = await Promise.all([ask(this.org.book), ask(this.model)])
    expect(answer).toEqual(expected)
    return answer
  }

  async start({ budget, limits }: Script): Promise<void> {
    const { slug, projectId } = this.org
    await this.both((book) => book.createOrg({ slug, name: 'Model' }, root))
    await this.both((book) => book.createProject({ id: projectId, name: 'project' }, root))
    for (const owner of [{ projectId }, { projectId }, {}]) {
      const id = idOf('key', slug)
      const key = { id, hash: hashKey(id), name: 'key', scopes: ['call'], limits: [], ...owner } as const
      await this.both((book) => book.createKey(key, root))
      this.#keys.push(key)
    }
    this.#budgetId = await this.#createLimit({
      on: 'org',
      metric: 'cost',
      per: 'lifetime',
      amount: budget,
      burst: undefined,
      models: undefined,
    })
    for (const terms of limits) this.#limits.push(await this.#createLimit(terms))
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'open':
        return this.#open(step)
      case 'reopen':
        return this.#reopen(step)
      case 'extend':
        return this.#extend(step)
      case 'settle':
        return this.#settle(step)
      case 'sweep':
        return this.sweep()
      case 'crash':
        return this.#crash()
      case 'clock':
        this.#clock.time += step.by
        return
      case 'midnight':
        this.#clock.time = Math.ceil((this.#clock.time + 1) / 86_400_000) * 86_400_000 - step.before
        return
      case 'revoke-key':
        await this.both((book) => book.revokeKey(pick(this.#keys, step.key)?.id ?? '', root))
        return
      default:
        return this.#changeLimits(step)
    }
  }

  /** What must be so after every step. */
  async check(): Promise<void> {
    await this.both((book) => book.limits({ limit: 100 }))
    await this.both((book) => book.nextExpiry())
    this.#oracle.check(await this.org.state(this.#budgetId))
  }

  async sweep(): Promise<void> {
    await this.both((book) => book.sweep('expired'))
    this.#oracle.sweptUntil(this.#clock.time)
  }

  /** Mostly one of the last three: these are likely to be under way still. */
  #callOf(index: number): Granted | undefined {
    return index < 9 ? this.granted.at(-1 - (index % 3)) : pick(this.granted, index)
  }

  async #open({ key, options }: StepOf<'open'>): Promise<void> {
    const candidates = options.map(({ hold, ...more }) => candidateOf(hold, more))
    const call: OpenCall = {
      id: idOf('req', this.org.slug),
      keyHash: pick(this.#keys, key)?.hash ?? '',
      policyVersion: '1',
      candidates,
    }
    const answer = await this.both((book) => book.open(call))
    const costs = candidates.map(({ hold }) => hold.cost)
    if (answer.kind === 'hold') {
      this.granted.push({ call, limits: answer.limits.map(({ limit }) => limit.id), seq: 0 })
      this.#oracle.opened(call.id, costs, {
        floor: candidates[0]?.floor.cost ?? 0,
        leaseUntil: this.#clock.time + leaseMs,
      })
    } else if (answer.kind === 'refusal' && answer.limit?.limit.id === this.#budgetId)
      this.#oracle.refused(costs)
  }

  async #reopen(step: StepOf<'reopen'>): Promise<void> {
    const known = this.#callOf(step.call)
    if (known) await this.both((book) => book.open(known.call))
  }

  async #extend({ call, ahead, candidate, more, soFar }: StepOf<'extend'>): Promise<void> {
    const known = this.#callOf(call)
    if (!known) return
    const seq = known.seq + ahead
    const serving = candidate % known.call.candidates.length
    const answer = await this.both((book) =>
      book.extend(known.call.id, { seq, more, soFar, candidate: serving }),
    )
    if (answer.kind === 'refusal') return
    const leaseUntil = this.#clock.time + leaseMs
    if (ahead === 0) return this.#oracle.renewed(known.call.id, leaseUntil)
    known.seq = seq
    const raised = { candidate: serving, cost: more.cost }
    this.#oracle.extended(known.call.id, raised, { floor: soFar.cost, leaseUntil })
  }

  async #settle(step: StepOf<'settle'>): Promise<void> {
    const known = this.#callOf(step.call)
    if (!known) return
    const answer = await this.both((book) => book.settle(settlementFor(known.call, step)))
    if (answer.kind === 'receipt') this.#oracle.settled(answer.id, answer.charge)
  }

  async #crash(): Promise<void> {
    await this.org.crash()
    if (!this.#crashSweeps) return
    await this.model.sweep('all')
    this.#oracle.sweptUntil(Number.MAX_SAFE_INTEGER)
    // The first thing that is asked of an org opens its file, which sweeps it; the clock must not go on before.
    expect(await this.org.book.nextExpiry()).toBeUndefined()
  }

  async #changeLimits(step: StepOf<'create-limit' | 'update-limit' | 'delete-limit'>): Promise<void> {
    if (step.do === 'create-limit') return void this.#limits.push(await this.#createLimit(step.terms))
    const id = pick(this.#limits, step.limit)
    if (id === undefined) return
    if (step.do === 'delete-limit') return void (await this.both((book) => book.deleteLimit(id, root)))
    const state = await this.org.book.limit(id)
    const burst = 'kind' in state || !isRate(state.limit) ? undefined : step.burst
    const update = { amount: step.amount, ...(burst !== undefined && { burst }) }
    await this.both((book) => book.updateLimit(id, update, root))
  }

  async #createLimit({ on, metric, per, amount, burst, models }: Terms): Promise<string> {
    const id = idOf('lim', this.org.slug)
    const few = metric === 'requests' || metric === 'concurrency'
    const scope = on === 'key' ? { type: on, id: this.#keys[0]?.id ?? '' } : this.org.scope(on)
    const rate = metric !== 'concurrency' && (per === 'minute' || per === 'hour')
    const limit: NewLimit = {
      id,
      scope,
      metric,
      amount: few ? amount % 9 : amount,
      ...(metric !== 'concurrency' && { per }),
      ...(rate && burst !== undefined && { burst }),
      ...(models && { models }),
    }
    await this.both((book) => book.createLimit(limit, root))
    return id
  }
}

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length]
}

/** How a call ends that was served by its last attempt, or by none. */
function settlementFor(call: OpenCall, step: StepOf<'settle'>): Settlement {
  const { source, outcome } = step
  const attempts: Attempt[] = Array.from({ length: step.attempts }, (_, index) => {
    const candidate = call.candidates[index % call.candidates.length] ?? candidateOf({})
    const used = portion(candidate.hold, step.percent)
    return attemptOf(used, { model: candidate.model, provider: candidate.provider, source })
  })
  const served = attempts.length - 1
  if (!step.served || served < 0) return { id: call.id, attempts, source, outcome, charge: 0 }
  return { id: call.id, attempts, served, source, outcome, charge: attempts[served]?.providerCost ?? 0 }
}
