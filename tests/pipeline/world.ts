import { expect } from 'vitest'
import { noAmounts } from '../../src/core/amounts.ts'
import type { Catalogue } from '../../src/core/catalogue.ts'
import { WeirError, type ErrorCode } from '../../src/core/errors.ts'
import type { LogLevel } from '../../src/core/log.ts'
import { newKey } from '../../src/core/keys.ts'
import { newId, orgId } from '../../src/core/ids.ts'
import type { ConfiguredProvider } from '../../src/core/provider.ts'
import type { Transport } from '../../src/core/transport.ts'
import { noUsage } from '../../src/core/usage.ts'
import { clientDialects } from '../../src/dialects/index.ts'
import type { Receipt } from '../../src/ledger/call.ts'
import { hashKey } from '../../src/ledger/key-hash.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { LimitState } from '../../src/ledger/limit.ts'
import { memoryLedger } from '../../src/ledger/memory/memory-ledger.ts'
import type { NewLimit } from '../../src/ledger/records.ts'
import type { Caller } from '../../src/pipeline/answer.ts'
import { Authenticator } from '../../src/pipeline/authenticate.ts'
import type { PipelineDeps } from '../../src/pipeline/deps.ts'
import { memoryJournal, type Journal } from '../../src/pipeline/journal.ts'
import { Outage } from '../../src/pipeline/outage.ts'
import { newRequestId, serve } from '../../src/pipeline/serve.ts'

const org = 'acme'
const change = { actor: 'root' }
const budget = 1_000_000 * 1_000_000_000
/** For clocks that are set by hand: no day ends while a test runs. */
export const noon = Date.UTC(2031, 0, 15, 12)
/** How long a settlement is tried that the ledger does not take. */
export const settleForMs = 600_000

/** A caller that can leave, and whose bytes can be looked at. */
export class FakeCaller implements Caller {
  readonly #headers: Readonly<Record<string, string>>
  readonly #listeners = new Set<() => void>()
  readonly #works: Promise<unknown>[] = []
  #left = false

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers
  }

  header(name: string): string | undefined {
    return this.#headers[name]
  }

  onLeave(listener: () => void): void {
    if (this.#left) listener()
    else this.#listeners.add(listener)
  }

  afterwards(work: Promise<unknown>): void {
    this.#works.push(work)
  }

  leave(): void {
    if (this.#left) return
    this.#left = true
    for (const listener of this.#listeners) listener()
  }

  /** All that goes on after the answer. */
  async finished(): Promise<void> {
    for (let work = this.#works.shift(); work; work = this.#works.shift()) await work
  }
}

export interface WorldOptions {
  readonly catalogue: Catalogue
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly transport: Transport
  readonly leaseMs?: number
  readonly journal?: Journal
  /** Methods of the ledger that behave in another way. */
  readonly book?: (book: Ledger['book']) => Partial<Ledger['book']>
}

/** What one call came to. */
export interface Served {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** An error of ours that came as an answer. */
export class AnsweredError extends WeirError {
  readonly headers: Served['headers']
  readonly limit: unknown

  constructor({ headers, body }: Served) {
    const { error } = JSON.parse(body.toString()) as {
      error: { code: ErrorCode; message: string; limit?: object }
    }
    const after = headers['retry-after']
    super(error.code, error.message, after === undefined ? {} : { retryAfterSeconds: Number(after) })
    this.headers = headers
    this.limit = error.limit
  }
}

/** What a provider said is an answer; an error of ours is thrown, as are those that HTTP words. */
function orError(served: Served): Served {
  if (served.status < 400 || served.headers['x-weir-provider'] !== undefined) return served
  const error = new AnsweredError(served)
  expect(served.status).toBe(error.status)
  throw error
}

/** A gateway without HTTP: the real pipeline on a memory ledger with one org, one key, a budget and a count of calls under way. */
export async function makeWorld({
  leaseMs = 120_000,
  book = () => ({}),
  journal = memoryJournal(),
  ...options
}: WorldOptions) {
  const real = memoryLedger({ now: () => Date.now(), leaseMs })
  const ledger: Ledger = { ...real, book: { ...real.book, ...book(real.book) } }
  const key = newKey(org)
  const keyId = newId('key', org)
  const scope = { type: 'org' as const, id: orgId(org) }
  await real.book.createOrg(org, { slug: org, name: 'Acme' }, change)
  await real.book.createKey(
    org,
    { id: keyId, name: 'key', scopes: ['call'], limits: [], hash: hashKey(key) },
    change,
  )
  const addLimit = async (limit: Partial<NewLimit>) => {
    const whole = { id: newId('lim', org), scope, amount: budget, metric: 'cost' as const, ...limit }
    await real.book.createLimit(org, whole, change)
    return whole.id
  }
  await addLimit({ per: 'lifetime' })
  await addLimit({ metric: 'concurrency', amount: 1000 })
  await addLimit({ metric: 'requests', per: 'lifetime', amount: 1000 })

  const logged: (readonly [LogLevel, string])[] = []
  const log: PipelineDeps['log'] = (level, event) => void logged.push([level, event])
  const deadlines = { firstByteSeconds: 600, idleSeconds: 120, totalSeconds: 3600 }
  const authenticator = new Authenticator({ ledger, log })
  const outage = new Outage({ ledger, journal, log, settleForMs })
  const deps = { ...options, ledger, deadlines, leaseMs, settleForMs, outage, log, authenticator }

  const callerWith = (headers: Readonly<Record<string, string>> = {}) =>
    new FakeCaller({ authorization: `Bearer ${key}`, ...headers })

  return {
    key,
    keyId,
    deps,
    logged,
    callerWith,
    /** The ledger's own, whatever was put in its way. */
    book: real.book,
    addLimit,
    /** Where a limit stands. */
    async limit(id: string): Promise<LimitState> {
      const state = await real.book.limit(org, id)
      if ('kind' in state) throw new Error(state.message)
      return state
    },
    /** Has the key make so many calls (20) of a model with that much output each, free of charge. Answers with the habit. */
    async learn(model: string, outputTokens: number, calls = 20): Promise<number> {
      const attempt = { provider: 'first', model, status: 200, latencyMs: 1, providerCost: 0 }
      const end = { source: 'exact', outcome: 'ok', served: 0, charge: 0 } as const
      const candidates = [{ model, provider: 'first', hold: noAmounts, floor: noAmounts }]
      for (let made = 0; made < calls; made++) {
        const id = newId('req', org)
        const usage = { ...noUsage, outputTokens }
        await real.book.post(org, {
          call: { id, keyHash: hashKey(key), policyVersion: '', candidates },
          openedAt: Date.now(),
          settlement: { id, attempts: [{ ...attempt, usage, source: 'exact' }], ...end },
        })
      }
      const policy = await real.book.policy(org, hashKey(key))
      return 'habits' in policy ? (policy.habits[model] ?? 0) : 0
    },
    /** Makes a call, reads its answer to the end, and waits for what comes after. Rejects as the pipeline does. */
    async call(
      body: object | string,
      caller = callerWith(),
      onWrite: (bytes: Uint8Array) => Promise<void> | undefined = () => undefined,
    ): Promise<Served> {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      try {
        const credential = await authenticator.authenticate(caller)
        const bytes = new Uint8Array(Buffer.from(text))
        const call = {
          dialect: clientDialects['openai-chat'],
          caller,
          credential,
          request: clientDialects['openai-chat'].read({ body: bytes }),
          requestId: newRequestId(org),
        }
        const { status, headers, body } = await serve(deps, call)
        if (typeof body !== 'function') return orError({ status, headers, body: Buffer.from(body) })
        const written: Uint8Array[] = []
        const write = (bytes: Uint8Array) => {
          written.push(bytes)
          return onWrite(bytes)
        }
        await body({ write, cut: () => caller.leave() })
        return { status, headers, body: Buffer.concat(written) }
      } finally {
        await caller.finished()
      }
    },
    /** The rows of the calls that ended, oldest first. */
    async rows(): Promise<readonly Receipt[]> {
      const page = await real.book.requests(org, { limit: 1000 })
      return 'kind' in page ? [] : page.data.toReversed()
    },
    /** What is spent and held of the budget, of the calls under way, and of the requests. */
    async counts(): Promise<Record<string, { spent: number; held: number }>> {
      const page = await real.book.limits(org, { limit: 10 })
      const states: readonly LimitState[] = 'kind' in page ? [] : page.data
      return Object.fromEntries(states.map(({ limit, spent, held }) => [limit.metric, { spent, held }]))
    },
  }
}
