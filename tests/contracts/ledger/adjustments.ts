import { expect } from 'vitest'
import type { NewAdjustment } from '../../../src/ledger/records.ts'
import type { Promises } from './contract.ts'
import {
  attemptOf,
  candidateOf,
  idOf,
  refusalOf,
  root,
  settlementOf,
  small,
  type TestOrg,
} from './harness.ts'
import { adjustmentOf, budget, charges, ever } from './adjustment-harness.ts'
import { adjustmentRecordPromises } from './adjustment-records.ts'
import { allPages } from './records.ts'

const dayMs = 86_400_000

async function adjust(org: TestOrg, charge: number, more: Partial<NewAdjustment> = {}): Promise<void> {
  expect(await org.book.adjust(adjustmentOf(org, charge, more), root)).toMatchObject({ kind: 'created' })
}

export function adjustmentPromises(promises: Promises): void {
  promises(
    'a correction of a call posts where the call did: its windows, its shares, its model',
    async (org) => {
      const limits = {
        day: await org.limit(budget),
        models: await org.limit({ ...budget, per: 'month', models: ['gpt-*'] }),
        others: await org.limit({ ...budget, models: ['other'] }),
        share: await org.limit({ ...budget, on: 'end_user' }),
        tokens: await org.limit({ ...budget, metric: 'tokens' }),
        requests: await org.limit({ ...budget, metric: 'requests' }),
      }
      const id = await org.open({ cost: 50 }, { endUser: 'ann', tags: { team: 'a' } })
      await org.settle(id, { cost: 40, inputTokens: 7 })
      const late = await org.limit({ ...budget, per: 'lifetime' })
      org.clock.time += dayMs
      await adjust(org, -15, { requestId: id })
      const spent = async (limit: string, endUser?: string) => (await org.counts(limit, endUser)).spent
      expect(await spent(limits.day)).toBe(0)
      expect(await spent(limits.models)).toBe(25)
      org.clock.time -= dayMs
      expect(await spent(limits.day)).toBe(25)
      expect(await spent(limits.share, 'ann')).toBe(25)
      expect([await spent(limits.others), await spent(late)]).toEqual([0, 0])
      expect([await spent(limits.tokens), await spent(limits.requests)]).toEqual([7, 1])
      expect(await charges(org, ['model', 'provider'])).toEqual({ 'gpt-5.2 openai': 25 })
      expect(await charges(org, ['key'])).toEqual({ [org.keyId]: 25 })
      expect(await charges(org, ['end_user'])).toEqual({ ann: 25 })
      expect(await charges(org, ['tag'])).toEqual({ 'team=a': 25 })
      expect(await org.book.usage({ ...ever, groupBy: [] })).toMatchObject([{ requests: 1, inputTokens: 7 }])
      expect(await org.book.request(id)).toMatchObject({ charge: 40 })
    },
  )

  promises('a correction of a key counts from now on its key, project and org', async (org) => {
    const limits: string[] = []
    for (const on of ['org', 'project', 'key'] as const) limits.push(await org.limit({ ...budget, on }))
    const beside = idOf('key', org.slug)
    await org.key({ id: beside, projectId: org.projectId })
    const other = await org.limit({ ...budget, on: 'end_user' })
    await adjust(org, 70, { keyId: org.keyId })
    await adjust(org, 5, { keyId: beside })
    const spent = async () => Promise.all(limits.map(async (limit) => (await org.counts(limit)).spent))
    expect(await spent()).toEqual([75, 75, 70])
    expect(await org.counts(other, 'ann')).toEqual({ spent: 0, held: 0 })
    expect(await charges(org, ['project', 'key'])).toEqual({
      [`${org.projectId} ${org.keyId}`]: 70,
      [`${org.projectId} ${beside}`]: 5,
    })
    expect(await charges(org, ['model', 'provider'])).toEqual({ ' ': 75 })
    org.clock.time += dayMs
    expect(await spent()).toEqual([0, 0, 0])
  })

  promises(
    'a correction counts towards limits on the model that served, and of no call on no model',
    async (org) => {
      const limits = []
      for (const model of ['a', 'b']) limits.push(await org.limit({ ...budget, models: [model] }))
      const candidates = [candidateOf(small, { model: 'a' }), candidateOf(small, { model: 'b' })]
      const id = await org.open({}, { candidates })
      const attempts = [attemptOf({ cost: 40 }, { model: 'b' })]
      await org.book.settle(settlementOf(id, {}, { attempts, charge: 40 }))
      await adjust(org, -10, { requestId: id })
      await adjust(org, 7, { keyId: org.keyId })
      await adjust(org, 7)
      const spent = await Promise.all(limits.map(async (limit) => (await org.counts(limit)).spent))
      expect(spent).toEqual([0, 30])
      expect(await charges(org, ['model'])).toEqual({ b: 30, '': 14 })
    },
  )

  promises('a correction of a project, or of the org, counts there and not below', async (org) => {
    const limits: string[] = []
    for (const on of ['org', 'project', 'key'] as const) limits.push(await org.limit({ ...budget, on }))
    await adjust(org, 70, { projectId: org.projectId })
    await adjust(org, 5)
    const spent = await Promise.all(limits.map(async (limit) => (await org.counts(limit)).spent))
    expect(spent).toEqual([75, 70, 0])
    expect(await charges(org, ['project'])).toEqual({ [org.projectId]: 70, '': 5 })
    expect(await charges(org, ['key'])).toEqual({ '': 75 })
    expect(await charges(org, ['end_user'])).toEqual({})
  })

  limitPromises(promises)
  adjustmentRecordPromises(promises)
}

function limitPromises(promises: Promises): void {
  promises('money that is given back can be spent, money that is charged cannot', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const id = await org.open({ cost: 90 })
    await org.settle(id, { cost: 90 })
    await org.refused({ cost: 20 })
    await adjust(org, -30, { requestId: id })
    await org.open({ cost: 40 })
    await org.refused({ cost: 1 })
    await adjust(org, 500)
    expect(await org.counts(limit)).toEqual({ spent: 560, held: 40 })
    expect((await org.refused({ cost: 0 })).code).toBe('budget_exceeded')
    await adjust(org, -1000, { keyId: org.keyId })
    expect(await org.counts(limit)).toEqual({ spent: -440, held: 40 })
    await org.crash()
    expect((await org.counts(limit)).spent).toBeLessThan(0)
    expect(await charges(org, [])).toMatchObject({ '': expect.any(Number) })
  })

  promises('rates are left alone, and so is whatever counts something else than cost', async (org) => {
    const untouched = [
      await org.limit({ metric: 'cost', per: 'minute', amount: 1000 }),
      await org.limit({ metric: 'cost', per: 'hour', amount: 1000 }),
      await org.limit({ metric: 'tokens', per: 'lifetime', amount: 1000 }),
      await org.limit({ metric: 'requests', per: 'lifetime', amount: 1000 }),
      await org.limit({ metric: 'concurrency', amount: 1000 }),
    ]
    const id = await org.open({ cost: 40 })
    await org.settle(id, { cost: 40 })
    const look = async () => Promise.all(untouched.map((limit) => org.counts(limit)))
    const before = await look()
    await adjust(org, 15, { requestId: id })
    await adjust(org, 15, { keyId: org.keyId })
    await adjust(org, -15)
    expect(await look()).toEqual(before)
  })

  promises('a limit that was deleted since is skipped', async (org) => {
    const gone = await org.limit(budget)
    const kept = await org.limit(budget)
    const id = await org.open({ cost: 40 })
    await org.settle(id, { cost: 40 })
    await org.book.deleteLimit(gone, root)
    await adjust(org, -10, { requestId: id })
    expect(await org.counts(kept)).toEqual({ spent: 30, held: 0 })
    expect(refusalOf(await org.book.limit(gone)).code).toBe('not_found')
  })

  promises('charges of rows and corrections are what counters and usage say', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 10_000 })
    for (const [index, source] of (['floor', 'exact', 'counted'] as const).entries()) {
      const candidates = [candidateOf(small, { model: 'a' }), candidateOf(small, { model: 'b' })]
      const id = await org.open({}, { candidates })
      const attempts = [attemptOf({ cost: 20 + index }, { model: 'a', source })]
      await org.book.settle(settlementOf(id, {}, { attempts, source, charge: 20 + index }))
      await adjust(org, -3 - index, { requestId: id })
      const better = [attemptOf({ cost: 50 }, { model: 'b' })]
      await org.book.settle(settlementOf(id, {}, { attempts: better, charge: 50 }))
    }
    await adjust(org, 1000, { keyId: org.keyId })
    const rows = await allPages(
      (query) => org.book.requests(query),
      ({ id }) => id,
      9,
    )
    const corrections = await allPages(
      (query) => org.book.adjustments(query),
      ({ id }) => id,
      9,
    )
    const sum = [...rows, ...corrections].reduce((total, { charge }) => total + charge, 0)
    expect((await org.counts(limit)).spent).toBe(sum)
    expect(await charges(org, [])).toEqual({ '': sum })
    expect(await charges(org, ['model'])).toEqual({ '': 1000, a: 9, b: 100 })
  })
}
