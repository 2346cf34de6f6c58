import { expect } from 'vitest'
import type { Period } from '../../../src/ledger/limit.ts'
import type { Promises } from './contract.ts'
import { root } from './harness.ts'

interface Turn {
  readonly zone: string
  readonly per: Period
  readonly starts: string
  readonly ends: string
  readonly hours: number
}

/** Windows of zones: around the days on which clocks are put forward and back, and where the offset is not whole hours. */
const turns: readonly Turn[] = [
  { zone: 'Europe/Berlin', per: 'day', starts: '2031-03-29T23:00Z', ends: '2031-03-30T22:00Z', hours: 23 },
  { zone: 'Europe/Berlin', per: 'day', starts: '2031-10-25T22:00Z', ends: '2031-10-26T23:00Z', hours: 25 },
  { zone: 'Europe/Berlin', per: 'day', starts: '2031-01-14T23:00Z', ends: '2031-01-15T23:00Z', hours: 24 },
  { zone: 'Europe/Berlin', per: 'week', starts: '2031-03-23T23:00Z', ends: '2031-03-30T22:00Z', hours: 167 },
  { zone: 'Europe/Berlin', per: 'week', starts: '2031-10-19T22:00Z', ends: '2031-10-26T23:00Z', hours: 169 },
  { zone: 'Europe/Berlin', per: 'month', starts: '2031-02-28T23:00Z', ends: '2031-03-31T22:00Z', hours: 743 },
  { zone: 'Europe/Berlin', per: 'month', starts: '2031-09-30T22:00Z', ends: '2031-10-31T23:00Z', hours: 745 },
  { zone: 'America/New_York', per: 'day', starts: '2031-03-09T05:00Z', ends: '2031-03-10T04:00Z', hours: 23 },
  {
    zone: 'America/New_York',
    per: 'month',
    starts: '2031-11-01T04:00Z',
    ends: '2031-12-01T05:00Z',
    hours: 721,
  },
  { zone: 'America/Santiago', per: 'day', starts: '2031-09-07T04:00Z', ends: '2031-09-08T03:00Z', hours: 23 },
  { zone: 'Asia/Kolkata', per: 'day', starts: '2031-01-14T18:30Z', ends: '2031-01-15T18:30Z', hours: 24 },
  { zone: 'Asia/Kolkata', per: 'week', starts: '2031-01-12T18:30Z', ends: '2031-01-19T18:30Z', hours: 168 },
]

export function timezonePromises(promises: Promises): void {
  for (const { zone, per, starts, ends, hours } of turns)
    promises(`the ${per} in ${zone} from ${starts} has ${hours} hours`, async (org) => {
      const [start, end] = [Date.parse(starts), Date.parse(ends)]
      expect(end - start).toBe(hours * 3_600_000)
      org.clock.time = start - 1
      const limit = await org.limit({ metric: 'cost', per, amount: 100, timezone: zone })
      await org.settle(await org.open({ cost: 100 }), { cost: 100 })
      expect(await org.state(limit)).toMatchObject({ spent: 100, resetsAt: start })
      expect((await org.refused({ cost: 1 })).limit?.resetsAt).toBe(start)
      org.clock.time = start
      await org.settle(await org.open({ cost: 60 }), { cost: 60 })
      expect(await org.state(limit)).toMatchObject({ spent: 60, resetsAt: end })
      org.clock.time = end - 1
      await org.settle(await org.open({ cost: 40 }), { cost: 40 })
      expect((await org.refused({ cost: 1 })).limit).toMatchObject({ spent: 100, resetsAt: end })
      org.clock.time = end
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
      await org.open({ cost: 100 })
    })

  promises('limits of one org begin anew each at the midnight of its own zone', async (org) => {
    const terms = { metric: 'cost', per: 'day', amount: 1000 } as const
    const zones = { utc: 24, 'Europe/Berlin': 23, 'Asia/Kolkata': 18.5, 'America/New_York': 29 }
    const limits: [string, number][] = []
    for (const [zone, hour] of Object.entries(zones))
      limits.push([await org.limit({ ...terms, ...(zone !== 'utc' && { timezone: zone }) }), hour])
    const midnight = Date.UTC(2031, 0, 15)
    await org.settle(await org.open({ cost: 5 }), { cost: 5 })
    for (const hour of [18, 18.5, 22.99, 23, 23.99, 24, 28.99, 29]) {
      org.clock.time = midnight + hour * 3_600_000
      for (const [limit, ends] of limits)
        expect({ hour, ends, spent: (await org.counts(limit)).spent }).toEqual({
          hour,
          ends,
          spent: hour < ends ? 5 : 0,
        })
    }
  })

  promises('a call opened before a local midnight posts to the day in which it was opened', async (org) => {
    const terms = { metric: 'cost', per: 'day', amount: 100, timezone: 'Europe/Berlin' } as const
    const limit = await org.limit(terms)
    org.clock.time = Date.parse('2031-03-29T22:59:59.999Z')
    const id = await org.open({ cost: 80 })
    org.clock.time += 1
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
    await org.open({ cost: 100 })
    await org.settle(id, { cost: 70 })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 100 })
    org.clock.time -= 1
    expect(await org.counts(limit)).toEqual({ spent: 70, held: 0 })
    await org.crash()
    expect((await org.counts(limit)).spent).toBe(70)
  })

  promises('the share of an end user begins anew at the midnight of the zone', async (org) => {
    const terms = { metric: 'requests', per: 'day', amount: 1, timezone: 'Asia/Kolkata' } as const
    await org.limit({ on: 'end_user', ...terms })
    await org.open({}, { endUser: 'ann' })
    org.clock.time = Date.parse('2031-01-15T18:29:59.999Z')
    await org.refused({}, { endUser: 'ann' })
    org.clock.time += 1
    await org.open({}, { endUser: 'ann' })
  })

  promises('a change leaves the timezone as it is', async (org) => {
    const terms = { metric: 'cost', per: 'day', amount: 100, timezone: 'Asia/Kolkata' } as const
    const limit = await org.limit(terms)
    await org.settle(await org.open({ cost: 5 }), { cost: 5 })
    const changed = await org.book.updateLimit(limit, { amount: 7, mode: 'shadow' }, root)
    const resetsAt = Date.parse('2031-01-15T18:30Z')
    expect(changed).toMatchObject({ limit: { timezone: 'Asia/Kolkata', amount: 7 }, spent: 5, resetsAt })
  })
}
