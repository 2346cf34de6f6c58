import type { Catalogue } from '../../src/core/catalogue.ts'
import type { LogLevel } from '../../src/core/log.ts'
import { newKey } from '../../src/core/keys.ts'
import { newId, orgId } from '../../src/core/ids.ts'
import type { ConfiguredProvider } from '../../src/core/provider.ts'
import type { Transport } from '../../src/core/transport.ts'
import { dialects } from '../../src/dialects/index.ts'
import type { Receipt } from '../../src/ledger/call.ts'
import { hashKey } from '../../src/ledger/key-hash.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { LimitState } from '../../src/ledger/limit.ts'
import { memoryLedger } from '../../src/ledger/memory/memory-ledger.ts'
import type { Caller } from '../../src/pipeline/answer.ts'
import { Authenticator } from '../../src/pipeline/authenticate.ts'
import type { PipelineDeps } from '../../src/pipeline/deps.ts'
import { newRequestId, serve } from '../../src/pipeline/serve.ts'

const org = 'acme'
const change = { actor: 'root' }
const budget = 1_000_000 * 1_000_000_000

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

interface WorldOptions {
  readonly catalogue: Catalogue
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly transport: Transport
  readonly leaseMs?: number
  /** Methods of the ledger that behave in another way. */
  readonly book?: (book: Ledger['book']) => Partial<Ledger['book']>
}

/** What one call came to. */
export interface Served {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A gateway without HTTP: the real pipeline on a memory ledger with one org, one key, a budget and a count of calls under way. */
export async function makeWorld({ leaseMs = 120_000, book = () => ({}), ...options }: WorldOptions) {
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
  const limit = (limit: object) => ({
    id: newId('lim', org),
    scope,
    amount: budget,
    metric: 'cost' as const,
    ...limit,
  })
  await real.book.createLimit(org, limit({ per: 'lifetime' }), change)
  await real.book.createLimit(org, limit({ metric: 'concurrency', amount: 1000 }), change)
  await real.book.createLimit(org, limit({ metric: 'requests', per: 'lifetime', amount: 1000 }), change)

  const logged: (readonly [LogLevel, string])[] = []
  const log: PipelineDeps['log'] = (level, event) => void logged.push([level, event])
  const deadlines = { firstByteSeconds: 600, idleSeconds: 120, totalSeconds: 3600 }
  const authenticator = new Authenticator({ ledger, log })
  const deps = { ...options, ledger, deadlines, leaseMs, log, authenticator }

  const callerWith = (headers: Readonly<Record<string, string>> = {}) =>
    new FakeCaller({ authorization: `Bearer ${key}`, ...headers })

  return {
    key,
    keyId,
    deps,
    logged,
    callerWith,
    /** Makes a call, reads its answer to the end, and waits for what comes after. Rejects as the pipeline does. */
    async call(
      body: object | string,
      caller = callerWith(),
      onWrite: () => Promise<void> | undefined = () => undefined,
    ): Promise<Served> {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      try {
        const credential = await authenticator.authenticate(caller)
        const bytes = new Uint8Array(Buffer.from(text))
        const incoming = {
          dialect: dialects['openai-chat'],
          caller,
          credential,
          body: bytes,
          requestId: newRequestId(org),
        }
        const { status, headers, body } = await serve(deps, incoming)
        if (typeof body !== 'function') return { status, headers, body: Buffer.from(body) }
        const written: Uint8Array[] = []
        const write = (bytes: Uint8Array) => {
          written.push(bytes)
          return onWrite()
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
