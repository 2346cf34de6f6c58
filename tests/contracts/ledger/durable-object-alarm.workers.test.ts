import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { OrgLedger } from '../../../src/platform/workers/org-ledger.ts'
import { makeDurableLedger, objectOf } from './durable-object-harness.ts'
import {
  amountsOf,
  bookOf,
  candidateOf,
  leaseMs,
  noon,
  root,
  settlementOf,
  small,
  TestOrg,
} from './harness.ts'

/** What only the ledger in Durable Objects promises. */
function promises(promise: string, prove: (org: TestOrg) => Promise<void>): void {
  it(promise, async () => {
    const clock = { time: noon }
    const running = await makeDurableLedger({ now: () => clock.time, leaseMs })
    try {
      await prove(await new TestOrg(running, clock).create())
    } finally {
      await running.destroy()
    }
  })
}

function alarmOf(org: string): Promise<number | null> {
  return runInDurableObject(objectOf(org), (_, state) => state.storage.getAlarm())
}

function tablesOf(org: string): Promise<unknown[]> {
  return runInDurableObject(objectOf(org), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
  )
}

describe('durable object', () => {
  promises('an org that was never created writes nothing', async (org) => {
    const absent = bookOf(org.ledger, 'absent')
    await absent.policy('x')
    await absent.open(org.call())
    await absent.settle(settlementOf('x', {}))
    await absent.updateOrg({ name: 'x' }, root)
    await absent.sweep('all')
    expect(await tablesOf('absent')).toEqual([])
    expect(await alarmOf('absent')).toBeNull()
    expect(await tablesOf(org.slug)).not.toEqual([])
  })

  promises(
    'an alarm is set for the first lease to run out, and only while something is held',
    async (org) => {
      expect(await alarmOf(org.slug)).toBeNull()
      await org.open()
      expect(await alarmOf(org.slug)).toBe(noon + leaseMs)
      org.clock.time += 1000
      await org.settle(await org.open(), {})
      expect(await alarmOf(org.slug)).toBe(noon + leaseMs)
    },
  )

  promises('the alarm sweeps what outlived its lease, and rings no more', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const id = await org.open(small, { candidates: [candidateOf(small, { floor: amountsOf({ cost: 4 }) })] })
    org.clock.time += leaseMs
    expect(await runDurableObjectAlarm(objectOf(org.slug))).toBe(true)
    expect(await org.counts(limit)).toEqual({ spent: 4, held: 0 })
    expect(await org.book.request(id)).toMatchObject({ outcome: 'swept', charge: 4 })
    expect(await alarmOf(org.slug)).toBeNull()
    expect(await runDurableObjectAlarm(objectOf(org.slug))).toBe(false)
  })

  promises('the alarm leaves alone what renewed its lease, and comes back for it', async (org) => {
    const id = await org.open()
    org.clock.time += leaseMs - 1
    await org.book.extend(id, { seq: 1, more: small, soFar: small, candidate: 0 })
    org.clock.time += 1
    await runDurableObjectAlarm(objectOf(org.slug))
    expect(await org.book.request(id)).toMatchObject({ code: 'not_found' })
    expect(await alarmOf(org.slug)).toBe(org.clock.time - 1 + leaseMs)
  })

  promises('the alarm outlives the object that set it, and is set again after it rang', async (org) => {
    await org.open()
    await evictDurableObject(objectOf(org.slug))
    expect(await alarmOf(org.slug)).toBe(noon + leaseMs)
    org.clock.time += leaseMs
    expect(await runDurableObjectAlarm(objectOf(org.slug))).toBe(true)
    expect(await org.book.nextExpiry()).toBeUndefined()
    await org.open()
    expect(await alarmOf(org.slug)).toBe(org.clock.time + leaseMs)
    await org.crash()
    expect(await alarmOf(org.slug)).toBe(org.clock.time + leaseMs)
  })

  promises('a sweep that fails is tried again, not dropped', async (org) => {
    await org.open()
    org.clock.time += leaseMs
    await runInDurableObject(objectOf(org.slug), (_, { storage }) =>
      storage.sql.exec('ALTER TABLE requests RENAME TO away'),
    )
    await runDurableObjectAlarm(objectOf(org.slug))
    expect(await alarmOf(org.slug)).toBeGreaterThan(org.clock.time)
    await runInDurableObject(objectOf(org.slug), (_, { storage }) =>
      storage.sql.exec('ALTER TABLE away RENAME TO requests'),
    )
    await runDurableObjectAlarm(objectOf(org.slug))
    expect(await org.book.nextExpiry()).toBeUndefined()
  })

  promises('what fails changes nothing, in memory either', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const id = await org.open()
    const rename = (from: string, to: string) =>
      runInDurableObject(objectOf(org.slug), (_, { storage }) =>
        storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`),
      )
    await rename('requests', 'away')
    await expect(org.book.settle(settlementOf(id, { cost: 9 }))).rejects.toThrow()
    await rename('away', 'requests')
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 30 })
    await org.settle(id, { cost: 9 })
    expect(await org.counts(limit)).toEqual({ spent: 9, held: 0 })
  })

  promises('an org pinned to the EU is kept here too, where there is but one place', async (org) => {
    const slug = `eu-${org.slug}`
    const pinned = bookOf(org.ledger, slug)
    await pinned.createOrg({ slug, name: 'Pinned' }, root)
    expect(await pinned.org()).toMatchObject({ slug, name: 'Pinned' })
    expect(await org.book.org()).toMatchObject({ slug: org.slug, name: 'Test' })
  })

  promises('a method that it does not know is an error, not a look at its insides', async (org) => {
    for (const method of ['constructor', '__proto__', 'run', 'toString'])
      await runInDurableObject(objectOf(org.slug), (object) =>
        expect(object.call(method as 'org', [])).rejects.toThrow(/does not know/),
      )
  })

  promises('an alarm deletes rows that are older than they are to be kept', async (org) => {
    const old = await org.open()
    await org.settle(old, {})
    org.clock.time += 2 * 86_400_000
    const young = await org.open()
    await org.settle(young, {})
    await runInDurableObject(objectOf(org.slug), async (_, state) => {
      // As the object would be with the setting, which the tests' Worker has not.
      const keeping = new OrgLedger(state, { WEIR_RETENTION_DAYS: '1' })
      await keeping.alarm()
    })
    expect(await org.book.request(old)).toMatchObject({ code: 'not_found' })
    expect(await org.book.request(young)).toMatchObject({ id: young })
    expect(await org.book.usage({ from: 0, to: org.clock.time + 1, groupBy: [] })).toMatchObject([
      { requests: 2 },
    ])
  })
})
