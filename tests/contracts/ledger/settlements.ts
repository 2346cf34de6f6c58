import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { attemptOf, candidateOf, refusalOf, settlementOf, small, unsent } from './harness.ts'

export function settlementPromises(promises: Promises): void {
  promises('settling turns what is held into what was used', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const id = await org.open(small, { tags: { team: 'search' } })
    org.clock.time += 700
    const used = { inputTokens: 9, cachedInputTokens: 4, outputTokens: 12, cost: 21 }
    const receipt = await org.book.settle(settlementOf(id, used))
    expect(receipt).toMatchObject({
      kind: 'receipt', id, keyId: org.keyId, projectId: org.projectId, model: 'gpt-5.2', provider: 'openai',
      source: 'exact', outcome: 'ok', charge: 21, providerCost: 21, hold: small, tags: { team: 'search' },
      usage: { inputTokens: 9, cachedInputTokens: 4, outputTokens: 12 },
      startedAt: org.clock.time - 700, endedAt: org.clock.time,
    }) // prettier-ignore
    expect(await org.book.request(id)).toEqual(receipt)
    expect(await org.counts(limit)).toEqual({ spent: 21, held: 0 })
    expect(await org.book.nextExpiry()).toBeUndefined()
  })

  promises('a call is settled once, however often it is asked', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const rate = await org.limit({ metric: 'tokens', per: 'minute', amount: 100 })
    const id = await org.open()
    const answers = await Promise.all(
      [5, 9, 9, 1].map((cost) => org.book.settle(settlementOf(id, { cost, inputTokens: cost }))),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const charge = answers[0]?.kind === 'receipt' ? answers[0].charge : -1
    expect(await org.book.settle(settlementOf(id, { cost: 2 }))).toEqual(answers[0])
    expect(await org.counts(limit)).toEqual({ spent: charge, held: 0 })
    expect(await org.counts(rate)).toEqual({ spent: charge, held: 0 })
    expect(await org.book.requests({ limit: 10 })).toMatchObject({ data: [{ id }], hasMore: false })
  })

  promises('more than was held is charged all the same', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 40 })
    await org.settle(await org.open(), { cost: 45 })
    expect(await org.counts(limit)).toEqual({ spent: 45, held: 0 })
    expect((await org.refused({ cost: 0 })).code).toBe('budget_exceeded')
  })

  promises('a call that nobody opened cannot be settled', async (org) => {
    expect(refusalOf(await org.book.settle(settlementOf(org.call().id, {}))).code).toBe('not_found')
  })

  promises('what every attempt cost is paid, and what served is charged', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const tokens = await org.limit({ metric: 'tokens', per: 'lifetime', amount: 100 })
    const id = await org.open()
    const attempts = [
      attemptOf({ cost: 4, inputTokens: 8 }, { provider: 'first', status: 500 }),
      attemptOf({ cost: 10, inputTokens: 9, outputTokens: 2 }, { provider: 'second', model: 'backup' }),
    ]
    const receipt = await org.book.settle({ ...settlementOf(id, {}), attempts, served: 1, charge: 12 })
    expect(receipt).toMatchObject({
      provider: 'second',
      model: 'backup',
      providerCost: 14,
      charge: 12,
      attempts,
    })
    expect(await org.counts(limit)).toEqual({ spent: 12, held: 0 })
    expect(await org.counts(tokens)).toEqual({ spent: 11, held: 0 })
  })

  givenBackPromises(promises)
  rankPromises(promises)
}

function givenBackPromises(promises: Promises): void {
  promises('a request is given back only if nothing was sent', async (org) => {
    const day = await org.limit({ metric: 'requests', per: 'day', amount: 10 })
    const minute = await org.limit({ metric: 'requests', per: 'minute', amount: 10 })
    await org.book.settle(unsent(await org.open()))
    expect([await org.counts(day), await org.counts(minute)]).toEqual([
      { spent: 0, held: 0 },
      { spent: 0, held: 0 },
    ])
    const failed = {
      attempts: [attemptOf({}, { status: 500 })],
      source: 'exact',
      outcome: 'failed',
      charge: 0,
    } as const
    await org.book.settle({ id: await org.open(), ...failed })
    expect([await org.counts(day), await org.counts(minute)]).toEqual([
      { spent: 1, held: 0 },
      { spent: 1, held: 0 },
    ])
  })

  promises(
    'a call for which nothing was sent leaves a row of its first candidate, and costs nothing',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      const candidates = [candidateOf(small, { model: 'planned', provider: 'first' }), candidateOf(small)]
      const id = await org.open(small, { candidates })
      const receipt = await org.book.settle(unsent(id))
      expect(receipt).toMatchObject({
        model: 'planned',
        provider: 'first',
        charge: 0,
        providerCost: 0,
        outcome: 'failed',
      })
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
    },
  )
}

function rankPromises(promises: Promises): void {
  promises(
    'a better source replaces a worse one by the difference, in the window of the call',
    async (org) => {
      const limits = {
        cost: await org.limit({ metric: 'cost', per: 'day', amount: 1000 }),
        tokens: await org.limit({ metric: 'tokens', per: 'lifetime', amount: 1000 }),
        rate: await org.limit({ metric: 'tokens', per: 'hour', amount: 3_600_000 }),
      }
      const id = await org.open()
      await org.settle(id, { cost: 5, inputTokens: 5 }, { source: 'floor', outcome: 'swept' })
      expect(await org.counts(limits.cost)).toEqual({ spent: 5, held: 0 })
      await org.settle(id, { cost: 50, inputTokens: 50 }, { source: 'counted', outcome: 'cancelled' })
      expect(await org.counts(limits.rate)).toEqual({ spent: 50, held: 0 })
      org.clock.time += 86_400_000
      const receipt = await org.book.settle(settlementOf(id, { cost: 20, inputTokens: 30 }))
      expect(receipt).toMatchObject({ source: 'exact', outcome: 'ok', charge: 20, endedAt: org.clock.time })
      expect(receipt).toMatchObject({ startedAt: org.clock.time - 86_400_000 })
      expect(await org.counts(limits.cost)).toEqual({ spent: 0, held: 0 })
      expect(await org.counts(limits.tokens)).toEqual({ spent: 30, held: 0 })
      org.clock.time -= 86_400_000
      expect(await org.counts(limits.cost)).toEqual({ spent: 20, held: 0 })
      expect(await org.book.request(id)).toEqual(receipt)
    },
  )

  for (const [kept, later] of [
    ['exact', 'counted'],
    ['exact', 'floor'],
    ['counted', 'floor'],
    ['counted', 'counted'],
    ['floor', 'floor'],
  ] as const)
    promises(`${later} usage that comes after ${kept} usage changes nothing`, async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      const id = await org.open()
      const first = await org.book.settle(settlementOf(id, { cost: 8 }, { source: kept }))
      expect(await org.book.settle(settlementOf(id, { cost: 25 }, { source: later }))).toEqual(first)
      expect(await org.book.request(id)).toEqual(first)
      expect(await org.counts(limit)).toEqual({ spent: 8, held: 0 })
    })

  promises('usage that moves to another model moves between the limits that cover them', async (org) => {
    const first = await org.limit({ metric: 'requests', per: 'day', amount: 10, models: ['a'] })
    const second = await org.limit({ metric: 'requests', per: 'day', amount: 10, models: ['b'] })
    const candidates = [candidateOf(small, { model: 'a' }), candidateOf(small, { model: 'b' })]
    const id = await org.open(small, { candidates })
    await org.book.settle(
      settlementOf(id, {}, { attempts: [attemptOf({}, { model: 'a' })], source: 'floor' }),
    )
    expect([await org.counts(first), await org.counts(second)]).toEqual([
      { spent: 1, held: 0 },
      { spent: 0, held: 0 },
    ])
    await org.book.settle(settlementOf(id, {}, { attempts: [attemptOf({}, { model: 'b' })] }))
    expect([await org.counts(first), await org.counts(second)]).toEqual([
      { spent: 0, held: 0 },
      { spent: 1, held: 0 },
    ])
  })
}
