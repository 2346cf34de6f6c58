import type { Period } from './limit.ts'

/** A stretch of time in which a limit counts; Unix milliseconds, end exclusive. */
export interface Window {
  readonly start: number
  readonly end: number
}

const dayMs = 86_400_000
/** 1970-01-05, the first Monday. */
const firstMonday = 4 * dayMs

export const lifetime: Window = { start: 0, end: Infinity }

/** How long a rate's bucket takes to drain once. */
export function rateMs(per: Period | undefined): number {
  return per === 'hour' ? 3_600_000 : 60_000
}

/** The calendar window (UTC; weeks begin on Monday) that a time falls in. Rates and concurrency have none: they get the lifetime. */
export function windowOf(per: Period | undefined, time: number): Window {
  switch (per) {
    case 'day':
      return fixedWindow(time, dayMs, 0)
    case 'week':
      return fixedWindow(time, 7 * dayMs, firstMonday)
    case 'month': {
      const date = new Date(time)
      const year = date.getUTCFullYear()
      const month = date.getUTCMonth()
      return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
    }
    default:
      return lifetime
  }
}

function fixedWindow(time: number, length: number, origin: number): Window {
  const start = Math.floor((time - origin) / length) * length + origin
  return { start, end: start + length }
}
