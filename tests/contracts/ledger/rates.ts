import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { root } from './harness.ts'

export function ratePromises(promises: Promises): void {
  for (const [per, seconds] of [
    ['minute', 60],
    ['hour', 3600],
  ] as const)
    promises(`a bucket per ${per} drains evenly`, async (org) => {
      const limit = await org.limit({ metric: 'tokens', per, amount: 600 })
      await org.settle(await org.open({ inputTokens: 600 }), { inputTokens: 600 })
      expect(await org.state(limit)).toMatchObject({ spent: 600, resetsAt: org.clock.time + seconds * 1000 })
      org.clock.time += (seconds * 1000) / 4
      expect(await org.state(limit)).toMatchObject({ spent: 450, resetsAt: org.clock.time + seconds * 750 })
      const refusal = await org.refused({ inputTokens: 300 })
      expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterSeconds: seconds / 4 })
      expect(refusal.retryable).not.toBe(false)
      org.clock.time += (seconds / 4) * 1000
      await org.open({ inputTokens: 300 })
      org.clock.time += seconds * 2000
      expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
    })

  promises('after the Retry-After of a refusal the same call is granted', async (org) => {
    await org.limit({ metric: 'tokens', per: 'minute', amount: 97 })
    await org.open({ inputTokens: 97 })
    for (const inputTokens of [1, 13, 50]) {
      const { retryAfterSeconds = 0 } = await org.refused({ inputTokens })
      org.clock.time += retryAfterSeconds * 1000 - 1000
      if (retryAfterSeconds > 1) await org.refused({ inputTokens })
      org.clock.time += 1000
      await org.open({ inputTokens })
    }
  })

  promises('settling gives back to a bucket what a call did not use', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 60 })
    const id = await org.open({ outputTokens: 60 })
    org.clock.time += 10_000
    await org.settle(id, { outputTokens: 15 })
    expect(await org.counts(limit)).toEqual({ spent: 5, held: 0 })
    const late = await org.open({ outputTokens: 50 })
    org.clock.time += 60_000
    await org.settle(late, { outputTokens: 1 })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
  })

  promises('settling gives nothing back that another call poured', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 600 })
    const first = await org.open({ outputTokens: 590 })
    org.clock.time += 20_000
    await org.open({ outputTokens: 195 })
    await org.settle(first, { outputTokens: 5 })
    expect(await org.counts(limit)).toEqual({ spent: 195, held: 0 })
    await org.refused({ outputTokens: 406 })
  })

  promises('a bucket goes into debt by what a call used beyond its hold, and pays it off', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 60 })
    await org.settle(await org.open({ inputTokens: 10 }), { inputTokens: 180 })
    expect(await org.state(limit)).toMatchObject({ spent: 180, resetsAt: org.clock.time + 180_000 })
    expect(await org.refused({ inputTokens: 1 })).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 121,
    })
    org.clock.time += 121_000
    await org.open({ inputTokens: 1 })
  })

  promises('an extension takes from a bucket even into debt', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 60 })
    const requests = await org.limit({ metric: 'requests', per: 'minute', amount: 1 })
    const id = await org.open({ inputTokens: 50 })
    const more = { inputTokens: 0, outputTokens: 40, cost: 0 }
    const step = { seq: 1, more, soFar: more, candidate: 0 }
    expect(await org.book.extend(id, step)).toMatchObject({ kind: 'extension' })
    expect(await org.book.extend(id, step)).toMatchObject({ kind: 'extension' })
    expect(await org.counts(limit)).toEqual({ spent: 90, held: 0 })
    expect(await org.counts(requests)).toEqual({ spent: 1, held: 0 })
    await org.settle(id, { inputTokens: 50, outputTokens: 5 })
    expect(await org.counts(limit)).toEqual({ spent: 55, held: 0 })
  })

  sizePromises(promises)
}

function sizePromises(promises: Promises): void {
  promises('a call larger than the bucket is refused for good', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 60 })
    const refusal = await org.refused({ inputTokens: 61 })
    expect(refusal).toMatchObject({
      code: 'rate_limited',
      retryable: false,
      limit: { limit: { id: limit }, requested: 61 },
    })
    expect(refusal).not.toHaveProperty('retryAfterSeconds')
    await org.open({ inputTokens: 60 })
  })

  promises('a burst is the size of the bucket, the amount how fast it drains', async (org) => {
    const small = await org.limit({ metric: 'requests', per: 'minute', amount: 60, burst: 2 })
    await org.open()
    await org.open()
    expect(await org.refused()).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 1,
      limit: { limit: { id: small } },
    })
    org.clock.time += 1000
    await org.open()
    await org.book.updateLimit(small, { amount: 60, burst: 100 }, root)
    const large = await org.limit({ metric: 'tokens', per: 'minute', amount: 60, burst: 600 })
    await org.open({ inputTokens: 600 })
    expect(await org.state(large)).toMatchObject({ spent: 600, resetsAt: org.clock.time + 600_000 })
    expect(await org.refused({ inputTokens: 601 })).toMatchObject({ retryable: false })
  })

  promises('a clock that steps back drains nothing', async (org) => {
    const limit = await org.limit({ metric: 'requests', per: 'hour', amount: 2 })
    await org.open()
    org.clock.time -= 7_200_000
    expect(await org.counts(limit)).toEqual({ spent: 1, held: 0 })
    await org.open()
    await org.refused()
  })

  promises('a rate that never drains has no Retry-After, and says that no retry helps', async (org) => {
    await org.limit({ metric: 'requests', per: 'minute', amount: 0, burst: 1 })
    await org.open()
    const refusal = await org.refused()
    expect(refusal).toMatchObject({ code: 'rate_limited', retryable: false })
    expect(refusal).not.toHaveProperty('retryAfterSeconds')
  })
}
