import { expect } from 'vitest'
import type { Period } from '../../../src/ledger/limit.ts'
import type { Promises } from './contract.ts'
import { settlementOf } from './harness.ts'

/** Two times a millisecond apart, on both sides of the edge of a window. */
const edges: readonly (readonly [per: Period, edge: string, ends: string])[] = [
  ['day', '2031-01-16T00:00:00Z', '2031-01-17T00:00:00Z'],
  ['day', '2032-02-29T00:00:00Z', '2032-03-01T00:00:00Z'],
  ['week', '2031-01-20T00:00:00Z', '2031-01-27T00:00:00Z'],
  ['week', '2032-01-05T00:00:00Z', '2032-01-12T00:00:00Z'],
  ['month', '2031-02-01T00:00:00Z', '2031-03-01T00:00:00Z'],
  ['month', '2032-02-01T00:00:00Z', '2032-03-01T00:00:00Z'],
  ['month', '2032-03-01T00:00:00Z', '2032-04-01T00:00:00Z'],
  ['month', '2032-01-01T00:00:00Z', '2032-02-01T00:00:00Z'],
  ['month', '2100-03-01T00:00:00Z', '2100-04-01T00:00:00Z'],
]

export function windowPromises(promises: Promises): void {
  for (const [per, edge, ends] of edges)
    promises(`a limit per ${per} begins anew at ${edge}, not a millisecond sooner`, async (org) => {
      org.clock.time = Date.parse(edge) - 1
      const limit = await org.limit({ metric: 'cost', per, amount: 100 })
      await org.settle(await org.open({ cost: 100 }), { cost: 100 })
      expect(await org.state(limit)).toMatchObject({ spent: 100, resetsAt: Date.parse(edge) })
      expect((await org.refused({ cost: 1 })).code).toBe('budget_exceeded')
      org.clock.time += 1
      expect(await org.state(limit)).toMatchObject({ spent: 0, resetsAt: Date.parse(ends) })
      await org.settle(await org.open({ cost: 100 }), { cost: 100 })
      org.clock.time = Date.parse(ends) - 1
      expect(await org.counts(limit)).toEqual({ spent: 100, held: 0 })
      org.clock.time = Date.parse(ends)
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
    })

  for (const days of [1, 6, 7, 8])
    promises(`a week is from Monday to Sunday, seen from ${days} days after one`, async (org) => {
      const monday = Date.UTC(2031, 0, 13)
      const limit = await org.limit({ metric: 'requests', per: 'week', amount: 5 })
      org.clock.time = monday
      await org.settle(await org.open(), {})
      org.clock.time = monday + days * 86_400_000 - 1
      expect(await org.counts(limit)).toEqual({ spent: days > 7 ? 0 : 1, held: 0 })
    })

  midnightPromises(promises)
}

function midnightPromises(promises: Promises): void {
  promises(
    'a call opened before midnight and settled after it posts to the day in which it was opened',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
      const month = await org.limit({ metric: 'cost', per: 'month', amount: 100 })
      org.clock.time = Date.UTC(2031, 0, 31, 23, 59, 59, 999)
      const id = await org.open({ cost: 80 })
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 80 })
      org.clock.time += 1
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
      await org.settle(await org.open({ cost: 100 }), { cost: 3 })
      await org.settle(id, { cost: 75 })
      expect([await org.counts(limit), await org.counts(month)]).toEqual([
        { spent: 3, held: 0 },
        { spent: 3, held: 0 },
      ])
      org.clock.time -= 1
      expect([await org.counts(limit), await org.counts(month)]).toEqual([
        { spent: 75, held: 0 },
        { spent: 75, held: 0 },
      ])
    },
  )

  promises(
    'a call opened before midnight is extended and swept in the day in which it was opened',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
      org.clock.time = Date.UTC(2031, 0, 15, 23, 59, 59)
      const id = await org.open({ cost: 80 })
      org.clock.time += 2000
      const more = { inputTokens: 0, outputTokens: 0, cost: 20 }
      const soFar = { ...more, cost: 81 }
      expect(await org.book.extend(id, { seq: 1, more, soFar, candidate: 0 })).toMatchObject({
        kind: 'extension',
      })
      expect(await org.book.extend(id, { seq: 2, more, soFar, candidate: 0 })).toMatchObject({
        code: 'budget_held',
      })
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
      await org.book.sweep('all')
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
      org.clock.time -= 2000
      expect(await org.counts(limit)).toEqual({ spent: 81, held: 0 })
    },
  )

  promises('a clock that goes on while a call is opened at midnight leaves nothing held', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const midnight = Date.UTC(2031, 0, 16)
    for (let before = 1; before <= 8; before++) {
      org.clock.time = midnight - before
      const { time } = org.clock
      let reads = 0
      Object.defineProperty(org.clock, 'time', { get: () => time + reads++, configurable: true })
      const id = await org.open({ cost: 10 })
      Object.defineProperty(org.clock, 'time', { value: midnight, writable: true, configurable: true })
      await org.book.settle(settlementOf(id, { cost: 0 }))
      expect({ before, ...(await org.counts(limit)) }).toEqual({ before, spent: 0, held: 0 })
      org.clock.time = midnight - 1
      expect({ before, ...(await org.counts(limit)) }).toEqual({ before, spent: 0, held: 0 })
    }
  })

  promises('a clock that steps back counts again in the window that it comes back to', async (org) => {
    const limit = await org.limit({ metric: 'requests', per: 'day', amount: 2 })
    await org.settle(await org.open(), {})
    org.clock.time += 86_400_000
    await org.settle(await org.open(), {})
    await org.settle(await org.open(), {})
    org.clock.time -= 86_400_000
    expect(await org.counts(limit)).toEqual({ spent: 1, held: 0 })
    await org.open()
    await org.refused()
  })
}
