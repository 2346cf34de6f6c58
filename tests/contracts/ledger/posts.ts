import { expect } from 'vitest'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Posting } from '../../../src/ledger/call.ts'
import type { Promises } from './contract.ts'
import {
  attemptOf,
  idOf,
  leaseMs,
  noon,
  refusalOf,
  root,
  settlementOf,
  small,
  type TestOrg,
} from './harness.ts'

const dayMs = 86_400_000

/** A call that was served at a cost while the ledger was away, a minute ago. */
export function postingOf(org: TestOrg, cost: number, more: Partial<Posting> = {}): Posting {
  const call = more.call ?? org.call()
  const used = { cost, inputTokens: 5, outputTokens: 6 }
  return { call, openedAt: org.clock.time - 60_000, settlement: settlementOf(call.id, used), ...more }
}

export function postPromises(promises: Promises): void {
  promises('a call that was served without the ledger is put into the books', async (org) => {
    const limits = [
      await org.limit({ metric: 'cost', per: 'day', amount: 100 }),
      await org.limit({ on: 'key', metric: 'tokens', per: 'lifetime', amount: 100 }),
      await org.limit({ on: 'end_user', metric: 'requests', per: 'month', amount: 100 }),
    ]
    org.clock.time += 60_000
    const posting = postingOf(org, 40, { call: org.call(small, { endUser: 'ann', tags: { team: 'a' } }) })
    const receipt = await org.book.post(posting)
    expect(receipt).toMatchObject({
      kind: 'receipt', id: posting.call.id, keyId: org.keyId, projectId: org.projectId, endUser: 'ann',
      tags: { team: 'a' }, charge: 40, providerCost: 40, source: 'exact', outcome: 'ok', hold: small,
      startedAt: noon, endedAt: noon + 60_000, model: 'gpt-5.2', provider: 'openai',
    }) // prettier-ignore
    expect(await org.book.request(posting.call.id)).toEqual(receipt)
    const counts = await Promise.all(limits.map((limit) => org.counts(limit, 'ann')))
    expect(counts).toEqual([40, 11, 1].map((spent) => ({ spent, held: 0 })))
    expect(await org.book.usage({ from: noon, to: noon + 1, groupBy: [] })).toMatchObject([{ requests: 1 }])
    expect(await org.book.nextExpiry()).toBeUndefined()
    await org.crash()
    expect(await org.book.request(posting.call.id)).toEqual(receipt)
  })

  promises('what was served is spent, whatever the limits say', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 10 })
    const rate = await org.limit({ metric: 'tokens', per: 'minute', amount: 10 })
    await org.limit({ metric: 'concurrency', amount: 0 })
    org.clock.time += 60_000
    await org.book.post(postingOf(org, 40, { openedAt: org.clock.time }))
    expect(await org.counts(limit)).toEqual({ spent: 40, held: 0 })
    expect(await org.counts(rate)).toEqual({ spent: 11, held: 0 })
    expect((await org.refused({})).code).toBe('budget_exceeded')
  })

  promises(
    'a call that is posted again counts once, and a better source replaces a worse one',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
      const posting = postingOf(org, 40, { openedAt: org.clock.time })
      const counted = settlementOf(posting.call.id, { cost: 30 }, { source: 'counted' })
      const answers = await Promise.all([1, 2].map(() => org.book.post({ ...posting, settlement: counted })))
      expect(answers[1]).toEqual(answers[0])
      expect((await org.counts(limit)).spent).toBe(30)
      const exact = await org.book.post(posting)
      expect(exact).toMatchObject({ charge: 40, source: 'exact' })
      expect(await org.book.post({ ...posting, settlement: counted })).toEqual(exact)
      expect(await org.book.settle(counted)).toEqual(exact)
      expect((await org.counts(limit)).spent).toBe(40)
      expect(await org.book.requests({ limit: 9 })).toMatchObject({ data: [{}], hasMore: false })
      expect(refusalOf(await org.book.open(posting.call)).code).toBe('conflict')
    },
  )

  heldPromises(promises)
  keyPromises(promises)
  timePromises(promises)
}

function heldPromises(promises: Promises): void {
  promises('posting a call that is held settles it', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const running = await org.limit({ metric: 'concurrency', amount: 1 })
    const call = org.call()
    await org.book.open(call)
    org.clock.time += 1000
    const receipt = await org.book.post(postingOf(org, 20, { call, openedAt: noon + 500 }))
    expect(receipt).toMatchObject({ charge: 20, startedAt: noon, endedAt: noon + 1000 })
    expect(await org.counts(limit)).toEqual({ spent: 20, held: 0 })
    expect(await org.counts(running)).toEqual({ spent: 0, held: 0 })
  })

  promises('posting a call that was swept tells what it really used', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const call = org.call()
    await org.book.open(call)
    org.clock.time += leaseMs
    await org.book.sweep('expired')
    expect(await org.book.post(postingOf(org, 20, { call }))).toMatchObject({ charge: 20, outcome: 'ok' })
    expect(await org.counts(limit)).toEqual({ spent: 20, held: 0 })
  })
}

function keyPromises(promises: Promises): void {
  promises('a call of a key that was never made is not found', async (org) => {
    const call = org.call(small, { keyHash: hashKey('wr_invented') })
    expect(refusalOf(await org.book.post(postingOf(org, 1, { call }))).code).toBe('not_found')
    expect(await org.book.requests({ limit: 9 })).toMatchObject({ data: [] })
  })

  promises(
    'calls of a key that was revoked, has expired or is suspended meanwhile are booked',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1 })
      const id = idOf('key', org.slug)
      const keyHash = await org.key({ id, expiresAt: org.clock.time + 1 })
      org.clock.time += 60_000
      await org.book.revokeKey(org.keyId, root)
      await org.book.updateOrg({ suspended: true }, root)
      for (const hash of [keyHash, org.keyHash])
        expect(
          await org.book.post(
            postingOf(org, 5, { call: org.call(small, { keyHash: hash, policyVersion: 'old' }) }),
          ),
        ).toMatchObject({ kind: 'receipt', charge: 5 })
      expect((await org.counts(limit)).spent).toBe(10)
    },
  )

  promises('a posting with amounts that cannot be counted is refused', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const good = postingOf(org, 1, { openedAt: org.clock.time })
    const { settlement, call } = good
    const bad: Posting[] = [
      { ...good, settlement: { ...settlement, charge: -1 } },
      { ...good, settlement: { ...settlement, attempts: [attemptOf({ cost: 0.5 })] } },
      { ...good, settlement: { ...settlement, id: org.call().id } },
      { ...good, call: { ...call, candidates: [] } },
      { ...good, openedAt: NaN },
      { ...good, openedAt: 0.5 },
      { ...good, openedAt: -1 },
    ]
    for (const posting of bad) expect(refusalOf(await org.book.post(posting)).code).toBe('invalid_request')
    expect(await org.book.requests({ limit: 9 })).toMatchObject({ data: [] })
    expect((await org.counts(limit)).spent).toBe(0)
    await org.book.post(good)
    expect((await org.counts(limit)).spent).toBe(1)
  })
}

function timePromises(promises: Promises): void {
  promises('a call counts in the window in which it was opened', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    org.clock.time += dayMs
    await org.book.post(postingOf(org, 30, { openedAt: noon + dayMs / 2 - 1 }))
    expect((await org.counts(limit)).spent).toBe(0)
    expect(await org.book.requests({ limit: 9, to: noon + dayMs / 2 })).toMatchObject({
      data: [{ charge: 30 }],
    })
    org.clock.time = noon
    expect((await org.counts(limit)).spent).toBe(30)
  })

  promises('a call that says it was opened in the future was opened now', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const receipt = await org.book.post(postingOf(org, 30, { openedAt: org.clock.time + dayMs }))
    expect(receipt).toMatchObject({ startedAt: org.clock.time, endedAt: org.clock.time })
    expect((await org.counts(limit)).spent).toBe(30)
  })

  for (const [off, by] of [
    ['behind', -3 * 3_600_000],
    ['ahead', 3 * 3_600_000],
  ] as const)
    promises(`a call of a gateway whose clock is ${off} counts from when it was opened`, async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      org.clock.time += 60_000
      const skewed = { openedAt: org.clock.time + by - 20_000, postedAt: org.clock.time + by }
      const receipt = await org.book.post(postingOf(org, 40, skewed))
      expect(receipt).toMatchObject({ startedAt: org.clock.time - 20_000 })
      expect(await org.counts(limit)).toEqual({ spent: 40, held: 0 })
    })

  promises('what has drained since is not poured into a rate', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'minute', amount: 60 })
    org.clock.time += 30_000
    await org.book.post(postingOf(org, 40, { openedAt: noon }))
    expect(await org.counts(limit)).toEqual({ spent: 10, held: 0 })
    org.clock.time += 3_600_000
    await org.book.post(postingOf(org, 40, { openedAt: noon }))
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
  })

  promises('a limit that was made after the call was opened does not count it', async (org) => {
    org.clock.time += 60_000
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    await org.book.post(postingOf(org, 30, { openedAt: noon + 59_999 }))
    expect((await org.counts(limit)).spent).toBe(0)
    await org.book.post(postingOf(org, 20, { openedAt: noon + 60_000 }))
    expect((await org.counts(limit)).spent).toBe(20)
  })
}
