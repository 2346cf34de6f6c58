import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTimezone, rateMs, windowOf } from '../../src/ledger/window.ts'

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

const zones = Intl.supportedValuesOf('timeZone')
/** Where clocks change at or just after midnight, by half an hour, or over a whole day. */
const oddZones = [
  'Africa/Cairo',
  'Africa/Monrovia',
  'America/Havana',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Antarctica/Casey',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
]
const zone = fc.oneof(fc.constantFrom(...zones), fc.constantFrom(...oddZones))
const modern = fc.integer({ min: Date.UTC(1971, 0, 2), max: Date.UTC(2100, 0) })

const dateFormats = new Map<string, Intl.DateTimeFormat>()

/** The local date as `2031-03-30`. */
function dateIn(zone: string, time: number): string {
  const options = { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const format = dateFormats.get(zone) ?? new Intl.DateTimeFormat('en-CA', options)
  dateFormats.set(zone, format)
  return format.format(time)
}

/** The first of the dates of the week or month, or the date itself, worked out in UTC. */
function firstDate(per: 'day' | 'week' | 'month', date: string): string {
  return new Date(windowOf(per, Date.parse(date)).start).toISOString().slice(0, 10)
}

function expectSound(per: 'day' | 'week' | 'month', zone: string, at: number): void {
  const window = windowOf(per, at, zone)
  expect(window.start).toBeLessThanOrEqual(at)
  expect(window.end).toBeGreaterThan(at)
  expect(windowOf(per, window.start, zone)).toEqual(window)
  expect(windowOf(per, window.end - 1, zone)).toEqual(window)
  expect(windowOf(per, window.end, zone).start).toBe(window.end)
  const date = dateIn(zone, window.start)
  const eve = dateIn(zone, window.start - 1)
  expect(eve < date).toBe(true)
  // The window's first date, unless the zone skipped that: then no instant before has a later date.
  expect(firstDate(per, date) > eve).toBe(true)
  const fallsBack = dateIn(zone, at) < date
  expect(firstDate(per, date)).toBe(firstDate(per, fallsBack ? date : dateIn(zone, at)))
}

describe('in a timezone', () => {
  it('windows contain their time, tile, and begin with their first local date', () => {
    fc.assert(
      fc.property(calendar, zone, modern, (per, zone, at) => expectSound(per, zone, at)),
      { numRuns: 3000 },
    )
  })

  it('so does each day of a year', () => {
    const year = fc.integer({ min: 1971, max: 2099 })
    fc.assert(
      fc.property(fc.constantFrom(...oddZones), year, (zone, year) => {
        const end = Date.UTC(year + 1, 0)
        for (let at = Date.UTC(year, 0, 2); at < end; at = windowOf('day', at, zone).end)
          expectSound('day', zone, at)
      }),
      { numRuns: 40 },
    )
  })

  it('UTC by any of its names is UTC', () => {
    fc.assert(
      fc.property(calendar, modern, (per, at) => {
        expect(windowOf(per, at, 'UTC')).toEqual(windowOf(per, at))
        expect(windowOf(per, at, 'Etc/UTC')).toEqual(windowOf(per, at))
      }),
    )
  })

  it('rates and what lasts for ever know no calendar', () => {
    for (const per of ['lifetime', 'minute', 'hour', undefined] as const)
      expect(windowOf(per, 1_900_000_000_000, 'Asia/Tokyo')).toEqual({ start: 0, end: Infinity })
  })

  it('a zone still answers after more zones than formatters are kept', () => {
    const at = Date.UTC(2031, 5, 1)
    const before = zones.map((zone) => windowOf('day', at, zone))
    expect(zones.map((zone) => windowOf('day', at, zone))).toEqual(before)
  })
})

/** Zone, period, a time, and the start and end of its window with the offsets that hold there. */
const examples = [
  // Clocks go forward on 2031-03-30 at 02:00 and back on 2031-10-26 at 03:00.
  ['Europe/Berlin', 'day', '2031-03-30T12:00+02:00', '2031-03-30T00:00+01:00', '2031-03-31T00:00+02:00'],
  ['Europe/Berlin', 'week', '2031-03-30T12:00+02:00', '2031-03-24T00:00+01:00', '2031-03-31T00:00+02:00'],
  ['Europe/Berlin', 'month', '2031-03-30T12:00+02:00', '2031-03-01T00:00+01:00', '2031-04-01T00:00+02:00'],
  ['Europe/Berlin', 'day', '2031-10-26T12:00+01:00', '2031-10-26T00:00+02:00', '2031-10-27T00:00+01:00'],
  ['Europe/Berlin', 'week', '2031-10-26T12:00+01:00', '2031-10-20T00:00+02:00', '2031-10-27T00:00+01:00'],
  ['Europe/Berlin', 'month', '2031-10-26T12:00+01:00', '2031-10-01T00:00+02:00', '2031-11-01T00:00+01:00'],
  // Forward on 2031-03-09 at 02:00, back on 2031-11-02 at 02:00.
  ['America/New_York', 'day', '2031-03-09T12:00-04:00', '2031-03-09T00:00-05:00', '2031-03-10T00:00-04:00'],
  ['America/New_York', 'week', '2031-03-09T12:00-04:00', '2031-03-03T00:00-05:00', '2031-03-10T00:00-04:00'],
  ['America/New_York', 'month', '2031-03-09T12:00-04:00', '2031-03-01T00:00-05:00', '2031-04-01T00:00-04:00'],
  ['America/New_York', 'day', '2031-11-02T12:00-05:00', '2031-11-02T00:00-04:00', '2031-11-03T00:00-05:00'],
  ['America/New_York', 'week', '2031-11-02T12:00-05:00', '2031-10-27T00:00-04:00', '2031-11-03T00:00-05:00'],
  ['America/New_York', 'month', '2031-11-02T12:00-05:00', '2031-11-01T00:00-04:00', '2031-12-01T00:00-05:00'],
  // No 00:00: the clock goes from 23:59:59 to 01:00.
  ['America/Santiago', 'day', '2023-09-03T12:00-03:00', '2023-09-03T01:00-03:00', '2023-09-04T00:00-03:00'],
  ['Africa/Cairo', 'day', '2023-04-28T12:00+03:00', '2023-04-28T01:00+03:00', '2023-04-29T00:00+03:00'],
  ['Asia/Beirut', 'day', '2022-03-27T12:00+03:00', '2022-03-27T01:00+03:00', '2022-03-28T00:00+03:00'],
  // 23:00 to 24:00 comes twice.
  ['America/Santiago', 'day', '2023-04-01T23:30-04:00', '2023-04-01T00:00-03:00', '2023-04-02T00:00-04:00'],
  // Back by an hour at 00:01: the rest of that hour belongs to the day that had begun.
  ['America/St_Johns', 'day', '2010-11-06T23:30-03:30', '2010-11-07T00:00-02:30', '2010-11-08T00:00-03:30'],
  ['America/St_Johns', 'day', '2010-11-06T23:30-02:30', '2010-11-06T00:00-02:30', '2010-11-07T00:00-02:30'],
  // Half an hour.
  [
    'Australia/Lord_Howe',
    'day',
    '2023-10-01T12:00+11:00',
    '2023-10-01T00:00+10:30',
    '2023-10-02T00:00+11:00',
  ],
  [
    'Australia/Lord_Howe',
    'day',
    '2023-04-02T12:00+10:30',
    '2023-04-02T00:00+11:00',
    '2023-04-03T00:00+10:30',
  ],
  ['Asia/Kolkata', 'month', '2031-02-10T12:00+05:30', '2031-02-01T00:00+05:30', '2031-03-01T00:00+05:30'],
  // There was no 2011-12-30.
  ['Pacific/Apia', 'day', '2011-12-29T12:00-10:00', '2011-12-29T00:00-10:00', '2011-12-31T00:00+14:00'],
  ['Pacific/Apia', 'day', '2011-12-31T12:00+14:00', '2011-12-31T00:00+14:00', '2012-01-01T00:00+14:00'],
  ['Pacific/Apia', 'week', '2011-12-29T12:00-10:00', '2011-12-26T00:00-10:00', '2012-01-02T00:00+14:00'],
] as const

it.each(examples)('%s, the %s of %s is from %s to %s', (...example) => {
  const [zone, per, at, start, end] = example
  const window = windowOf(per, Date.parse(at), zone)
  expect(window).toEqual({ start: Date.parse(start), end: Date.parse(end) })
})

it('days of a clock change have 23 or 25 hours', () => {
  const hours = (zone: string, at: string) => {
    const { start, end } = windowOf('day', Date.parse(at), zone)
    return (end - start) / 3_600_000
  }
  expect(hours('Europe/Berlin', '2031-03-30T12:00Z')).toBe(23)
  expect(hours('Europe/Berlin', '2031-10-26T12:00Z')).toBe(25)
  expect(hours('Australia/Lord_Howe', '2023-10-01T00:00Z')).toBe(23.5)
})

describe('isTimezone', () => {
  it('accepts UTC and IANA names', () => {
    const names = [...zones.filter((zone) => zone.includes('/')), 'UTC', 'Etc/UTC', 'Etc/GMT+5', 'US/Pacific']
    expect(names.filter((name) => !isTimezone(name))).toEqual([])
  })

  it('refuses offsets, abbreviations and whatever else', () => {
    const names = ['+01:00', '-0530', '+01', 'GMT+1', 'UTC+1', 'Z', 'IST', 'PST', 'local', '', ' UTC', 'utc']
    const more = [
      'Europe/Berlin ',
      'Europe/Atlantis',
      'Europe//Berlin',
      'Etc/Unknown',
      'SystemV/PST8',
      '__proto__',
    ]
    expect([...names, ...more].filter(isTimezone)).toEqual([])
  })
})
