import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'
import { connectLedger } from '../../../src/ledger/connect.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { startRedis, type RunningRedis } from '../../support/redis.ts'
import type { LedgerOptions, MakeLedger } from './harness.ts'

interface Opening {
  readonly kind: 'open'
  readonly url: string
  readonly leaseMs: number
  readonly maxEndUsers: number | undefined
}

interface Asking {
  readonly kind: 'ask'
  /** What the clock shows in the test. */
  readonly now: number
  readonly part: 'book' | 'directory'
  readonly method: string
  readonly args: readonly unknown[]
}

export type ProcessRequest = (Opening | Asking) & { readonly nth: number }

export type ProcessReply = { readonly nth: number } & (
  { readonly value: unknown } | { readonly error: unknown }
)

/** A process that has a ledger. */
class Member {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (reply: ProcessReply) => void>()
  #asked = 0

  constructor() {
    const program = import.meta.resolve('./redis-process.ts')
    this.#child = fork(fileURLToPath(program), { serialization: 'advanced', execArgv: [] })
    this.#child.on('message', (reply: ProcessReply) => {
      this.#waiting.get(reply.nth)?.(reply)
      this.#waiting.delete(reply.nth)
    })
  }

  async ask(request: Opening | Asking): Promise<unknown> {
    const nth = this.#asked++
    const reply = await new Promise<ProcessReply>((resolve) => {
      this.#waiting.set(nth, resolve)
      this.#child.send({ ...request, nth })
    })
    if ('error' in reply) throw reply.error
    return reply.value
  }

  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** Ledgers on one real redis-server in so many processes, that are asked in turn. A crash is the death of them all. */
export function redisProcessesUnderTest(count: number): MakeLedger {
  let redis: RunningRedis | undefined
  let members: readonly Member[] = []
  const fill = () => void (members = Array.from({ length: count }, () => new Member()))
  const killAll = () => Promise.all(members.map((member) => member.kill()))
  beforeAll(async () => {
    redis = await startRedis()
    fill()
  })
  afterAll(async () => {
    await killAll()
    await redis?.stop()
  })
  return async (options) => {
    if (!redis) throw new Error('Redis does not run.')
    await redis.flush()
    const { url } = redis
    const ledger = askingInTurn(() => members, options.now)
    const open = () => openAll(members, url, options)
    await open()
    const crash = async () => {
      await killAll()
      fill()
      await open()
      return ledger
    }
    return { ledger, crash, destroy: async () => {} }
  }
}

async function openAll(members: readonly Member[], url: string, { leaseMs, maxEndUsers }: LedgerOptions) {
  await Promise.all(members.map((member) => member.ask({ kind: 'open', url, leaseMs, maxEndUsers })))
}

function askingInTurn(members: () => readonly Member[], now: () => number): Ledger {
  let turn = 0
  const ask = (part: Asking['part'], method: string, args: readonly unknown[]) => {
    const all = members()
    const member = all[turn++ % all.length]
    if (!member) throw new Error('There is no process.')
    return member.ask({ kind: 'ask', now: now(), part, method, args }) as Promise<never>
  }
  return connectLedger({
    book: (org) => (method, args) => ask('book', method, [org, ...args]),
    directory: (method, args) => ask('directory', method, args),
    close: async () => {},
  })
}
