import { expect } from 'vitest'
import type { Exported } from '../../../src/ledger/report.ts'
import type { Promises } from './contract.ts'
import { adjustmentOf } from './adjustment-harness.ts'
import { attemptOf, noon, refusalOf, root, settlementOf, type TestOrg } from './harness.ts'
import { postingOf } from './posts.ts'

/** All that is exported after a mark, a few rows at a time. Marks must rise. */
export async function exported(book: TestOrg['book'], { after = 0, limit = 100 } = {}): Promise<Exported[]> {
  const all: Exported[] = []
  for (;;) {
    const last = all.at(-1)?.mark ?? after
    const page = await book.exportRows({ after: last, limit })
    if ('kind' in page) throw new Error(page.message)
    expect(page.length).toBeLessThanOrEqual(limit)
    let mark = last
    for (const row of page) {
      expect(row.mark).toBeGreaterThan(mark)
      ;({ mark } = row)
    }
    if (page.length === 0) return all
    all.push(...page)
  }
}

/** Makes calls that ended, and gives their ids. */
async function ended(org: TestOrg, count: number): Promise<string[]> {
  const ids = []
  for (let made = 0; made < count; made++) {
    const id = await org.open()
    await org.settle(id, { cost: 1 })
    ids.push(id)
  }
  return ids
}

const idsOf = (rows: readonly Exported[]) => rows.map(({ row }) => row.id)

export function exportPromises(promises: Promises): void {
  promises('rows are exported in the order in which they were written, whole', async (org) => {
    expect(await org.book.exportRows({ after: 0, limit: 10 })).toEqual([])
    const [first, second] = [await org.open(), await org.open()]
    await org.settle(second, { cost: 2 })
    await org.settle(first, { cost: 1 })
    const posted = postingOf(org, 3)
    await org.book.post(posted)
    await org.open()
    const rows = await exported(org.book)
    expect(idsOf(rows)).toEqual([second, first, posted.call.id])
    expect(rows[0]?.row).toEqual(await org.book.request(second))
    await org.crash()
    expect((await exported(org.book)).slice(0, 3)).toEqual(rows)
  })

  promises('pages of any size give every row once', async (org) => {
    const ids = await ended(org, 7)
    for (const limit of [1, 2, 3, 7, 8]) expect(idsOf(await exported(org.book, { limit }))).toEqual(ids)
    const [, , third] = await exported(org.book)
    expect(idsOf(await exported(org.book, { after: third?.mark ?? 0 }))).toEqual(ids.slice(3))
  })

  promises('a row that changed comes again under a later mark, and only there', async (org) => {
    const id = await org.open()
    await org.settle(id, { cost: 5 }, { source: 'counted' })
    const [other = ''] = await ended(org, 1)
    const before = await exported(org.book)
    expect(idsOf(before)).toEqual([id, other])
    const { mark: last } = before[1] ?? { mark: 0 }
    await org.settle(id, { cost: 8 })
    const after = await exported(org.book)
    expect(idsOf(after)).toEqual([other, id])
    expect(await exported(org.book, { after: last })).toMatchObject([
      { row: { id, charge: 8, source: 'exact' } },
    ])
    await org.settle(id, { cost: 9 })
    expect(await exported(org.book)).toEqual(after)
  })

  promises('corrections are among the rows', async (org) => {
    const [id = ''] = await ended(org, 1)
    const wanted = adjustmentOf(org, -1, { requestId: id, note: 'n' })
    const made = await org.book.adjust(wanted, root)
    await org.book.adjust(wanted, root)
    await ended(org, 1)
    const rows = await exported(org.book)
    expect(rows).toHaveLength(3)
    expect(rows[1]?.row).toEqual('record' in made && made.record)
    await org.crash()
    expect((await exported(org.book))[1]).toEqual(rows[1])
    expect(await org.book.requests({ limit: 9 })).toMatchObject({ data: [{}, { id }], hasMore: false })
    expect(refusalOf(await org.book.request(wanted.id)).code).toBe('not_found')
    const settled = await org.book.settle(settlementOf(wanted.id, {}))
    expect(refusalOf(settled).code).toBe('not_found')
  })

  promises('who polls while rows are written misses none', async (org) => {
    const seen = new Map<string, Exported['row']>()
    let after = 0
    const poll = async () => {
      for (const { mark, row } of await exported(org.book, { after, limit: 2 })) {
        seen.set(row.id, row)
        after = mark
      }
    }
    for (let round = 0; round < 5; round++) {
      const ids = await Promise.all(Array.from({ length: 6 }, () => org.open({ cost: 1 })))
      const settle = (source: 'floor' | 'counted' | 'exact') =>
        ids.map((id, index) => org.book.settle(settlementOf(id, { cost: index }, { source })))
      await Promise.all([...settle('floor'), poll().then(poll), ...settle('counted'), ...settle('exact')])
    }
    await poll()
    const page = await org.book.requests({ limit: 100 })
    const rows = 'kind' in page ? [] : page.data
    expect(rows).toHaveLength(30)
    for (const row of rows) expect(seen.get(row.id)).toEqual(row)
  })

  prunePromises(promises)
}

/** Prunes until nothing more goes, and says how many went. */
async function pruneAll(org: TestOrg, endedBefore: number): Promise<number> {
  let total = 0
  for (;;) {
    const gone = await org.book.prune(endedBefore)
    if (gone === 0) return total
    total += gone
  }
}

function prunePromises(promises: Promises): void {
  promises(
    'pruning deletes the rows that ended before a time, oldest first, and keeps their sums',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'month', amount: 100 })
      const open = await org.open()
      const old = await ended(org, 3)
      await org.book.adjust(adjustmentOf(org, 10, { requestId: old[0] ?? '' }), root)
      const usage = { from: 0, to: Date.UTC(2200, 0), groupBy: ['model', 'key'] } as const
      org.clock.time += 1000
      const kept = await ended(org, 2)
      const before = [await org.book.usage(usage), await org.counts(limit)]
      expect(await org.book.prune(noon)).toBe(0)
      expect(await pruneAll(org, noon + 1000)).toBe(4)
      expect(idsOf(await exported(org.book))).toEqual(kept)
      expect(await org.book.requests({ limit: 9 })).toMatchObject({
        data: kept.toReversed().map((id) => ({ id })),
      })
      for (const id of old) expect(refusalOf(await org.book.request(id)).code).toBe('not_found')
      expect([await org.book.usage(usage), await org.counts(limit)]).toEqual(before)
      await org.crash()
      const after = await org.book.usage(usage)
      expect(after).toMatchObject([{ charge: { nano: 15 } }])
      await org.settle(open, { cost: 1 })
      expect(await org.book.adjustments({ limit: 9 })).toMatchObject({ data: [{ charge: 10 }] })
    },
  )

  promises('a pruned call is in the books no more: it is neither settled nor corrected', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'month', amount: 100 })
    const id = await org.open()
    await org.settle(id, { cost: 5 }, { source: 'counted' })
    await pruneAll(org, noon + 1)
    expect(refusalOf(await org.book.settle(settlementOf(id, { cost: 9 }))).code).toBe('not_found')
    expect(refusalOf(await org.book.adjust(adjustmentOf(org, 1, { requestId: id }), root)).code).toBe(
      'not_found',
    )
    expect((await org.counts(limit)).spent).toBe(5)
  })

  promises('a row that ended late keeps those that were written after it', async (org) => {
    org.clock.time += 5000
    const [late = ''] = await ended(org, 1)
    org.clock.time -= 5000
    const [early = ''] = await ended(org, 1)
    expect(await pruneAll(org, noon + 1)).toBe(0)
    expect(idsOf(await exported(org.book))).toEqual([late, early])
    expect(await pruneAll(org, noon + 5001)).toBe(2)
  })

  promises('marks are never used again, even after all rows were pruned', async (org) => {
    await ended(org, 3)
    const { mark } = (await exported(org.book)).at(-1) ?? { mark: 0 }
    expect(await pruneAll(org, noon + 1)).toBe(3)
    expect(await exported(org.book)).toEqual([])
    await org.crash()
    const [id = ''] = await ended(org, 1)
    expect(idsOf(await exported(org.book, { after: mark }))).toEqual([id])
  })

  promises('many rows are pruned in several goes', async (org) => {
    const posts = Array.from({ length: 1100 }, () => {
      const call = org.call()
      const settlement = settlementOf(call.id, {}, { attempts: [attemptOf({ cost: 1 })], charge: 1 })
      return org.book.post({ call, openedAt: noon, settlement })
    })
    await Promise.all(posts)
    const first = await org.book.prune(noon + 1)
    expect(first).toBeGreaterThan(99)
    expect(first).toBeLessThan(1000)
    expect(first + (await pruneAll(org, noon + 1))).toBe(1100)
    expect(await org.book.usage({ from: 0, to: noon + 1, groupBy: [] })).toMatchObject([{ requests: 1100 }])
  })
}
