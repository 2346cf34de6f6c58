import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { amountsOf, candidateOf, leaseMs, settlementOf, small } from './harness.ts'
import type { ModelOptions } from './model.ts'

const floor = amountsOf({ inputTokens: 8, cost: 4 })
const withFloor = { candidates: [candidateOf(small, { floor })] }

export function leasePromises(promises: Promises, { crashSweeps }: ModelOptions): void {
  promises('a call that outlived its lease is swept to its floor', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const id = await org.open(small, withFloor)
    org.clock.time += leaseMs - 1
    expect(await org.book.sweep('expired')).toBe(0)
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 30 })
    org.clock.time += 1
    expect(await org.book.sweep('expired')).toBe(1)
    expect(await org.counts(limit)).toEqual({ spent: 4, held: 0 })
    expect(await org.book.request(id)).toMatchObject({
      source: 'floor', outcome: 'swept', charge: 4, providerCost: 4, usage: { inputTokens: 8, outputTokens: 0 },
      model: 'gpt-5.2', provider: 'openai', endedAt: org.clock.time,
    }) // prettier-ignore
    expect(await org.book.sweep('expired')).toBe(0)
    expect(await org.book.nextExpiry()).toBeUndefined()
  })

  promises(
    'a call that was extended is swept to what it last reported, from the candidate that served',
    async (org) => {
      const limit = await org.limit({ metric: 'tokens', per: 'lifetime', amount: 1000 })
      const candidates = [
        candidateOf(small, { floor }),
        candidateOf(small, { floor, model: 'backup', provider: 'second' }),
      ]
      const id = await org.open(small, { candidates })
      const soFar = { inputTokens: 7, outputTokens: 15, cost: 19 }
      await org.book.extend(id, { seq: 1, more: small, soFar: small, candidate: 0 })
      await org.book.extend(id, { seq: 2, more: amountsOf({}), soFar, candidate: 1 })
      org.clock.time += leaseMs
      expect(await org.book.sweep('expired')).toBe(1)
      expect(await org.counts(limit)).toEqual({ spent: 22, held: 0 })
      expect(await org.book.request(id)).toMatchObject({
        charge: 19,
        model: 'backup',
        provider: 'second',
        hold: { cost: 60 },
      })
    },
  )

  promises('a sweep leaves alone what renewed its lease', async (org) => {
    const lost = await org.open(small, withFloor)
    const alive = await org.open(small, withFloor)
    org.clock.time += leaseMs - 1
    await org.book.extend(alive, { seq: 1, more: amountsOf({}), soFar: floor, candidate: 0 })
    org.clock.time += 1
    expect(await org.book.nextExpiry()).toBe(org.clock.time)
    expect(await org.book.sweep('expired')).toBe(1)
    expect(await org.book.request(lost)).toMatchObject({ outcome: 'swept' })
    expect(await org.book.request(alive)).toMatchObject({ code: 'not_found' })
    expect(await org.book.nextExpiry()).toBe(org.clock.time - 1 + leaseMs)
  })

  promises('sweeping all sweeps what has a lease too', async (org) => {
    await org.open()
    await org.open()
    expect(await org.book.sweep('all')).toBe(2)
    expect(await org.book.nextExpiry()).toBeUndefined()
  })

  promises(
    'a settlement that comes after the sweep posts what was really used, where the call was opened',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      const running = await org.limit({ metric: 'concurrency', amount: 1 })
      const id = await org.open(small, withFloor)
      org.clock.time += leaseMs
      await org.book.sweep('expired')
      const receipt = await org.book.settle(settlementOf(id, { cost: 26 }))
      expect(receipt).toMatchObject({
        source: 'exact',
        outcome: 'ok',
        charge: 26,
        startedAt: org.clock.time - leaseMs,
      })
      expect(await org.counts(limit)).toEqual({ spent: 26, held: 0 })
      expect(await org.counts(running)).toEqual({ spent: 0, held: 0 })
    },
  )

  crashPromises(promises, crashSweeps)
}

function crashPromises(promises: Promises, crashSweeps: boolean): void {
  promises('what was answered survives a crash', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'month', amount: 100 })
    const rate = await org.limit({ metric: 'tokens', per: 'minute', amount: 100 })
    const id = await org.open()
    await org.settle(id, { cost: 12, inputTokens: 12 })
    const before = [
      await org.book.request(id),
      await org.book.policy(org.keyHash),
      await org.book.audit({ limit: 50 }),
    ]
    await org.crash()
    expect([
      await org.book.request(id),
      await org.book.policy(org.keyHash),
      await org.book.audit({ limit: 50 }),
    ]).toEqual(before)
    expect(await org.counts(limit)).toEqual({ spent: 12, held: 0 })
    expect(await org.counts(rate)).toEqual({ spent: 12, held: 0 })
    expect(await org.book.settle(settlementOf(id, { cost: 99 }))).toEqual(before[0])
    org.clock.time += 6_000
    expect(await org.counts(rate)).toEqual({ spent: 2, held: 0 })
  })

  promises(`a crash ${crashSweeps ? 'sweeps' : 'keeps'} what was held`, async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const id = await org.open(small, withFloor)
    const soFar = { inputTokens: 8, outputTokens: 2, cost: 9 }
    await org.book.extend(id, { seq: 1, more: { ...small, cost: 5 }, soFar, candidate: 0 })
    const expiry = await org.book.nextExpiry()
    await org.crash()
    expect(await org.book.nextExpiry()).toBe(crashSweeps ? undefined : expiry)
    expect(await org.counts(limit)).toEqual(crashSweeps ? { spent: 9, held: 0 } : { spent: 0, held: 35 })
    await org.settle(id, { cost: 14 })
    expect(await org.counts(limit)).toEqual({ spent: 14, held: 0 })
  })

  promises('a call that was held over a crash goes on as it was', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    const call = org.call(small, withFloor)
    await org.book.open(call)
    await org.crash()
    if (crashSweeps) return expect(await org.book.open(call)).toMatchObject({ code: 'conflict' })
    expect(await org.book.open(call)).toMatchObject({ kind: 'hold', limits: [{ held: 30 }] })
    expect(await org.book.extend(call.id, { seq: 1, more: small, soFar: small, candidate: 0 })).toMatchObject(
      { kind: 'extension' },
    )
    await org.book.updateLimit(limit, { amount: 70 }, { actor: 'root' })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 60 })
    await org.settle(call.id, { cost: 50 })
    expect(await org.counts(limit)).toEqual({ spent: 50, held: 0 })
  })
}
