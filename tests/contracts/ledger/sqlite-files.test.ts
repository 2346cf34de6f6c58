import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import type { NewLimit } from '../../../src/ledger/records.ts'
import { bookOf, idOf, leaseMs, noon, root, settlementOf, TestOrg } from './harness.ts'
import { allPages } from './records.ts'
import { openLedger, sqliteUnderTest, stopTimers, type SqliteUnderTest } from './sqlite-harness.ts'

interface Setting {
  readonly org: TestOrg
  readonly clock: { time: number }
  readonly running: SqliteUnderTest
}

/** What only the ledger in files promises. */
function promises(promise: string, prove: (setting: Setting) => Promise<void>): void {
  it(promise, async () => {
    const clock = { time: noon }
    const running = await sqliteUnderTest(() => clock.time)
    try {
      await prove({ org: await new TestOrg(running, clock).create(), clock, running })
    } finally {
      await running.destroy()
    }
  })
}

describe('sqlite files', () => {
  stopTimers()

  promises('an org that was never created gets no file', async ({ org, running }) => {
    const absent = bookOf(org.ledger, 'absent')
    await absent.policy('x')
    await absent.open(org.call())
    await absent.updateOrg({ name: 'x' }, root)
    await absent.sweep('all')
    expect(readdirSync(join(running.folder(), 'orgs')).filter((file) => file.startsWith('absent'))).toEqual(
      [],
    )
    expect(existsSync(join(running.folder(), 'orgs', `${org.slug}.sqlite`))).toBe(true)
  })

  promises('what is asked in the moment in which an org is created finds it', async ({ org }) => {
    const book = bookOf(org.ledger, 'fresh')
    const made = await Promise.all([
      book.createOrg({ slug: 'fresh', name: 'Fresh' }, root),
      book.createProject({ id: 'prj_fresh', name: 'p' }, root),
      book.createOrg({ slug: 'fresh', name: 'Again' }, root),
    ])
    expect(made).toMatchObject([
      { replayed: false },
      { replayed: false },
      { replayed: true, record: { name: 'Fresh' } },
    ])
  })

  promises('an operation that fails harms none of those written with it', async ({ org }) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const id = idOf('key', org.slug)
    const key = { id, name: 'k', scopes: ['call'], limits: [unwritable(org, id)], hash: 'x' } as const
    const answers = await Promise.allSettled([
      org.book.open(org.call({ cost: 30 })),
      org.book.createKey(key, root),
      org.book.open(org.call({ cost: 40 })),
      org.book.open(org.call({ cost: 40 })),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(answers[3]).toMatchObject({ value: { code: 'budget_held' } })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 70 })
    await org.crash()
    expect(await org.book.requests({ limit: 9 })).toMatchObject({
      data: [{ hold: { cost: 40 } }, { hold: { cost: 30 } }],
      hasMore: false,
    })
    expect(await org.book.audit({ limit: 50 })).toMatchObject({ data: [{}, {}, {}, {}], hasMore: false })
  })

  promises('a change that fails half-way leaves nothing behind', async ({ org }) => {
    const id = idOf('key', org.slug)
    const key = { id, name: 'k', scopes: ['call'], limits: [unwritable(org, id)], hash: 'hash' } as const
    await expect(org.book.createKey(key, root)).rejects.toThrow()
    for (const _ of ['as it runs', 'as it is written']) {
      expect(await org.book.policy('hash')).toMatchObject({ code: 'invalid_key' })
      expect(await org.book.key(id)).toMatchObject({ code: 'not_found' })
      expect(await org.book.audit({ limit: 9 })).toMatchObject({ data: [{}, {}, {}], hasMore: false })
      await org.crash()
    }
  })

  promises('what outlives its lease is swept by itself', async ({ org, clock }) => {
    const limit = await org.limit({ metric: 'concurrency', amount: 1 })
    await org.open()
    clock.time += leaseMs - 1
    vi.advanceTimersByTime(10_000)
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 1 })
    clock.time += 1
    vi.advanceTimersByTime(10_000)
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
  })

  promises('more orgs than files are kept open have calls under way at once', async ({ org }) => {
    const orgs = []
    for (let count = 0; count < 258; count++) orgs.push(await org.sibling())
    const calls = await Promise.all(orgs.map((each) => each.open()))
    const late = await org.sibling()
    await late.settle(await late.open(), { cost: 1 })
    for (const [index, each] of orgs.entries()) await each.settle(calls[index] ?? '', { cost: 1 })
    for (const each of orgs.slice(0, 5))
      expect(await each.book.requests({ limit: 2 })).toMatchObject({ data: [{ charge: 1 }] })
  })

  promises(
    'closing waits for what was accepted, and may be asked for twice',
    async ({ org, running, clock }) => {
      const ids = [await org.open(), await org.open()]
      const pending = ids.map((id) => org.book.settle(settlementOf(id, { cost: 3 })))
      await Promise.all([running.ledger.close(), running.ledger.close()])
      expect(await Promise.all(pending)).toMatchObject(ids.map((id) => ({ kind: 'receipt', id })))
      const again = openLedger(running.folder(), () => clock.time)
      const rows = await bookOf(again, org.slug).requests({ limit: 9 })
      expect(rows).toMatchObject({
        data: [
          { charge: 3, outcome: 'ok' },
          { charge: 3, outcome: 'ok' },
        ],
      })
      await again.close()
    },
  )

  promises('a second process does not get the folder', async ({ running, clock }) => {
    expect(() => openLedger(running.folder(), () => clock.time)).toThrow(/only one gateway/)
  })

  it('what was answered before a kill -9 is there after it, to the nanoUSD, and what was held is swept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-victim-'))
    const answered = await answersUntilKilled(folder, 300)
    const ledger = openLedger(folder, Date.now)
    const book = bookOf(ledger, 'victim')
    expect(await book.nextExpiry()).toBeUndefined()
    for (const [id, done] of answered) {
      const row = await book.request(id)
      expect(row).toMatchObject({ kind: 'receipt', ...(done === 'settled' && { outcome: 'ok', charge: 7 }) })
    }
    const rows = await allPages(
      (query) => book.requests(query),
      (row) => row.id,
      100,
    )
    expect(rows.length).toBeGreaterThanOrEqual(answered.size)
    const spent = rows.reduce((sum, row) => sum + row.charge, 0)
    expect(await book.limit('lim')).toMatchObject({ spent, held: 0 })
    await ledger.close()
    rmSync(folder, { recursive: true })
  })
})

/** Runs a process on a folder until it has given so many answers, kills it, and gives the last answer on each call. */
async function answersUntilKilled(folder: string, count: number): Promise<ReadonlyMap<string, string>> {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./sqlite-victim.ts', import.meta.url).href),
    folder,
  ])
  const exit = once(child, 'exit')
  const answers = new Map<string, string>()
  let lines = 0
  for await (const line of createInterface(child.stdout)) {
    const [done = '', id = ''] = line.split(' ')
    answers.set(id, done)
    lines += 1
    if (lines === count) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return answers
}

/** A limit that breaks when it is written, after the key that it comes with: no JSON has such a number. */
function unwritable(org: TestOrg, keyId: string): NewLimit {
  const scope = { type: 'key', id: keyId } as const
  return { id: idOf('lim', org.slug), scope, metric: 'concurrency', amount: 1n as unknown as number }
}
