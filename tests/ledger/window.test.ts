import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rateMs, windowOf } from '../../src/ledger/window.ts'

const calendar = fc.constantFrom('day', 'week', 'month')
const time = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2400, 0) })
const dayMs = 86_400_000

it('a window contains its time, and every other time in it has the same window', () => {
  fc.assert(
    fc.property(
      calendar,
      time,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (per, at, share) => {
        const window = windowOf(per, at)
        expect(window.start).toBeLessThanOrEqual(at)
        expect(window.end).toBeGreaterThan(at)
        const within = Math.floor(share * (window.end - window.start)) + window.start
        expect(windowOf(per, within)).toEqual(window)
      },
    ),
  )
})

it('windows tile: where one ends the next begins', () => {
  fc.assert(
    fc.property(calendar, time, (per, at) => {
      const window = windowOf(per, at)
      expect(windowOf(per, window.end).start).toBe(window.end)
      expect(windowOf(per, window.start - 1).end).toBe(window.start)
    }),
  )
})

it('days begin at midnight, weeks on Monday, months on the first, in UTC', () => {
  fc.assert(
    fc.property(time, (at) => {
      const starts = {
        day: windowOf('day', at).start,
        week: windowOf('week', at).start,
        month: windowOf('month', at).start,
      }
      for (const start of Object.values(starts)) expect(Math.abs(start % dayMs)).toBe(0)
      expect(new Date(starts.week).getUTCDay()).toBe(1)
      expect(new Date(starts.month).getUTCDate()).toBe(1)
      expect(windowOf('day', at).end - starts.day).toBe(dayMs)
      expect(windowOf('week', at).end - starts.week).toBe(7 * dayMs)
    }),
  )
})

it('months are as long as the calendar says, leap years too', () => {
  const days = (year: number, month: number) => {
    const { start, end } = windowOf('month', Date.UTC(year, month, 10))
    return (end - start) / dayMs
  }
  expect([2031, 2032, 2100, 2400].map((year) => days(year, 1))).toEqual([28, 29, 28, 29])
  expect([0, 3, 11].map((month) => days(2031, month))).toEqual([31, 30, 31])
})

it('what has no calendar counts for ever', () => {
  for (const per of ['lifetime', 'minute', 'hour', undefined] as const)
    expect(windowOf(per, 1_900_000_000_000)).toEqual({ start: 0, end: Infinity })
})

it('a bucket drains in a minute or an hour', () => {
  expect([rateMs('minute'), rateMs('hour')]).toEqual([60_000, 3_600_000])
})
