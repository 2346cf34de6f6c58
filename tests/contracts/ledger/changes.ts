import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { refusalOf, root, settlementOf, small } from './harness.ts'

export function changePromises(promises: Promises): void {
  promises('a limit that is changed keeps what is spent and held', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'month', amount: 100 })
    await org.settle(await org.open({ cost: 40 }), { cost: 40 })
    const id = await org.open({ cost: 40 })
    await org.refused({ cost: 40 })
    const raised = await org.book.updateLimit(limit, { amount: 200 }, root)
    expect(raised).toMatchObject({ limit: { id: limit, amount: 200 }, spent: 40, held: 40 })
    await org.settle(await org.open({ cost: 40 }), { cost: 30 })
    expect(await org.book.updateLimit(limit, { amount: 50 }, root)).toMatchObject({ spent: 70, held: 40 })
    expect((await org.refused({ cost: 1 })).code).toBe('budget_exceeded')
    await org.settle(id, { cost: 41 })
    expect(await org.state(limit)).toMatchObject({ limit: { amount: 50 }, spent: 111, held: 0 })
  })

  promises('a rate that is changed keeps what has not drained, and drains anew from then on', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 600 })
    await org.settle(await org.open({ inputTokens: 600 }), { inputTokens: 600 })
    org.clock.time += 30_000
    expect(await org.counts(limit)).toEqual({ spent: 300, held: 0 })
    expect(await org.book.updateLimit(limit, { amount: 60, burst: 400 }, root)).toMatchObject({ spent: 300 })
    org.clock.time += 60_000
    expect(await org.counts(limit)).toEqual({ spent: 240, held: 0 })
    await org.open({ inputTokens: 160 })
    await org.refused({ inputTokens: 1 })
  })

  promises('a limit counts only the calls that were opened after it was made', async (org) => {
    const early = await org.open({ cost: 70 })
    await org.settle(await org.open({ cost: 50 }), { cost: 50 })
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const running = await org.limit({ metric: 'concurrency', amount: 1 })
    const rate = await org.limit({ metric: 'cost', per: 'hour', amount: 100 })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
    await org.open({ cost: 90 })
    await org.settle(early, { cost: 70 })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 90 })
    expect(await org.counts(running)).toEqual({ spent: 0, held: 1 })
    expect(await org.counts(rate)).toEqual({ spent: 90, held: 0 })
  })

  promises('a limit of nothing refuses whatever takes of it, and grants what does not', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 0 })
    await org.limit({ metric: 'tokens', per: 'minute', amount: 0 })
    expect((await org.refused({ cost: 1 })).code).toBe('budget_exceeded')
    expect(await org.refused({ inputTokens: 1 })).toMatchObject({ code: 'rate_limited', retryable: false })
    const id = await org.open({})
    await org.settle(id, { cost: 2, inputTokens: 2 })
    expect(await org.counts(limit)).toEqual({ spent: 2, held: 0 })
    expect((await org.refused({})).code).toBe('budget_exceeded')
  })

  deletionPromises(promises)
}

function deletionPromises(promises: Promises): void {
  promises(
    'a deleted limit refuses nothing, is listed no more, and calls under way end without it',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 50 })
      const rate = await org.limit({ metric: 'tokens', per: 'minute', amount: 50 })
      const kept = await org.limit({ metric: 'cost', per: 'lifetime', amount: 500 })
      const call = org.call({ cost: 50, inputTokens: 50 })
      const { id } = call
      await org.book.open(call)
      await org.refused({ cost: 50 })
      expect(await org.book.deleteLimit(limit, root)).toMatchObject({ id: limit, amount: 50 })
      expect(await org.book.deleteLimit(rate, root)).toMatchObject({ id: rate })
      expect(refusalOf(await org.book.limit(limit)).code).toBe('not_found')
      expect(refusalOf(await org.book.updateLimit(limit, { amount: 1 }, root)).code).toBe('not_found')
      expect(refusalOf(await org.book.deleteLimit(limit, root)).code).toBe('not_found')
      const again = await org.book.open(org.call({ cost: 50, inputTokens: 50 }))
      expect(again).toMatchObject({ kind: 'hold', limits: [{ limit: { id: kept } }] })
      expect(await org.book.open(call)).toMatchObject({ kind: 'hold', limits: [{ limit: { id: kept } }] })
      const step = { seq: 1, more: { ...small, cost: 51 }, soFar: small, candidate: 0 }
      expect(await org.book.extend(id, step)).toMatchObject({ kind: 'extension' })
      await org.book.settle(settlementOf(id, { cost: 9 }, { source: 'counted' }))
      await org.settle(id, { cost: 19 })
      expect(await org.counts(kept)).toEqual({ spent: 19, held: 50 })
      expect(await org.book.limits({ limit: 10 })).toMatchObject({ data: [{ limit: { id: kept } }] })
      await org.crash()
      expect(await org.book.limits({ limit: 10 })).toMatchObject({ data: [{ limit: { id: kept } }] })
    },
  )

  promises('a limit takes effect at once, and survives a crash as it was changed last', async (org) => {
    const limit = await org.limit({ metric: 'requests', per: 'day', amount: 1 })
    await org.settle(await org.open(), {})
    await org.refused()
    await org.book.updateLimit(limit, { amount: 2 }, root)
    await org.crash()
    await org.settle(await org.open(), {})
    await org.refused()
    expect(await org.state(limit)).toMatchObject({ limit: { amount: 2 }, spent: 2 })
  })
}
