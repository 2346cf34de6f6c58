import { text } from './canned.ts'

/** What is asked of each proxy. */
export interface Workload {
  readonly name: string
  /** Which answer of the mock, and which model of the gateway. */
  readonly kind: 'json' | 'burst' | 'paced'
  readonly connections: number
  /** Open loop, for times; without it closed loop, for throughput. */
  readonly ratePerSecond?: number
  /** What is timed in an open loop. */
  readonly timed?: 'whole' | 'firstByte'
}

export const workloads: readonly Workload[] = [
  { name: '1 KB JSON, 32 connections', kind: 'json', connections: 32 },
  { name: '100-chunk burst stream, 32 connections', kind: 'burst', connections: 32 },
  {
    name: '1 KB JSON at 200/s, whole answer',
    kind: 'json',
    connections: 32,
    ratePerSecond: 200,
    timed: 'whole',
  },
  {
    name: 'Paced stream at 100/s, first byte',
    kind: 'paced',
    connections: 64,
    ratePerSecond: 100,
    timed: 'firstByte',
  },
]

/** The body of a request, 1 KB, as a plain client sends it. */
export function bodyOf({ kind }: Workload): string {
  const messages = [
    { role: 'system', content: text(300) },
    { role: 'user', content: text(500) },
  ]
  const stream = kind === 'json' ? {} : { stream: true }
  return JSON.stringify({ model: `bench-${kind}`, messages, temperature: 0.7, max_tokens: 400, ...stream })
}
