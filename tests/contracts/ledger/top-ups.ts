import { expect } from 'vitest'
import { maxAmountNanoUsd } from '../../../src/core/money.ts'
import type { NewTopUp } from '../../../src/ledger/records.ts'
import type { Promises } from './contract.ts'
import { idOf, refusalOf, root, type TestOrg } from './harness.ts'
import { allPages } from './records.ts'

const prepaid = { metric: 'cost', per: 'lifetime' } as const

function topUpOf(org: TestOrg, limitId: string, more: Partial<NewTopUp> = {}): NewTopUp {
  return { id: idOf('top', org.slug), limitId, amount: 50, ...more }
}

export function topUpPromises(promises: Promises): void {
  for (const on of ['org', 'project', 'key'] as const)
    promises(`a top-up raises a prepaid balance of the ${on} at once`, async (org) => {
      const limit = await org.limit({ on, ...prepaid, amount: 30 })
      await org.settle(await org.open(), { cost: 30 })
      expect((await org.refused()).code).toBe('budget_exceeded')
      const wanted = topUpOf(org, limit, { note: 'invoice 7' })
      const made = await org.book.topUp(wanted, root)
      const record = { ...wanted, createdAt: org.clock.time }
      expect(made).toEqual({ kind: 'created', record, replayed: false })
      expect(await org.state(limit)).toMatchObject({ limit: { amount: 80 }, spent: 30, held: 0 })
      await org.open()
      expect((await org.refused()).code).toBe('budget_held')
    })

  promises('a top-up that is sent again raises the balance once', async (org) => {
    const limit = await org.limit({ ...prepaid, amount: 0 })
    const wanted = topUpOf(org, limit)
    const answers = await Promise.all([1, 2, 3].map(() => org.book.topUp(wanted, root)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const change = { actor: 'root', idempotencyKey: 'k', digest: 'd' }
    const first = await org.book.topUp(topUpOf(org, limit), change)
    expect(await org.book.topUp(topUpOf(org, limit), change)).toEqual({ ...first, replayed: true })
    await org.crash()
    expect(await org.book.topUp(topUpOf(org, limit), change)).toEqual({ ...first, replayed: true })
    expect(await org.state(limit)).toMatchObject({ limit: { amount: 100 } })
    const other = await org.book.topUp(topUpOf(org, limit), { ...change, digest: 'e' })
    expect(refusalOf(other).code).toBe('conflict')
  })

  promises('many top-ups at once all count', async (org) => {
    const limit = await org.limit({ ...prepaid, amount: 1 })
    await Promise.all(Array.from({ length: 20 }, () => org.book.topUp(topUpOf(org, limit), root)))
    await org.open({ cost: 1001 })
    await org.refused({ cost: 1 })
    expect(await org.state(limit)).toMatchObject({ limit: { amount: 1001 }, held: 1001 })
  })

  refusalPromises(promises)
  listPromises(promises)
}

function refusalPromises(promises: Promises): void {
  promises('only a lifetime limit on cost can be topped up', async (org) => {
    const limits = [
      await org.limit({ metric: 'cost', per: 'month', amount: 5 }),
      await org.limit({ metric: 'cost', per: 'minute', amount: 5 }),
      await org.limit({ metric: 'tokens', per: 'lifetime', amount: 5 }),
      await org.limit({ metric: 'concurrency', amount: 5 }),
    ]
    for (const limit of limits) {
      expect(refusalOf(await org.book.topUp(topUpOf(org, limit), root)).code).toBe('invalid_request')
      expect(await org.state(limit)).toMatchObject({ limit: { amount: 5 } })
    }
    const unknown = topUpOf(org, idOf('lim', org.slug))
    expect(refusalOf(await org.book.topUp(unknown, root)).code).toBe('not_found')
    expect(await org.book.topUps({ limit: 9 })).toEqual({ data: [], hasMore: false })
  })

  promises('a balance is at most 4 million USD', async (org) => {
    const limit = await org.limit({ ...prepaid, amount: 1000 })
    const audited = await org.book.audit({ limit: 50 })
    const tooMuch = topUpOf(org, limit, { amount: maxAmountNanoUsd - 999 })
    expect(refusalOf(await org.book.topUp(tooMuch, root)).code).toBe('invalid_request')
    expect(await org.state(limit)).toMatchObject({ limit: { amount: 1000 } })
    expect(await org.book.audit({ limit: 50 })).toEqual(audited)
    const most = topUpOf(org, limit, { amount: maxAmountNanoUsd - 1000 })
    expect(await org.book.topUp(most, root)).toMatchObject({ kind: 'created' })
    await org.crash()
    expect(await org.state(limit)).toMatchObject({ limit: { amount: maxAmountNanoUsd } })
    expect(refusalOf(await org.book.topUp(topUpOf(org, limit, { amount: 1 }), root)).code).toBe(
      'invalid_request',
    )
  })

  promises('a top-up by no whole, safe amount above zero is refused', async (org) => {
    const limit = await org.limit({ ...prepaid, amount: 1000 })
    for (const amount of [-1, 0, 0.5, NaN, Infinity, -Infinity, 2 ** 53])
      expect(refusalOf(await org.book.topUp(topUpOf(org, limit, { amount }), root)).code).toBe(
        'invalid_request',
      )
    expect(await org.state(limit)).toMatchObject({ limit: { amount: 1000 } })
  })
}

function listPromises(promises: Promises): void {
  promises('top-ups are listed, all or those of one limit, and stay when the limit is gone', async (org) => {
    const limits = [await org.limit({ ...prepaid, amount: 1 }), await org.limit({ ...prepaid, amount: 1 })]
    const made: string[] = []
    for (let count = 0; count < 5; count++) {
      const wanted = topUpOf(org, limits[count % 2] ?? '', { amount: count + 1 })
      made.push(wanted.id)
      await org.book.topUp(wanted, root)
    }
    await org.book.deleteLimit(limits[1] ?? '', root)
    for (const size of [1, 2, 9]) {
      const all = await allPages(
        (query) => org.book.topUps(query),
        ({ id }) => id,
        size,
      )
      expect(all.map(({ id }) => id)).toEqual(made)
      const own = await allPages(
        (page) => org.book.topUps({ ...page, limitId: limits[1] ?? '' }),
        ({ id }) => id,
        size,
      )
      expect(own.map(({ amount }) => amount)).toEqual([2, 4])
    }
  })

  promises('a top-up leaves its line in the trail, with who made it', async (org) => {
    const limit = await org.limit({ ...prepaid, amount: 1 })
    const wanted = topUpOf(org, limit)
    await org.book.topUp(wanted, { actor: 'key_of_an_admin' })
    const trail = await allPages(
      (query) => org.book.audit(query),
      ({ id }) => id,
      50,
    )
    const lines = trail.filter(({ actor }) => actor === 'key_of_an_admin')
    expect(lines.find(({ target }) => target === wanted.id)).toMatchObject({
      action: 'top-up-created',
      details: { limit_id: limit, amount: '0.00000005' },
    })
    expect(lines.filter(({ target }) => target === limit)).toHaveLength(1)
  })
}
