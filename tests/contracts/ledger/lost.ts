import { expect } from 'vitest'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Promises } from './contract.ts'
import { amountsOf, candidateOf, idOf, leaseMs, root, small, type TestOrg } from './harness.ts'
import type { ModelOptions } from './model.ts'

const floor = amountsOf({ inputTokens: 8, cost: 4 })
const withFloor = { candidates: [candidateOf(small, { floor, floorProviderCost: 3 })] }
const keep = { metric: 'cost', per: 'lifetime', amount: 1000, onLost: 'hold' } as const

async function lose(org: TestOrg): Promise<void> {
  org.clock.time += leaseMs
  expect(await org.book.sweep('expired')).toBe(1)
}

/** What becomes of calls that nobody settled, under limits that keep what these held. */
export function lostPromises(promises: Promises, { crashSweeps }: ModelOptions): void {
  promises('a lost call is charged all that it held, where a limit says so', async (org) => {
    const limit = await org.limit(keep)
    const tokens = await org.limit({ metric: 'tokens', per: 'lifetime', amount: 1000 })
    const id = await org.open(small, withFloor)
    await lose(org)
    expect(await org.book.request(id)).toMatchObject({
      outcome: 'swept', source: 'floor', charge: 30, providerCost: 3, usage: { inputTokens: 10, outputTokens: 20 },
    }) // prettier-ignore
    expect(await org.counts(limit)).toEqual({ spent: 30, held: 0 })
    expect(await org.counts(tokens)).toEqual({ spent: 30, held: 0 })
  })

  promises('what a lost call really used replaces what was kept of it', async (org) => {
    const limit = await org.limit(keep)
    const id = await org.open(small, withFloor)
    await lose(org)
    await org.settle(id, { cost: 11 })
    expect(await org.counts(limit)).toEqual({ spent: 11, held: 0 })
    expect(await org.book.request(id)).toMatchObject({ charge: 11, providerCost: 11, outcome: 'ok' })
  })

  promises('a lost call that was extended is charged all that it held in the end', async (org) => {
    const limit = await org.limit(keep)
    const id = await org.open(small, withFloor)
    const soFar = amountsOf({ inputTokens: 9, outputTokens: 3, cost: 7 })
    const step = { seq: 1, more: amountsOf({ cost: 12 }), soFar, providerCostSoFar: 5, candidate: 0 }
    await org.book.extend(id, step)
    await lose(org)
    expect(await org.book.request(id)).toMatchObject({ charge: 42, providerCost: 5 })
    expect(await org.counts(limit)).toEqual({ spent: 42, held: 0 })
  })

  candidatePromises(promises)
  whichPromises(promises)

  if (crashSweeps)
    promises('a call that a crash lost is charged all that it held, where a limit says so', async (org) => {
      const limit = await org.limit(keep)
      await org.open(small, withFloor)
      await org.crash()
      expect(await org.counts(limit)).toEqual({ spent: 30, held: 0 })
    })
}

function candidatePromises(promises: Promises): void {
  const cheap = candidateOf({ inputTokens: 50, cost: 10 }, { model: 'cheap', floor, floorProviderCost: 3 })
  const dear = candidateOf({ inputTokens: 20, cost: 90 }, { model: 'dear' })

  for (const [name, candidates] of Object.entries({ first: [dear, cheap], last: [cheap, dear] }))
    promises(`a lost call is charged what the dearest candidate held, were it the ${name}`, async (org) => {
      const limit = await org.limit(keep)
      const tokens = await org.limit({ metric: 'tokens', per: 'lifetime', amount: 1000 })
      await org.open({}, { candidates })
      const before = [await org.counts(limit), await org.counts(tokens)]
      expect(before.map(({ held }) => held)).toEqual([90, 50])
      await lose(org)
      expect(await org.counts(limit)).toEqual({ spent: 90, held: 0 })
      expect(await org.counts(tokens)).toEqual({ spent: 50, held: 0 })
    })

  promises('a lost call counts towards the limit that says so, whichever models that covers', async (org) => {
    const limit = await org.limit({ ...keep, models: ['dear'] })
    const other = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000, models: ['cheap'] })
    const id = await org.open({}, { candidates: [cheap, dear] })
    await lose(org)
    expect(await org.counts(limit)).toEqual({ spent: 90, held: 0 })
    expect(await org.counts(other)).toEqual({ spent: 0, held: 0 })
    expect(await org.book.request(id)).toMatchObject({ model: 'dear', charge: 90, providerCost: 3 })
  })

  promises('the row of a lost call names the candidate that most limits keep', async (org) => {
    const limits = [await org.limit(keep), await org.limit({ ...keep, models: ['dear'] })]
    const id = await org.open({}, { candidates: [cheap, dear] })
    await lose(org)
    expect(await org.book.request(id)).toMatchObject({ model: 'dear', charge: 90, providerCost: 3 })
    for (const limit of limits) expect(await org.counts(limit)).toEqual({ spent: 90, held: 0 })
  })

  promises('a limit that covers no candidate of a lost call has no say in it', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000 })
    await org.limit({ ...keep, models: ['other'] })
    await org.open({}, { candidates: [cheap, dear] })
    await lose(org)
    expect(await org.counts(limit)).toEqual({ spent: 4, held: 0 })
  })
}

function whichPromises(promises: Promises): void {
  for (const on of ['org', 'project', 'key', 'end_user'] as const)
    promises(`one limit of the ${on} that keeps holds is enough`, async (org) => {
      const others = await org.limit({ metric: 'cost', per: 'day', amount: 1000 })
      await org.limit({ ...keep, on, metric: 'requests' })
      await org.open(small, { ...withFloor, endUser: 'ann' })
      await lose(org)
      expect(await org.counts(others)).toEqual({ spent: 30, held: 0 })
    })

  promises('what a limit says when the call is swept decides, not what it said before', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000 })
    await org.open(small, withFloor)
    await org.book.updateLimit(limit, { onLost: 'hold' }, root)
    await lose(org)
    expect(await org.counts(limit)).toEqual({ spent: 30, held: 0 })
    await org.open(small, withFloor)
    await org.book.updateLimit(limit, { onLost: 'floor' }, root)
    await lose(org)
    expect(await org.counts(limit)).toEqual({ spent: 34, held: 0 })
  })

  promises('shadow, deleted and later limits keep no holds', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000 })
    await org.limit({ ...keep, mode: 'shadow' })
    const deleted = await org.limit(keep)
    await org.open(small, withFloor)
    await org.book.deleteLimit(deleted, root)
    await org.limit(keep)
    await lose(org)
    expect(await org.counts(limit)).toEqual({ spent: 4, held: 0 })
  })

  promises('calls of other keys are swept to their floor', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 1000 })
    await org.limit({ ...keep, on: 'key' })
    const id = idOf('key', org.slug)
    await org.key({ id })
    await org.open(small, { ...withFloor, keyHash: hashKey(id) })
    await lose(org)
    expect(await org.counts(limit)).toEqual({ spent: 4, held: 0 })
  })
}
