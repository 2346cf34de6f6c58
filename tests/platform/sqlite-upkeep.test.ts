import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqliteLedger } from '../../src/platform/node/sqlite-ledger.ts'
import { noon, TestOrg } from '../contracts/ledger/harness.ts'

const dayMs = 86_400_000

describe('SQLite files', () => {
  const open = (folder: string, clock: { time: number }, retentionMs?: number) =>
    sqliteLedger({
      folder,
      durability: 'normal',
      leaseMs: 120_000,
      now: () => clock.time,
      log: () => {},
      ...(retentionMs !== undefined && { retentionMs }),
    })

  it('lose the rows that are too old at the next start, and keep what those sum up to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-retention-'))
    const clock = { time: noon }
    const ledger = open(folder, clock)
    const org = await new TestOrg(
      { ledger, crash: async () => ledger, destroy: async () => {} },
      clock,
    ).create()
    await ledger.directory.claim({ slug: org.slug, name: 'Test' })
    // More than are deleted in one go.
    for (let count = 0; count < 700; count++) await org.settle(await org.open({ cost: 1 }), { cost: 1 })
    clock.time += 31 * dayMs
    const kept = await org.open({ cost: 1 })
    await org.settle(kept, { cost: 1 })
    await ledger.close()

    const later = open(folder, clock, 30 * dayMs)
    await expect
      .poll(
        async () => {
          const page = await later.book.requests(org.slug, { limit: 1_000 })
          return 'kind' in page ? page : page.data.map(({ id }) => id)
        },
        { timeout: 10_000 },
      )
      .toEqual([kept])
    const ever = { from: 0, to: clock.time + 1, groupBy: [] } as const
    expect(await later.book.usage(org.slug, ever)).toMatchObject([{ requests: 701, charge: { nano: 701 } }])
    await later.close()
    rmSync(folder, { recursive: true })
  })

  it('answer calls while a report is read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-reports-'))
    const clock = { time: noon }
    const ledger = open(folder, clock)
    const org = await new TestOrg(
      { ledger, crash: async () => ledger, destroy: async () => {} },
      clock,
    ).create()
    for (let count = 0; count < 200; count++) await org.settle(await org.open({ cost: 1 }), { cost: 1 })
    const order: string[] = []
    const reports = Array.from({ length: 20 }, () =>
      org.book.requests({ limit: 200 }).then(() => order.push('report')),
    )
    await org.open({ cost: 1 })
    order.push('call')
    await Promise.all(reports)
    expect(order.indexOf('call')).toBeLessThan(order.lastIndexOf('report'))
    await ledger.close()
    rmSync(folder, { recursive: true })
  })
})
