import { expect } from 'vitest'
import { readRefusal } from './refusals.ts'
import type { Simulator } from './simulator/simulator.ts'
import type { WireError } from './wire.ts'

/** Many calls at once, and what became of them. */
export interface Burst {
  readonly passed: number
  readonly refused: readonly (WireError & { status: number; headers: Headers })[]
}

/** Sends so many requests at once; each answer is read to its end. */
export function sendAll(count: number, send: (index: number) => Promise<Response>): Promise<Response>[] {
  return Array.from({ length: count }, (_, index) => send(index))
}

export async function gather(answers: readonly Promise<Response>[]): Promise<Burst> {
  const read = await Promise.all(
    answers.map(async (pending) => {
      const answer = await pending
      if (answer.status !== 200) return { ...(await readRefusal(answer)), headers: answer.headers }
      expect(await answer.text()).not.toBe('')
      return undefined
    }),
  )
  const refused = read.filter((refusal) => refusal !== undefined)
  return { passed: read.length - refused.length, refused }
}

/** Watches how many requests a provider had under way at the same time, at most. */
export function watchOverlap(simulator: Simulator, count: number): { most: number } {
  const seen = { most: 0 }
  const from = simulator.requests.length
  for (let nth = 1; nth <= count; nth++)
    void simulator.arrived(from + nth).then(() => (seen.most = Math.max(seen.most, simulator.openRequests())))
  return seen
}
