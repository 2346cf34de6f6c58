import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { idOf, noon, root, small, type TestOrg } from './harness.ts'

export const dayMs = 86_400_000
const ann = { endUser: 'ann' }
const bob = { endUser: 'bob' }
/** What callers call their end users: each is somebody else. */
const strange = [
  'a',
  'A',
  'a ',
  '/',
  'a/',
  'a/b',
  '*',
  ':',
  '0',
  '__proto__',
  'ä',
  'a\u0308',
  '😀',
  'x'.repeat(256),
]

/** Makes a limit on one end user. */
export async function limitOn(
  org: TestOrg,
  endUser: string,
  terms: Parameters<TestOrg['limit']>[0],
): Promise<string> {
  const id = idOf('lim', org.slug)
  const made = await org.book.createLimit({ id, scope: { type: 'end_user', id: endUser }, ...terms }, root)
  expect(made).toMatchObject({ kind: 'created' })
  return id
}

export function endUserPromises(promises: Promises): void {
  promises('each end user has its own share of a limit on each', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
    await org.settle(await org.open({ cost: 60 }, ann), { cost: 60 })
    const refusal = await org.refused({ cost: 60 }, ann)
    const full = { limit: { id: limit }, spent: 60, held: 0, requested: 60 }
    expect(refusal).toMatchObject({ code: 'budget_exceeded', limit: full })
    await org.open({ cost: 100 }, bob)
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 60, held: 0 })
    expect(await org.counts(limit, 'bob')).toEqual({ spent: 0, held: 100 })
    expect(await org.counts(limit, 'nobody')).toEqual({ spent: 0, held: 0 })
    expect(await org.state(limit, 'ann')).toMatchObject({ endUser: 'ann', resetsAt: noon + dayMs / 2 })
    org.clock.time += dayMs
    await org.open({ cost: 100 }, ann)
  })

  promises('end users are told apart whatever they are called', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'month', amount: 1000 })
    const rate = await org.limit({ on: 'end_user', metric: 'cost', per: 'hour', amount: 1000 })
    for (const [index, endUser] of strange.entries())
      await org.settle(await org.open({ cost: 1 }, { endUser }), { cost: index + 1 })
    await org.crash()
    for (const [index, endUser] of strange.entries()) {
      const expected = { endUser, spent: index + 1, held: 0 }
      expect({ endUser, ...(await org.counts(limit, endUser)) }).toEqual(expected)
      expect({ endUser, ...(await org.counts(rate, endUser)) }).toEqual(expected)
    }
  })

  promises('a limit on one end user concerns nobody else', async (org) => {
    const limit = await limitOn(org, 'ann', { metric: 'requests', per: 'day', amount: 1 })
    await org.open(small, ann)
    expect(await org.refused(small, ann)).toMatchObject({ limit: { limit: { id: limit }, held: 1 } })
    await org.open(small, bob)
    await org.open()
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 1 })
  })

  promises('a limit on each end user and one on a single one both count', async (org) => {
    const each = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
    const own = await limitOn(org, 'ann', { metric: 'cost', per: 'lifetime', amount: 150 })
    await org.settle(await org.open({ cost: 90 }, ann), { cost: 90 })
    expect(await org.refused({ cost: 20 }, ann)).toMatchObject({ limit: { limit: { id: each } } })
    org.clock.time += dayMs
    expect(await org.refused({ cost: 70 }, ann)).toMatchObject({ limit: { limit: { id: own } } })
    await org.open({ cost: 60 }, ann)
    expect(await org.counts(each, 'ann')).toEqual({ spent: 0, held: 60 })
    expect(await org.counts(own)).toEqual({ spent: 90, held: 60 })
    await org.open({ cost: 100 }, bob)
  })

  promises('calls without an end user are not limited by those of end users', async (org) => {
    await org.limit({ on: 'end_user', metric: 'requests', per: 'day', amount: 0 })
    const hold = await org.book.open(org.call())
    expect(hold).toMatchObject({ kind: 'hold', limits: [] })
    expect(await org.book.limitsOfKey(org.keyId)).toEqual([])
    await org.refused(small, ann)
  })

  promises('limits on org, project and key go on counting, whoever the end user is', async (org) => {
    await org.limit({ on: 'end_user', metric: 'cost', per: 'lifetime', amount: 1000 })
    const wider = []
    for (const on of ['org', 'project', 'key'] as const)
      wider.push(await org.limit({ on, metric: 'cost', per: 'lifetime', amount: 90 }))
    for (const endUser of [ann, bob, {}]) await org.open({ cost: 30 }, endUser)
    for (const limit of wider) expect(await org.counts(limit)).toEqual({ spent: 0, held: 90 })
    expect((await org.refused({ cost: 1 }, { endUser: 'cy' })).code).toBe('budget_held')
  })

  sharePromises(promises)
  changePromises(promises)
}

function sharePromises(promises: Promises): void {
  promises('a call of an end user is told every share that it counts towards', async (org) => {
    const each = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
    const own = await limitOn(org, 'ann', { metric: 'concurrency', amount: 5 })
    const wide = await org.limit({ metric: 'cost', per: 'day', amount: 1000 })
    await org.open({ cost: 20 }, bob)
    const call = org.call({ cost: 30 }, ann)
    const limits = [
      { limit: { id: wide }, held: 50 },
      { limit: { id: each }, held: 30, endUser: 'ann' },
      { limit: { id: own }, held: 1 },
    ]
    expect(await org.book.open(call)).toMatchObject({ kind: 'hold', limits })
    expect(await org.book.open(call)).toMatchObject({ kind: 'hold', limits })
    expect(await org.book.limitsOfKey(org.keyId, 'ann')).toMatchObject(limits)
    expect((await org.refused({ cost: 80 }, ann)).limit).toMatchObject({ endUser: 'ann', held: 30 })
  })

  promises('each end user has its own rate and its own calls under way', async (org) => {
    await org.limit({ on: 'end_user', metric: 'requests', per: 'minute', amount: 2 })
    await org.limit({ on: 'end_user', metric: 'concurrency', amount: 1 })
    const first = await org.open(small, ann)
    expect((await org.refused(small, ann)).code).toBe('rate_limited')
    await org.settle(first, {})
    await org.settle(await org.open(small, ann), {})
    expect((await org.refused(small, ann)).retryAfterSeconds).toBe(30)
    await org.open(small, bob)
    org.clock.time += 30_000
    await org.open(small, ann)
  })

  promises('a row says whom the call was for, and what is settled late posts to that share', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
    const id = await org.open({ cost: 30 }, ann)
    org.clock.time += dayMs
    await org.book.sweep('all')
    await org.settle(id, { cost: 20 })
    expect(await org.book.request(id)).toMatchObject({ endUser: 'ann', charge: 20 })
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 0, held: 0 })
    org.clock.time -= dayMs
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 20, held: 0 })
    expect(await org.counts(limit, 'bob')).toEqual({ spent: 0, held: 0 })
  })
}

function changePromises(promises: Promises): void {
  promises('a changed limit on each end user holds for all of them at once', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
    for (const endUser of [ann, bob]) await org.settle(await org.open({ cost: 80 }, endUser), { cost: 80 })
    await org.refused({ cost: 30 }, ann)
    await org.book.updateLimit(limit, { amount: 110 }, root)
    await org.open({ cost: 30 }, ann)
    await org.open({ cost: 30 }, bob)
    expect(await org.counts(limit, 'bob')).toEqual({ spent: 80, held: 30 })
  })

  promises('a changed rate keeps what has not drained of each end user, and drains anew', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'tokens', per: 'minute', amount: 600 })
    const use = async (inputTokens: number, more: { endUser: string }) =>
      org.settle(await org.open({ inputTokens }, more), { inputTokens })
    for (const endUser of [ann, bob]) await use(600, endUser)
    org.clock.time += 30_000
    await use(100, bob)
    await org.book.updateLimit(limit, { amount: 60, burst: 1000 }, root)
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 300, held: 0 })
    expect(await org.counts(limit, 'bob')).toEqual({ spent: 400, held: 0 })
    org.clock.time += 60_000
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 240, held: 0 })
    await org.crash()
    expect(await org.counts(limit, 'bob')).toEqual({ spent: 340, held: 0 })
  })

  promises('an end user that had paid its debt off is not in debt again by a slower rate', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'tokens', per: 'minute', amount: 600 })
    await org.open({ inputTokens: 600 }, ann)
    org.clock.time += 3_600_000
    await org.book.updateLimit(limit, { amount: 1, burst: 600 }, root)
    await org.open({ inputTokens: 600 }, ann)
  })

  promises('a deleted limit on each end user is forgotten for all of them', async (org) => {
    const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 40 })
    const id = await org.open({ cost: 40 }, ann)
    await org.refused({ cost: 40 }, ann)
    await org.book.deleteLimit(limit, root)
    await org.open({ cost: 40 }, ann)
    await org.settle(id, { cost: 40 })
    expect(await org.book.limitsOfKey(org.keyId, 'ann')).toEqual([])
  })
}
