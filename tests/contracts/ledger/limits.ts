import { expect } from 'vitest'
import type { Metric, Period, ScopeType } from '../../../src/ledger/limit.ts'
import type { Promises } from './contract.ts'
import { root, settlementOf, small } from './harness.ts'

export const metrics = [
  'requests',
  'tokens',
  'input_tokens',
  'output_tokens',
  'cost',
] as const satisfies readonly Metric[]
export const scopes = ['org', 'project', 'key'] as const satisfies readonly ScopeType[]
const periods = ['minute', 'hour', 'day', 'week', 'month', 'lifetime'] as const satisfies readonly Period[]

/** What one `small` call takes of each metric. */
const unit: Readonly<Record<Metric, number>> = {
  requests: 1,
  tokens: 30,
  input_tokens: 10,
  output_tokens: 20,
  cost: 30,
  concurrency: 1,
}
const dayMs = 86_400_000
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
  for (const on of scopes) {
    concurrencyPromise(promises, on)
    for (const metric of [...metrics, 'concurrency'] as const) racePromise(promises, metric, on)
    for (const metric of ['requests', 'tokens', 'cost'] as const) rateRacePromise(promises, metric, on)
  }
  codePromises(promises)
  atomicPromises(promises)
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
      const first = await org.open()
      expect(await org.counts(limit)).toEqual(rate ? { spent: one, held: 0 } : { spent: 0, held: one })
      await org.settle(first, small)
      expect(await org.counts(limit)).toEqual({ spent: one, held: 0 })
      const second = await org.open()
      const refusal = await org.refused()
      const code = rate ? 'rate_limited' : 'budget_held'
      const counts = rate ? { spent: 2 * one, held: 0 } : { spent: one, held: one }
      expect(refusal).toMatchObject({
        code,
        limit: { limit: { id: limit, metric, per }, ...counts, requested: one },
      })
      await org.settle(second, small)
      const spentCode = rate ? 'rate_limited' : metric === 'cost' ? 'budget_exceeded' : 'quota_exceeded'
      expect((await org.refused()).code).toBe(spentCode)
      org.clock.time += per === 'lifetime' ? 4000 * dayMs : span[per]
      if (per === 'lifetime') expect((await org.refused()).code).toBe(spentCode)
      else await org.open()
    },
  )
}

function concurrencyPromise(promises: Promises, on: ScopeType): void {
  promises(`concurrency of one ${on}: counts the calls under way, however they end`, async (org) => {
    const limit = await org.limit({ on, metric: 'concurrency', amount: 2 })
    const first = await org.open()
    const second = await org.open()
    const refusal = await org.refused()
    expect(refusal).toMatchObject({
      code: 'rate_limited',
      limit: { limit: { id: limit }, spent: 0, held: 2, requested: 1 },
    })
    expect(refusal.retryAfterSeconds).toBeGreaterThan(0)
    expect(refusal.retryable).not.toBe(false)
    await org.settle(first, small)
    await org.open()
    await org.book.settle({ id: second, attempts: [], source: 'exact', outcome: 'cancelled', charge: 0 })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 1 })
    await org.book.sweep('all')
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
  })
}

function racePromise(promises: Promises, metric: Metric, on: ScopeType): void {
  promises(`of 400 concurrent calls, ${metric} for 50 on one ${on} admits exactly 50`, async (org) => {
    const one = unit[metric]
    const terms = metric === 'concurrency' ? { metric } : { metric, per: 'lifetime' as const }
    const limit = await org.limit({ on, ...terms, amount: 50 * one })
    const answers = await Promise.all(Array.from({ length: 400 }, () => org.book.open(org.call())))
    const held = answers.flatMap((answer) => (answer.kind === 'hold' ? [answer.id] : []))
    expect(held).toHaveLength(50)
    const code = metric === 'concurrency' ? 'rate_limited' : 'budget_held'
    const full = { code, limit: { limit: { id: limit }, spent: 0, held: 50 * one, requested: one } }
    for (const answer of answers) if (answer.kind !== 'hold') expect(answer).toMatchObject(full)
    await Promise.all(held.map((id) => org.book.settle(settlementOf(id, small))))
    expect(await org.counts(limit)).toEqual({ spent: metric === 'concurrency' ? 0 : 50 * one, held: 0 })
    if (metric === 'concurrency') return void (await org.open())
    const spent = { code: metric === 'cost' ? 'budget_exceeded' : 'quota_exceeded', retryable: false }
    expect(await org.refused()).toMatchObject({
      ...spent,
      limit: { spent: 50 * one, held: 0, requested: one },
    })
  })
}

function rateRacePromise(promises: Promises, metric: Metric, on: ScopeType): void {
  promises(
    `of 400 concurrent calls, a rate of ${metric} for 50 on one ${on} admits exactly 50`,
    async (org) => {
      const one = unit[metric]
      const limit = await org.limit({ on, metric, per: 'minute', amount: 50 * one })
      const answers = await Promise.all(Array.from({ length: 400 }, () => org.book.open(org.call())))
      expect(answers.filter((answer) => answer.kind === 'hold')).toHaveLength(50)
      const full = {
        code: 'rate_limited',
        retryAfterSeconds: 2,
        limit: { limit: { id: limit }, spent: 50 * one, requested: one },
      }
      for (const answer of answers) if (answer.kind !== 'hold') expect(answer).toMatchObject(full)
    },
  )
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
      const limits = []
      for (const on of scopes)
        for (const per of ['minute', 'day', 'lifetime'] as const)
          limits.push(await org.limit({ on, metric: 'cost', per, amount: 1000 }))
      limits.push(
        await org.limit({ on: scopes[(index + 1) % 3] ?? 'org', metric: 'concurrency', amount: 10 }),
      )
      await org.limit({ on: refuser, metric: 'cost', per: 'week', amount: 10 })
      const before = await org.book.limits({ limit: 50 })
      await org.refused()
      expect(await org.book.limits({ limit: 50 })).toEqual(before)
      expect(before).toMatchObject({
        data: limits.map((id) => ({ limit: { id }, spent: 0, held: 0 })).concat(expect.anything()),
      })
      expect(await org.book.nextExpiry()).toBeUndefined()
    })
}
