import type { RedisClock } from './space.ts'

/** Further off than this, a plan is made anew by the server's clock. */
const toleranceMs = 100

/** The time by the server's clock, as near as it is known: by this machine's own until the server says that it is off. */
export function serverClock(): RedisClock {
  let offset = 0
  return {
    now: () => Math.round(Date.now() + offset),
    tolerance: toleranceMs,
    correct(now) {
      offset = now - Date.now()
    },
  }
}
