import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drained, heldBy, judge, outranks, rateState, refilled, worst } from '../../src/ledger/admission.ts'
import { refuse, type Refusal } from '../../src/ledger/call.ts'
import { capacityOf, type Limit } from '../../src/ledger/limit.ts'

const rate: Limit = {
  id: 'lim',
  scope: { type: 'key', id: 'key' },
  metric: 'tokens',
  per: 'minute',
  amount: 60,
  createdAt: 0,
}
const budget: Limit = { ...rate, metric: 'cost', per: 'month', amount: 1_500_000_000 }
const now = 1_900_000_000_000
const amounts = fc.nat(1000)

it('a bucket only ever drains, never below empty, and not when the clock steps back', () => {
  const elapsed = fc.integer({ min: -10_000_000, max: 10_000_000 })
  fc.assert(
    fc.property(fc.record({ used: amounts, amount: amounts, elapsed, more: fc.nat(100_000) }), (story) => {
      const { used, elapsed, more } = story
      const limit = { ...rate, amount: story.amount }
      const level = drained(limit, { used, at: now }, now + elapsed)
      expect(level).toBeGreaterThanOrEqual(0)
      expect(level).toBeLessThanOrEqual(used)
      if (elapsed <= 0) expect(level).toBe(used)
      expect(drained(limit, { used, at: now }, now + elapsed + more)).toBeLessThanOrEqual(level)
    }),
  )
})

it('a bucket drains as far in two looks as in one', () => {
  const elapsed = fc.nat(100_000)
  fc.assert(
    fc.property(
      fc.record({ used: amounts, amount: amounts, elapsed, more: elapsed }),
      ({ used, amount, elapsed, more }) => {
        const limit = { ...rate, amount }
        const bucket = { used, at: now }
        const between = refilled(limit, { bucket, amount: 0, now: now + elapsed })
        const [once, twice] = [bucket, between].map((from) => drained(limit, from, now + elapsed + more))
        expect(twice).toBeCloseTo(once ?? NaN, 6)
      },
    ),
  )
})

it('what is poured in and given back at once leaves a bucket as it was', () => {
  fc.assert(
    fc.property(amounts, amounts, (used, amount) => {
      const full = refilled(rate, { bucket: { used, at: now }, amount, now })
      expect(refilled(rate, { bucket: full, amount: -amount, now })).toEqual({ used, at: now })
    }),
  )
})

it('a rate is all there again when it says so', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (used, amount) => {
      const limit = { ...rate, amount }
      const { resetsAt = NaN } = rateState(limit, { used, at: now }, now)
      expect(drained(limit, { used, at: now }, resetsAt)).toBeCloseTo(0, 6)
      expect(drained(limit, { used, at: now }, resetsAt - 2)).toBeGreaterThan(0)
    }),
  )
})

it('a limit grants exactly what fits beside what is spent and held', () => {
  const stories = fc.record({ amount: amounts, spent: amounts, held: amounts, requested: amounts })
  fc.assert(
    fc.property(stories, ({ amount, spent, held, requested }) => {
      const refusal = judge({ limit: { ...budget, amount }, spent, held }, requested)
      expect(refusal === undefined).toBe(spent + held + requested <= amount)
      if (refusal) expect(refusal.code).toBe(spent + requested <= amount ? 'budget_held' : 'budget_exceeded')
    }),
  )
})

it('after its Retry-After a rate grants the call, and not two seconds sooner', () => {
  const burst = fc.option(fc.nat(1000), { nil: undefined })
  const stories = fc.record({
    amount: fc.integer({ min: 1, max: 1000 }),
    burst,
    used: amounts,
    requested: amounts,
  })
  fc.assert(
    fc.property(stories, ({ amount, burst, used, requested }) => {
      const limit: Limit = { ...rate, amount, ...(burst !== undefined && { burst }) }
      const after = (seconds: number) => {
        const time = now + seconds * 1000
        return judge(rateState(limit, { used, at: now }, time), requested)
      }
      const refusal = after(0)
      fc.pre(refusal !== undefined && requested <= capacityOf(limit))
      const { retryAfterSeconds = NaN } = refusal
      // A millisecond more, for the last bit of a division.
      expect(after(retryAfterSeconds + 0.001)).toBeUndefined()
      if (retryAfterSeconds > 2) expect(after(retryAfterSeconds - 2)).toBeDefined()
    }),
  )
})

it('a refusal never asks to wait for ever', () => {
  const stories = fc.record({
    metric: fc.constantFrom('requests', 'tokens', 'cost', 'concurrency'),
    per: fc.constantFrom('minute', 'hour', 'day', 'lifetime'),
    amount: fc.nat(3),
    spent: fc.nat(3),
    requested: fc.nat(3),
  })
  fc.assert(
    fc.property(stories, ({ spent, requested, ...terms }) => {
      const refusal = judge({ limit: { ...rate, ...terms, burst: 2 }, spent, held: 0 }, requested)
      fc.pre(refusal !== undefined)
      expect(refusal.retryable === false).toBe(refusal.retryAfterSeconds === undefined)
      expect(Number.isFinite(refusal.retryAfterSeconds ?? 0)).toBe(true)
    }),
  )
})

it('a refusal says which limit, in words that a caller understands', () => {
  const state = { spent: 1_000_000_000, held: 0 }
  expect(judge({ limit: budget, ...state }, 600_000_000)?.message).toContain(
    "The key's limit of 1.5 USD per month",
  )
  expect(
    judge({ limit: { ...budget, metric: 'output_tokens', amount: 5, per: 'lifetime' }, ...state }, 6)
      ?.message,
  ).toContain('5 output tokens in all')
  expect(judge({ limit: rate, spent: 60, held: 0 }, 1)?.message).toContain('60 tokens per minute')
})

it('of refusals the one is told that a retry helps least, whatever their order', () => {
  const refusals: readonly Refusal[] = [
    refuse('budget_exceeded', '', { retryable: false }),
    refuse('quota_exceeded', '', { retryable: false }),
    refuse('rate_limited', '', { retryable: false }),
    refuse('rate_limited', '', { retryAfterSeconds: 90 }),
    refuse('budget_held', '', { retryAfterSeconds: 1 }),
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray([...refusals.keys()], { minLength: 1 }), (order) => {
      expect(worst(order.flatMap((index) => refusals[index] ?? []))).toBe(refusals[Math.min(...order)])
    }),
  )
  expect(worst([])).toBeUndefined()
})

it('a call holds the largest of the candidates that a limit covers', () => {
  const hold = (inputTokens: number, outputTokens: number, cost: number) => ({
    inputTokens,
    outputTokens,
    cost,
  })
  const candidate = (model: string, held: ReturnType<typeof hold>) => ({
    model,
    provider: 'p',
    hold: held,
    floor: hold(0, 0, 0),
  })
  const call = { candidates: [candidate('a', hold(1, 9, 5)), candidate('b', hold(6, 5, 7))] }
  const heldOf = (metric: Limit['metric'], models?: string[]) =>
    heldBy({ ...budget, metric, ...(models && { models }) }, call)
  expect(
    (['requests', 'concurrency', 'tokens', 'input_tokens', 'output_tokens', 'cost'] as const).map((metric) =>
      heldOf(metric),
    ),
  ).toEqual([1, 1, 11, 6, 9, 7])
  expect(heldOf('cost', ['a'])).toBe(5)
})

it('exact outranks counted outranks floor', () => {
  const sources = ['exact', 'counted', 'floor'] as const
  for (const [i, a] of sources.entries())
    for (const [j, b] of sources.entries()) expect(outranks(a, b)).toBe(i < j)
})
