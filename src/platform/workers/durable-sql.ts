import type { Sql } from '../../core/sql.ts'

/** The engine's database in a Durable Object. */
export function durableSql(storage: DurableObjectStorage): Sql {
  return {
    // Rows come with the columns that the text names: the caller says which.
    all: (text, ...values) => storage.sql.exec(text, ...values).toArray() as never,
    run: (text, ...values) => void storage.sql.exec(text, ...values),
    transaction: (work) => storage.transactionSync(work),
  }
}
