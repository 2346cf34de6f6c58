import type { Log, LogLevel } from '../core/log.ts'

const rank: Readonly<Record<LogLevel | 'silent', number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
}
let threshold = rank.info

export function setLogLevel(level: LogLevel | 'silent'): void {
  threshold = rank[level]
}

/** Writes one line of JSON to the console, which every host has. The only place that does. */
export const log: Log = (level, event, fields) => {
  if (rank[level] < threshold) return
  const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })
  if (level === 'error') console.error(line)
  else console.log(line)
}
