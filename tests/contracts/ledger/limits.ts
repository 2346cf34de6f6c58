import { expect } from 'vitest'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Metric, Period, ScopeType } from '../../../src/ledger/limit.ts'
import type { Promises } from './contract.ts'
import { idOf, refusalOf, root, small } from './harness.ts'

export const metrics = [
  'requests',
  'tokens',
  'input_tokens',
  'output_tokens',
  'cost',
] as const satisfies readonly Metric[]
export const scopes = ['org', 'project', 'key', 'end_user'] as const satisfies readonly ScopeType[]
export const periods = [
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'lifetime',
] as const satisfies readonly Period[]

/** What one `small` call takes of each metric. */
export const unit: Readonly<Record<Metric, number>> = {
  requests: 1,
  tokens: 30,
  input_tokens: 10,
  output_tokens: 20,
  cost: 30,
  concurrency: 1,
}
const dayMs = 86_400_000
/** Every call here is for one end user, so that it counts at each scope. */
const ann = { endUser: 'ann' }
/** After how long a full limit is free again. */
const span: Readonly<Record<Exclude<Period, 'lifetime'>, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: dayMs,
  week: 7 * dayMs,
  month: 31 * dayMs,
}

export function limitPromises(promises: Promises): void {
  for (const metric of metrics)
    for (const per of periods) for (const on of scopes) cyclePromise(promises, { metric, per, on })
  for (const on of scopes) concurrencyPromise(promises, on)
  codePromises(promises)
  atomicPromises(promises)
  countPromises(promises)
}

function cyclePromise(
  promises: Promises,
  { metric, per, on }: { metric: Metric; per: Period; on: ScopeType },
): void {
  const rate = per === 'minute' || per === 'hour'
  promises(
    `${metric} per ${per} of one ${on}: grants what it covers, refuses more, is free again in its time`,
    async (org) => {
      const one = unit[metric]
      const limit = await org.limit({ on, metric, per, amount: 2 * one })
      const first = await org.open(small, ann)
      expect(await org.counts(limit, 'ann')).toEqual(rate ? { spent: one, held: 0 } : { spent: 0, held: one })
      await org.settle(first, small)
      expect(await org.counts(limit, 'ann')).toEqual({ spent: one, held: 0 })
      const second = await org.open(small, ann)
      const refusal = await org.refused(small, ann)
      const code = rate ? 'rate_limited' : 'budget_held'
      const counts = rate ? { spent: 2 * one, held: 0 } : { spent: one, held: one }
      expect(refusal).toMatchObject({
        code,
        limit: { limit: { id: limit, metric, per }, ...counts, requested: one },
      })
      await org.settle(second, small)
      const spentCode = rate ? 'rate_limited' : metric === 'cost' ? 'budget_exceeded' : 'quota_exceeded'
      expect((await org.refused(small, ann)).code).toBe(spentCode)
      org.clock.time += per === 'lifetime' ? 4000 * dayMs : span[per]
      if (per === 'lifetime') expect((await org.refused(small, ann)).code).toBe(spentCode)
      else await org.open(small, ann)
    },
  )
}

function concurrencyPromise(promises: Promises, on: ScopeType): void {
  promises(`concurrency of one ${on}: counts the calls under way, however they end`, async (org) => {
    const limit = await org.limit({ on, metric: 'concurrency', amount: 2 })
    const first = await org.open(small, ann)
    const second = await org.open(small, ann)
    const refusal = await org.refused(small, ann)
    expect(refusal).toMatchObject({
      code: 'rate_limited',
      limit: { limit: { id: limit }, spent: 0, held: 2, requested: 1 },
    })
    expect(refusal.retryAfterSeconds).toBeGreaterThan(0)
    expect(refusal.retryable).not.toBe(false)
    await org.settle(first, small)
    await org.open(small, ann)
    await org.book.settle({ id: second, attempts: [], source: 'exact', outcome: 'cancelled', charge: 0 })
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 0, held: 1 })
    await org.book.sweep('all')
    expect(await org.counts(limit, 'ann')).toEqual({ spent: 0, held: 0 })
  })
}

function codePromises(promises: Promises): void {
  promises(
    'money that is spent is 402 budget_exceeded, money that is only held is 429 budget_held with a Retry-After',
    async (org) => {
      await org.limit({ metric: 'cost', per: 'month', amount: 100 })
      const first = await org.open({ cost: 60 })
      const held = await org.refused({ cost: 60 })
      expect(held).toMatchObject({ code: 'budget_held', retryAfterSeconds: expect.any(Number) })
      expect(held.retryable).not.toBe(false)
      expect(await org.refused({ cost: 101 })).toMatchObject({ code: 'budget_exceeded', retryable: false })
      await org.settle(first, { cost: 41 })
      expect(await org.refused({ cost: 60 })).toMatchObject({
        code: 'budget_exceeded',
        limit: { spent: 41, held: 0 },
      })
      await org.open({ cost: 59 })
    },
  )

  promises('a refusal says when the limit is there again', async (org) => {
    await org.limit({ metric: 'requests', per: 'day', amount: 0 })
    const { limit } = await org.refused()
    expect(limit?.resetsAt).toBe(Date.UTC(2031, 0, 16))
  })

  promises('of several limits that refuse, the one is named that a retry helps least', async (org) => {
    await org.limit({ metric: 'concurrency', amount: 0 })
    const rate = await org.limit({ metric: 'requests', per: 'hour', amount: 1 })
    await org.book.updateLimit(rate, { amount: 1, burst: 1 }, root)
    const quota = await org.limit({ metric: 'requests', per: 'day', amount: 0 })
    expect(await org.refused()).toMatchObject({ code: 'quota_exceeded', limit: { limit: { id: quota } } })
    const budget = await org.limit({ metric: 'cost', per: 'lifetime', amount: 10 })
    expect(await org.refused()).toMatchObject({ code: 'budget_exceeded', limit: { limit: { id: budget } } })
  })
}

function atomicPromises(promises: Promises): void {
  for (const [index, refuser] of scopes.entries())
    promises(`a call that the limit of the ${refuser} refuses takes nothing from any limit`, async (org) => {
      for (const on of scopes)
        for (const per of ['minute', 'day', 'lifetime'] as const)
          await org.limit({ on, metric: 'cost', per, amount: 1000 })
      const next = scopes[(index + 1) % scopes.length] ?? 'org'
      await org.limit({ on: next, metric: 'concurrency', amount: 10 })
      await org.limit({ on: refuser, metric: 'cost', per: 'week', amount: 10 })
      const before = await org.book.limitsOfKey(org.keyId, 'ann')
      await org.refused(small, ann)
      expect(await org.book.limitsOfKey(org.keyId, 'ann')).toEqual(before)
      expect(before).toMatchObject(Array.from({ length: 14 }, () => ({ spent: 0, held: 0 })))
      expect(await org.book.nextExpiry()).toBeUndefined()
    })
}

/** More limits on one scope would make each of its calls slow. */
function countPromises(promises: Promises): void {
  for (const on of scopes)
    promises(`one ${on} has at most 100 limits, and room again when one is deleted`, async (org) => {
      const terms = { scope: org.scope(on), metric: 'requests', per: 'day', amount: 9 } as const
      const make = () => org.book.createLimit({ id: idOf('lim', org.slug), ...terms }, root)
      const made = await Promise.all(Array.from({ length: 100 }, make))
      for (const answer of made) expect(answer).toMatchObject({ kind: 'created' })
      expect(refusalOf(await make()).code).toBe('conflict')
      for (const other of scopes.filter((scope) => scope !== on))
        await org.limit({ on: other, metric: 'requests', per: 'day', amount: 9 })
      const hold = await org.book.open(org.call(small, ann))
      expect(hold.kind === 'hold' && hold.limits).toHaveLength(103)
      const [first] = made
      if (first?.kind === 'created') {
        const again = { ...terms, id: first.record.id }
        expect(await org.book.createLimit(again, root)).toEqual(first)
        await org.book.deleteLimit(first.record.id, root)
      }
      expect(await make()).toMatchObject({ kind: 'created' })
      expect(refusalOf(await make()).code).toBe('conflict')
    })

  promises('a key is not made with more than 100 limits, nor with one that is there already', async (org) => {
    const id = idOf('key', org.slug)
    const limit = () =>
      ({
        id: idOf('lim', org.slug),
        scope: { type: 'key', id },
        metric: 'requests',
        per: 'day',
        amount: 9,
      }) as const
    const key = { id, name: 'k', scopes: ['call'], hash: hashKey(id) } as const
    const many = Array.from({ length: 101 }, limit)
    expect(refusalOf(await org.book.createKey({ ...key, limits: many }, root)).code).toBe('conflict')
    const taken = await org.limit({ metric: 'requests', per: 'day', amount: 1 })
    const twin = { ...limit(), id: taken }
    expect(refusalOf(await org.book.createKey({ ...key, limits: [twin] }, root)).code).toBe('conflict')
    expect(await org.state(taken)).toMatchObject({ limit: { scope: org.scope('org'), amount: 1 } })
    expect(refusalOf(await org.book.key(id)).code).toBe('not_found')
    const limits = many.slice(1)
    expect(await org.book.createKey({ ...key, limits }, root)).toMatchObject({ kind: 'created' })
    expect(await org.book.createKey({ ...key, limits }, root)).toMatchObject({ kind: 'created' })
    expect(await org.book.limits({ limit: 200, scopeId: id })).toHaveProperty('data.length', 100)
  })
}
