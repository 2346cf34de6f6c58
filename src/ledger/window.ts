import type { Period } from './limit.ts'

/** A stretch of time in which a limit counts; Unix milliseconds, end exclusive. */
export interface Window {
  readonly start: number
  readonly end: number
}

/** Days since 1970-01-01 of a window's first date, and of the first date after it. */
interface Dates {
  readonly first: number
  readonly next: number
}

type Calendar = 'day' | 'week' | 'month'

const dayMs = 86_400_000
/** 1970-01-05, the first Monday, in days. */
const firstMonday = 4
/** No zone is, or was, further from UTC. */
const mostOffsetMs = 16 * 3_600_000
/** Formatters are slow to make and not small. */
const keptFormatters = 64
/** What a name of a zone looks like. ICU knows more, such as `IST` and `+01:00`: ambiguous, or not IANA's. */
const zoneName = /^(?!SystemV\/)[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+)+$/

const formatters = new Map<string, Intl.DateTimeFormat>()

export const lifetime: Window = { start: 0, end: Infinity }

/** How long a rate's bucket takes to drain once. */
export function rateMs(per: Period | undefined): number {
  return per === 'hour' ? 3_600_000 : 60_000
}

/** Whether a timezone may be asked for: `UTC`, or an IANA name such as `Europe/Berlin`. */
export function isTimezone(name: string): boolean {
  if (name === 'UTC') return true
  if (!zoneName.test(name)) return false
  try {
    return Boolean(formatterOf(name))
  } catch {
    return false
  }
}

/**
 * The calendar window (weeks begin on Monday) that a time falls in. Rates and concurrency have none: they get the lifetime.
 * A window begins with the first instant of its first local date, which is not always 00:00.
 * @param time Unix milliseconds
 * @param timezone one that `isTimezone` accepts; UTC where absent
 */
export function windowOf(per: Period | undefined, time: number, timezone = 'UTC'): Window {
  if (per !== 'day' && per !== 'week' && per !== 'month') return lifetime
  if (timezone === 'UTC') return utcWindow(datesOf(per, Math.floor(time / dayMs)))
  const format = formatterOf(timezone)
  const dates = datesOf(per, Math.floor(localTime(format, time) / dayMs))
  const window = zonedWindow(format, dates)
  // Where clocks go back just after midnight, the date before comes again: it belongs to the new window.
  return time < window.end ? window : zonedWindow(format, datesOf(per, dates.next))
}

function datesOf(per: Calendar, day: number): Dates {
  if (per === 'day') return { first: day, next: day + 1 }
  if (per === 'week') {
    const first = Math.floor((day - firstMonday) / 7) * 7 + firstMonday
    return { first, next: first + 7 }
  }
  const date = new Date(day * dayMs)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  return { first: Date.UTC(year, month) / dayMs, next: Date.UTC(year, month + 1) / dayMs }
}

function utcWindow({ first, next }: Dates): Window {
  return { start: first * dayMs, end: next * dayMs }
}

function zonedWindow(format: Intl.DateTimeFormat, { first, next }: Dates): Window {
  return { start: startOfDate(format, first), end: startOfDate(format, next) }
}

/**
 * The first instant (Unix milliseconds) whose local date is the given one, or a later one where a zone skipped that.
 * Two changes of one zone's offset are never within two days of each other.
 * @param day days since 1970-01-01
 */
function startOfDate(format: Intl.DateTimeFormat, day: number): number {
  const midnight = day * dayMs
  const before = offsetAt(format, midnight - mostOffsetMs)
  const after = offsetAt(format, midnight + mostOffsetMs)
  if (before === after) return midnight - before
  const change = changeAround(format, midnight, before)
  if (midnight - before < change) return midnight - before
  // The old offset never showed this midnight. The new one does, unless the change leapt over it.
  return Math.max(change, midnight - after)
}

/** The instant (Unix milliseconds) near a midnight from which an offset no longer holds. Changes come at whole seconds. */
function changeAround(format: Intl.DateTimeFormat, midnight: number, before: number): number {
  let low = (midnight - mostOffsetMs) / 1000
  let high = (midnight + mostOffsetMs) / 1000
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(format, middle * 1000) === before) low = middle
    else high = middle
  }
  return high * 1000
}

/** How far local clocks are ahead of UTC, in milliseconds. */
function offsetAt(format: Intl.DateTimeFormat, wholeSecond: number): number {
  return localTime(format, wholeSecond) - wholeSecond
}

/** What local clocks show, to the second, as if it were UTC: Unix milliseconds. */
function localTime(format: Intl.DateTimeFormat, time: number): number {
  const fields = format.format(time).match(/\d+/g) ?? []
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = fields.map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timezone)
  if (kept) return kept
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const [oldest] = formatters.keys()
  if (formatters.size >= keptFormatters && oldest !== undefined) formatters.delete(oldest)
  formatters.set(timezone, made)
  return made
}
