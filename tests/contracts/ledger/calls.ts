import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { attemptOf, candidateOf, leaseMs, refusalOf, root, settlementOf, small } from './harness.ts'

const step = { seq: 1, more: small, soFar: small, candidate: 0 }

export function callPromises(promises: Promises): void {
  promises(
    'a hold says when it was opened, when its lease ends, and where its limits stand with it',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      const call = org.call()
      const hold = await org.book.open(call)
      expect(hold).toMatchObject({
        kind: 'hold',
        id: call.id,
        openedAt: org.clock.time,
        leaseUntil: org.clock.time + leaseMs,
      })
      expect(hold).toMatchObject({ limits: [{ limit: { id: limit }, spent: 0, held: 30 }] })
      expect(await org.book.nextExpiry()).toBe(org.clock.time + leaseMs)
    },
  )

  promises('opening the same id again gives the same hold again, and holds no more', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 50 })
    const rate = await org.limit({ metric: 'requests', per: 'minute', amount: 1 })
    const call = org.call()
    const [first, again] = await Promise.all([org.book.open(call), org.book.open(call)])
    expect(first).toMatchObject({ kind: 'hold' })
    expect(again).toEqual(first)
    expect(await org.book.open(call)).toEqual(first)
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 30 })
    expect(await org.counts(rate)).toEqual({ spent: 1, held: 0 })
  })

  promises('the id of a call that has ended opens nothing', async (org) => {
    const call = org.call()
    await org.book.open(call)
    await org.settle(call.id, { cost: 3 })
    expect(refusalOf(await org.book.open(call)).code).toBe('conflict')
    expect(await org.book.nextExpiry()).toBeUndefined()
  })

  promises('a refused id may be opened later', async (org) => {
    await org.limit({ metric: 'concurrency', amount: 1 })
    const first = await org.open()
    const call = org.call()
    expect(await org.book.open(call)).toMatchObject({ kind: 'refusal' })
    await org.settle(first, {})
    expect(await org.book.open(call)).toMatchObject({ kind: 'hold', id: call.id })
  })

  promises('a limit holds the largest amount among the candidates that it covers', async (org) => {
    const all = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000 })
    const cheap = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000, models: ['small-*'] })
    const other = await org.limit({ metric: 'cost', per: 'lifetime', amount: 0, models: ['other'] })
    const candidates = [
      candidateOf({ cost: 10 }, { model: 'small-a' }),
      candidateOf({ cost: 90 }, { model: 'large' }),
      candidateOf({ cost: 40 }, { model: 'small-b' }),
    ]
    const id = await org.open({}, { candidates })
    expect(await org.counts(all)).toEqual({ spent: 0, held: 90 })
    expect(await org.counts(cheap)).toEqual({ spent: 0, held: 40 })
    expect(await org.counts(other)).toEqual({ spent: 0, held: 0 })
    await org.book.settle(
      settlementOf(id, {}, { attempts: [attemptOf({ cost: 80 }, { model: 'large' })], charge: 80 }),
    )
    expect(await org.counts(all)).toEqual({ spent: 80, held: 0 })
    expect(await org.counts(cheap)).toEqual({ spent: 0, held: 0 })
  })

  promises('a limit counts the calls of its own scope only', async (org) => {
    const limits = {
      org: await org.limit({ on: 'org', metric: 'cost', per: 'lifetime', amount: 100 }),
      project: await org.limit({ on: 'project', metric: 'cost', per: 'lifetime', amount: 100 }),
      key: await org.limit({ on: 'key', metric: 'cost', per: 'lifetime', amount: 100 }),
    }
    const outside = await org.key({ id: `${org.keyId.slice(0, -4)}ffff` })
    const beside = await org.key({ id: `${org.keyId.slice(0, -4)}fffe`, projectId: org.projectId })
    await org.open({ cost: 1 }, { keyHash: outside })
    await org.open({ cost: 10 }, { keyHash: beside })
    await org.open({ cost: 40 })
    expect(await org.counts(limits.org)).toEqual({ spent: 0, held: 51 })
    expect(await org.counts(limits.project)).toEqual({ spent: 0, held: 50 })
    expect(await org.counts(limits.key)).toEqual({ spent: 0, held: 40 })
    const listed = await org.book.limitsOfKey(org.keyId)
    expect(listed).toMatchObject([limits.org, limits.project, limits.key].map((id) => ({ limit: { id } })))
  })

  extensionPromises(promises)
}

function extensionPromises(promises: Promises): void {
  promises('an extension holds more and renews the lease', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'day', amount: 100 })
    const running = await org.limit({ metric: 'concurrency', amount: 1 })
    const requests = await org.limit({ metric: 'requests', per: 'day', amount: 1 })
    const id = await org.open()
    org.clock.time += 60_000
    const leaseUntil = org.clock.time + leaseMs
    expect(await org.book.extend(id, step)).toEqual({ kind: 'extension', leaseUntil })
    expect(await org.book.nextExpiry()).toBe(leaseUntil)
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 60 })
    expect(await org.counts(running)).toEqual({ spent: 0, held: 1 })
    expect(await org.counts(requests)).toEqual({ spent: 0, held: 1 })
  })

  promises('a step that was granted is granted again without effect, and renews the lease', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 60 })
    const id = await org.open()
    await org.book.extend(id, step)
    org.clock.time += 1000
    const again = await org.book.extend(id, { ...step, soFar: { ...small, cost: 55 } })
    expect(again).toEqual({ kind: 'extension', leaseUntil: org.clock.time + leaseMs })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 60 })
  })

  promises('a budget refuses an extension that it does not cover, and nothing changes', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 59 })
    const tokens = await org.limit({ metric: 'tokens', per: 'day', amount: 100 })
    const id = await org.open()
    const expiry = await org.book.nextExpiry()
    org.clock.time += 1000
    const refusal = refusalOf(await org.book.extend(id, step))
    expect(refusal).toMatchObject({
      code: 'budget_held',
      limit: { limit: { id: limit }, spent: 0, held: 30, requested: 30 },
    })
    expect(await org.counts(tokens)).toEqual({ spent: 0, held: 30 })
    expect(await org.book.nextExpiry()).toBe(expiry)
    await org.book.updateLimit(limit, { amount: 60 }, root)
    expect(await org.book.extend(id, step)).toMatchObject({ kind: 'extension' })
  })

  promises('an extension that holds no more is never refused', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 30 })
    const id = await org.open()
    await org.book.updateLimit(limit, { amount: 1 }, root)
    const more = { inputTokens: 0, outputTokens: 0, cost: 0 }
    expect(await org.book.extend(id, { ...step, more })).toMatchObject({ kind: 'extension' })
  })

  promises('only a call under way can be extended', async (org) => {
    const id = await org.open()
    await org.settle(id, {})
    expect(refusalOf(await org.book.extend(id, step)).code).toBe('not_found')
    expect(refusalOf(await org.book.extend(org.call().id, step)).code).toBe('not_found')
  })
}
