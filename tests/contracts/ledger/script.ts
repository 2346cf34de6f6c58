import fc from 'fast-check'
import type { Amounts } from '../../../src/core/amounts.ts'
import type { Metric, Period, ScopeType } from '../../../src/ledger/limit.ts'
import { amountsOf } from './harness.ts'

/** A story of one org, made at random: what it starts with, and what then happens. Calls, keys and limits go by number, modulo how many there are. */
export interface Script {
  readonly start: number
  /** The lifetime cost limit of the org that an oracle follows. */
  readonly budget: number
  readonly limits: readonly Terms[]
  readonly steps: readonly Step[]
}

/** A limit, before it has an id. */
export interface Terms {
  readonly on: ScopeType
  readonly metric: Metric
  readonly per: Period
  readonly amount: number
  readonly burst: number | undefined
  readonly models: readonly string[] | undefined
}

export interface Option {
  readonly model: string
  readonly hold: Amounts
  readonly floor: Amounts
}

export type Step =
  | { readonly do: 'open'; readonly key: number; readonly options: readonly Option[] }
  | { readonly do: 'reopen'; readonly call: number }
  | {
      readonly do: 'extend'
      readonly call: number
      readonly ahead: number
      readonly candidate: number
      readonly more: Amounts
      readonly soFar: Amounts
    }
  | {
      readonly do: 'settle'
      readonly call: number
      readonly attempts: number
      readonly served: boolean
      readonly percent: number
      readonly source: 'exact' | 'counted' | 'floor'
      readonly outcome: 'ok' | 'failed' | 'cancelled'
    }
  | { readonly do: 'sweep' }
  | { readonly do: 'crash' }
  | { readonly do: 'clock'; readonly by: number }
  | { readonly do: 'midnight'; readonly before: number }
  | { readonly do: 'create-limit'; readonly terms: Terms }
  | {
      readonly do: 'update-limit'
      readonly limit: number
      readonly amount: number
      readonly burst: number | undefined
    }
  | { readonly do: 'delete-limit'; readonly limit: number }
  | { readonly do: 'revoke-key'; readonly key: number }

const number = fc.nat({ max: 20 })
const dayMs = 86_400_000

const amounts: fc.Arbitrary<Amounts> = fc
  .tuple(fc.nat({ max: 15 }), fc.nat({ max: 15 }), fc.nat({ max: 25 }))
  .map(([inputTokens, outputTokens, cost]) => amountsOf({ inputTokens, outputTokens, cost }))

const option: fc.Arbitrary<Option> = fc
  .record({
    model: fc.constantFrom('a-1', 'a-2', 'b-1'),
    hold: amounts,
    percent: fc.constantFrom(0, 30, 100),
  })
  .map(({ model, hold, percent }) => ({ model, hold, floor: portion(hold, percent) }))

const terms: fc.Arbitrary<Terms> = fc.record({
  on: fc.constantFrom('org', 'project', 'key'),
  metric: fc.constantFrom('requests', 'tokens', 'input_tokens', 'output_tokens', 'cost', 'concurrency'),
  per: fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'lifetime'),
  amount: fc.oneof(
    { weight: 1, arbitrary: fc.nat({ max: 5 }) },
    { weight: 4, arbitrary: fc.integer({ min: 20, max: 200 }) },
  ),
  burst: fc.option(fc.nat({ max: 60 }), { nil: undefined, freq: 3 }),
  models: fc.option(fc.constantFrom(['a-*'], ['b-1'], ['*-1'], ['a-1', 'b-*'], ['none']), {
    nil: undefined,
    freq: 3,
  }),
})

const clockSteps = [
  1,
  500,
  7_000,
  30_000,
  60_000,
  119_999,
  120_000,
  1_800_000,
  3_600_000,
  dayMs / 2,
  dayMs,
  7 * dayMs,
  29 * dayMs,
]
const stepsBack = [-1, -500, -60_000, -3_600_000, -dayMs, -8 * dayMs]

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('open'),
      key: number,
      options: fc.array(option, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen'), call: number }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('extend'),
      call: number,
      ahead: fc.constantFrom(0, 1, 1, 3),
      candidate: number,
      more: amounts,
      soFar: amounts,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      call: number,
      attempts: fc.constantFrom(0, 1, 1, 1, 2),
      served: fc.constantFrom(true, true, true, false),
      percent: fc.constantFrom(0, 40, 100, 100, 170),
      source: fc.constantFrom('exact', 'exact', 'counted', 'floor'),
      outcome: fc.constantFrom('ok', 'failed', 'cancelled'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash') }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('clock'),
      by: fc.constantFrom(...clockSteps, ...clockSteps, ...stepsBack),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('midnight'), before: fc.constantFrom(0, 1, 500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create-limit'), terms }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('update-limit'),
      limit: number,
      amount: fc.nat({ max: 90 }),
      burst: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete-limit'), limit: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke-key'), key: number }) },
) as fc.Arbitrary<Step>

export const scripts: fc.Arbitrary<Script> = fc.record({
  start: fc.constantFrom(
    Date.UTC(2031, 0, 15, 12),
    Date.UTC(2031, 0, 19, 23, 59, 59, 999),
    Date.UTC(2032, 1, 28, 23, 59, 50),
    Date.UTC(2031, 11, 31, 23, 59),
  ),
  budget: fc.integer({ min: 20, max: 400 }),
  limits: fc.array(terms, { maxLength: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
})

/** So many per cent of amounts. */
export function portion(amounts: Amounts, percent: number): Amounts {
  const of = (amount: number) => Math.floor((amount * percent) / 100)
  return {
    inputTokens: of(amounts.inputTokens),
    outputTokens: of(amounts.outputTokens),
    cost: of(amounts.cost),
  }
}
