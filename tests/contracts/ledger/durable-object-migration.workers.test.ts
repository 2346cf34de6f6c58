import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { durableSql } from '../../../src/platform/workers/durable-sql.ts'
import { makeDurableLedger, objectOf } from './durable-object-harness.ts'
import { bookOf, leaseMs, noon } from './harness.ts'
import { proveCounters, proveLife, proveRecords, proveReports } from './migration.ts'
import { holds, slug, writeSchema1 } from './schema-1.ts'

describe('a Durable Object of the first schema', () => {
  it('answers as it did, once what was under way is swept', async () => {
    const running = await makeDurableLedger({ now: () => noon, leaseMs })
    try {
      await runInDurableObject(objectOf(slug), (_, { storage }) => {
        const sql = durableSql(storage)
        sql.transaction(() => writeSchema1(sql))
      })
      const book = bookOf(running.ledger, slug)
      expect(await book.nextExpiry()).toBe(Math.min(...holds.map(({ leaseUntil }) => leaseUntil)))
      expect(await book.limit('lim_old_1')).toMatchObject({ spent: 175, held: 90 })
      expect(await book.sweep('all')).toBe(2)
      await proveCounters(book)
      await running.crash()
      await proveRecords(book)
      await proveReports(book)
      await proveLife(book)
    } finally {
      await running.destroy()
    }
  })
})
