export type SqlValue = string | number | null

/** The few things that the engine asks of a database: the same in a Durable Object and on Node, and all of them at once. */
export interface Sql {
  all<Row extends Record<string, SqlValue>>(text: string, ...values: readonly SqlValue[]): Row[]
  run(text: string, ...values: readonly SqlValue[]): void
  /** Runs it all or, if it throws, nothing of it. Not nested. */
  transaction<T>(work: () => T): T
}
