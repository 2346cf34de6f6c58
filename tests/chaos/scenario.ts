import type { Script } from '../support/simulator/simulator.ts'
import { Random } from './random.ts'

/** What is going to happen in a run: all of it follows from the seed. */
export interface Scenario {
  readonly seed: number
  readonly ledger: 'sqlite' | 'redis'
  /** For so long calls are made. */
  readonly seconds: number
  /** The last part of it, in which nothing goes wrong any more. */
  readonly calmSeconds: number
  /** So many make calls at a time. */
  readonly writers: number
  /** Gateway processes on the one ledger. */
  readonly gateways: number
  readonly pace: Pace
  /** In the order of time. */
  readonly faults: readonly Fault[]
}

/** How long things last, in seconds. */
export interface Pace {
  readonly lease: number
  /** The gateway's deadlines for a provider. */
  readonly firstByte: number
  readonly idle: number
  readonly total: number
}

/** Something that goes wrong at a time (milliseconds from the beginning), and lasts. */
export interface Fault {
  readonly kind: FaultKind
  readonly atMs: number
  readonly forMs: number
  /** Number of the gateway, or of the provider; there is one Redis. */
  readonly target: number
  /** What a provider does to every request meanwhile. */
  readonly script?: Script
}

export type FaultKind = keyof typeof weights.redis | 'fail-provider'

/** How often each comes. Providers fail at times of their own, so that calls are on their second provider when the rest goes wrong. */
const weights = {
  redis: { 'kill-gateway': 4, 'pause-gateway': 3, 'stop-gateway': 2, 'kill-redis': 3, 'pause-redis': 3 },
  sqlite: { 'kill-gateway': 5, 'pause-gateway': 3, 'stop-gateway': 2, 'kill-redis': 0, 'pause-redis': 0 },
} as const satisfies Record<Scenario['ledger'], object>

/** Ways in which a whole provider fails for a while. */
const troubles: readonly Script[] = [
  { status: 500 },
  { status: 503 },
  { status: 429 },
  { fail: 'before_head' },
  { fail: 'stall_before_head' },
  { fail: 'reset_mid_stream' },
  { fail: 'stall_mid_stream' },
]

interface Wanted extends Omit<Scenario, 'faults' | 'gateways'> {
  /** Between two faults, in milliseconds: at least, and at most. */
  readonly gapMs: readonly [number, number]
}

export function planScenario({ gapMs, ...wanted }: Wanted): Scenario {
  const random = new Random(wanted.seed)
  const gateways = wanted.ledger === 'redis' ? 3 : 1
  const bounds = { gateways, pace: wanted.pace, isLong: wanted.seconds > 30 }
  const untilMs = (wanted.seconds - wanted.calmSeconds) * 1000
  const all = weights[wanted.ledger]
  // Each kind comes once before chance takes over, so that a short run meets them all.
  const first = random.shuffled((Object.keys(all) as (keyof typeof all)[]).filter((kind) => all[kind] > 0))
  const faults: Fault[] = [
    ...times(random, gapMs, untilMs).flatMap((atMs) => {
      const kind = first.shift()
      if (!kind && random.chance(0.1)) return killAll(atMs, wanted.ledger, gateways)
      return { atMs, ...planFault(kind ?? random.weighted(all), random, bounds) }
    }),
    ...times(random, troubleGapMs, untilMs).map((atMs) => ({
      atMs,
      ...planFault('fail-provider', random, bounds),
    })),
  ]
  return { ...wanted, gateways, faults: faults.toSorted((a, b) => a.atMs - b.atMs) }
}

/** As if the machine went down. */
function killAll(atMs: number, ledger: Scenario['ledger'], gateways: number): Fault[] {
  const targets = Array.from({ length: gateways }, (_, target) => target)
  const kills = targets.map((target) => ({ kind: 'kill-gateway', atMs, forMs: 0, target }) as const)
  return ledger === 'redis' ? [...kills, { kind: 'kill-redis', atMs, forMs: 0, target: 0 }] : kills
}

/** Times between which there are such gaps, in milliseconds. */
function times(random: Random, gapMs: readonly [number, number], untilMs: number): number[] {
  const found: number[] = []
  for (let atMs = random.between(...gapMs); atMs < untilMs; atMs += random.between(...gapMs)) found.push(atMs)
  return found
}

const troubleGapMs = [1_000, 4_000] as const

interface Bounds {
  readonly gateways: number
  readonly pace: Pace
  readonly isLong: boolean
}

function planFault(kind: FaultKind, random: Random, { gateways, pace, isLong }: Bounds): Omit<Fault, 'atMs'> {
  const gateway = random.between(0, gateways - 1)
  // Some outlast a lease.
  const pauseMs = random.between(500, (pace.lease + 1) * 1000)
  switch (kind) {
    case 'kill-gateway':
      return { kind, target: gateway, forMs: 0 }
    case 'pause-gateway':
      // In the longest, other gateways sweep what this one has, which settles it all the same once it goes on.
      return { kind, target: gateway, forMs: isLong && random.chance(0.3) ? 3 * pauseMs : pauseMs }
    case 'stop-gateway':
      // How long it is waited for before it is killed.
      return { kind, target: gateway, forMs: random.chance(0.2) ? 300 : 40_000 }
    case 'kill-redis':
      return { kind, target: 0, forMs: random.chance(0.7) ? 0 : random.between(200, pauseMs) }
    case 'pause-redis':
      return { kind, target: 0, forMs: pauseMs }
    case 'fail-provider':
      return {
        kind,
        target: random.between(0, 1),
        forMs: random.between(300, 2_000),
        script: random.pick(troubles),
      }
  }
}
