export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Facts of a log line. Ids, names, codes and counts only: never a secret, a header, a prompt or an answer. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes one line. `event` is a fixed noun-verb name such as `settle-failed`. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void
