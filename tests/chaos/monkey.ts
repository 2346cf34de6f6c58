import { setTimeout as pause } from 'node:timers/promises'
import { providerNames, type Arena } from './arena.ts'
import { Random } from './random.ts'
import { heldInSqlite } from './raw-books.ts'
import type { Fault, Scenario } from './scenario.ts'

/** A fault that was made: Unix milliseconds. */
export interface Made extends Fault {
  readonly startedAt: number
  /** When all was well again. */
  readonly endedAt: number
  /** Of a gateway that was asked to stop; null if it had to be killed. */
  readonly exitCode?: number | null
  /** What it should have settled before it went, where the ledger is its own. */
  readonly leftHeld?: readonly string[]
}

type Act = (arena: Arena, fault: Fault) => Promise<Pick<Made, 'exitCode' | 'leftHeld'> | void>

/** Makes things go wrong, as the scenario has it. */
export class Monkey {
  readonly made: Made[] = []
  /** What it could not mend again. */
  readonly failures: string[] = []
  readonly #arena: Arena
  /** What is being done to each target: one thing at a time, while others have their own troubles. */
  readonly #busy = new Map<string, Promise<void>>()

  constructor(arena: Arena) {
    this.#arena = arena
  }

  /** Resolves when the last fault is over and all runs again. */
  async play({ faults, seed }: Pick<Scenario, 'faults' | 'seed'>): Promise<void> {
    const beganAt = Date.now()
    const slipping = setInterval(slip, slipEveryMs, this.#arena, new Random(seed))
    for (const fault of faults) {
      await pause(Math.max(0, beganAt + fault.atMs - Date.now()))
      const target = `${fault.kind.split('-')[1]} ${fault.target}`
      const turn = (this.#busy.get(target) ?? Promise.resolve()).then(() => this.#make(fault))
      this.#busy.set(target, turn)
    }
    clearInterval(slipping)
    await Promise.all(this.#busy.values())
  }

  async #make(fault: Fault): Promise<void> {
    const startedAt = Date.now()
    try {
      const result = await acts[fault.kind](this.#arena, fault)
      this.made.push({ ...fault, ...result, startedAt, endedAt: Date.now() })
    } catch (error) {
      this.failures.push(`${fault.kind} ${fault.target}: ${String(error)}`)
    }
  }
}

const slipEveryMs = 200

/** A provider fails the next request, so that there is always some call at its second provider. */
function slip({ providers }: Arena, random: Random): void {
  const slips = [{ status: 500 }, { status: 429 }, { fail: 'before_head' }] as const
  providers[random.pick(providerNames)].next(random.pick(slips))
}

const acts: Readonly<Record<Fault['kind'], Act>> = {
  async 'kill-gateway'(arena, { target }) {
    const gateway = gatewayOf(arena, target)
    await gateway.kill()
    await gateway.start()
  },
  async 'pause-gateway'(arena, { target, forMs }) {
    const gateway = gatewayOf(arena, target)
    gateway.pause()
    await pause(forMs)
    gateway.resume()
  },
  async 'stop-gateway'(arena, { target, forMs }) {
    const gateway = gatewayOf(arena, target)
    const exitCode = await gateway.stop(forMs)
    const leftHeld = exitCode === 0 && !arena.redis ? heldInSqlite(arena.folder) : []
    await gateway.start()
    return { exitCode, leftHeld }
  },
  async 'kill-redis'({ redis }, { forMs }) {
    await redis?.kill()
    await pause(forMs)
    await redis?.restart()
  },
  async 'pause-redis'({ redis }, { forMs }) {
    redis?.pause()
    await pause(forMs)
    redis?.resume()
  },
  async 'fail-provider'({ providers }, { target, forMs, script = {} }) {
    const provider = providers[providerNames[target] ?? 'acme']
    provider.always(script)
    await pause(forMs)
    provider.always({})
  },
}

function gatewayOf({ gateways }: Arena, target: number) {
  const gateway = gateways[target]
  if (!gateway) throw new Error(`There is no gateway ${target}.`)
  return gateway
}
