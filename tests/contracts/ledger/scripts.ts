import fc from 'fast-check'
import type { Amounts } from '../../../src/core/amounts.ts'
import { amountsOf } from './harness.ts'
import {
  portion,
  type Asked,
  type Ending,
  type Option,
  type Script,
  type Step,
  type StepOf,
  type Terms,
} from './script.ts'

/** Scripts at random: likely to reach limits, to cross the edges of windows, and to come back to calls that ended. */

export const endUsers = ['ann', 'bob']

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

const timezone = fc.constantFrom(
  undefined,
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'America/Santiago',
)

const burst = fc.option(fc.nat({ max: 60 }), { nil: undefined, freq: 3 })
const amount = fc.oneof(
  { weight: 1, arbitrary: fc.nat({ max: 5 }) },
  { weight: 4, arbitrary: fc.integer({ min: 20, max: 200 }) },
)

const terms: fc.Arbitrary<Terms> = fc
  .record({
    on: fc.constantFrom('org', 'project', 'key', 'end_user', 'end_user'),
    who: fc.constantFrom('*', '*', 'ann'),
    metric: fc.constantFrom(
      'requests',
      'tokens',
      'input_tokens',
      'output_tokens',
      'cost',
      'cost',
      'concurrency',
    ),
    per: fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'lifetime'),
    amount,
    burst,
    models: fc.option(fc.constantFrom(['a-*'], ['b-1'], ['*-1'], ['a-1', 'b-*'], ['none']), {
      nil: undefined,
      freq: 3,
    }),
    shadow: fc.constantFrom(false, false, true),
    keeps: fc.constantFrom(false, false, true),
    timezone,
  })
  .map(({ shadow, keeps, timezone, ...rest }) => ({
    ...(rest as Terms),
    ...(shadow && { mode: 'shadow' }),
    ...(keeps && { onLost: 'hold' }),
    ...(timezone !== undefined && { timezone }),
  }))

const asked: fc.Arbitrary<Asked> = fc.record({
  key: number,
  options: fc.array(option, { minLength: 1, maxLength: 2 }),
  endUser: fc.constantFrom(undefined, ...endUsers),
  tags: fc.constantFrom(undefined, { team: 'a' }, { team: 'b', env: 'test' }),
})

const ending: fc.Arbitrary<Ending> = fc.record({
  attempts: fc.constantFrom(0, 1, 1, 1, 2),
  served: fc.constantFrom(true, true, true, false),
  percent: fc.constantFrom(0, 40, 100, 100, 170),
  source: fc.constantFrom('exact', 'exact', 'counted', 'floor'),
  outcome: fc.constantFrom('ok', 'ok', 'failed', 'cancelled'),
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

/** What a kind of step is made of, and how likely it is. */
function step<Kind extends Step['do']>(
  kind: Kind,
  weight: number,
  fields: fc.Arbitrary<Omit<StepOf<Kind>, 'do'>>,
): fc.WeightedArbitrary<Step> {
  // The kind and its fields are those of one step.
  return { weight, arbitrary: fields.map((rest) => ({ do: kind, ...rest }) as unknown as Step) }
}

const none = fc.constant({})

const callSteps = [
  step(
    'open',
    12,
    fc
      .tuple(asked, fc.constantFrom(...Array<boolean>(9).fill(false), true))
      .map(([rest, stale]) => ({ ...rest, stale })),
  ),
  step('reopen', 1, fc.record({ call: number })),
  step(
    'extend',
    5,
    fc.record({
      call: number,
      ahead: fc.constantFrom(0, 1, 1, 3),
      candidate: number,
      more: amounts,
      soFar: amounts,
    }),
  ),
  step(
    'settle',
    10,
    fc.tuple(ending, number).map(([rest, call]) => ({ ...rest, call })),
  ),
  step(
    'post',
    2,
    fc
      .tuple(asked, ending, fc.constantFrom(-1000, 0, 1000, 3_600_000, dayMs), fc.constantFrom(1, 1, 1, 25))
      .map(([call, end, ago, times]) => ({ ...call, ...end, ago, times })),
  ),
  step(
    'post-known',
    1,
    fc.tuple(ending, number).map(([rest, call]) => ({ ...rest, call })),
  ),
  step('sweep', 2, none),
  step('crash', 2, none),
]

const timeSteps = [
  step('clock', 6, fc.record({ by: fc.constantFrom(...clockSteps, ...clockSteps, ...stepsBack) })),
  step('midnight', 2, fc.record({ before: fc.constantFrom(0, 1, 500), timezone })),
]

const update = fc.record(
  {
    amount: fc.nat({ max: 90 }),
    burst: fc.nat({ max: 60 }),
    mode: fc.constantFrom('enforce', 'shadow'),
    onLost: fc.constantFrom('floor', 'hold'),
  },
  { requiredKeys: [] },
)

const adminSteps = [
  step('create-limit', 1, fc.record({ terms })),
  step('update-limit', 3, fc.record({ limit: number, update })),
  step('delete-limit', 1, fc.record({ limit: number })),
  step(
    'top-up',
    1,
    fc.record({ limit: fc.constantFrom(0, 0, 1, 2, 3), amount: fc.integer({ min: 1, max: 99 }) }),
  ),
  step(
    'adjust',
    2,
    fc.record({
      on: fc.constantFrom('call', 'call', 'key', 'project', 'org'),
      index: number,
      charge: fc.integer({ min: -40, max: 40 }),
    }),
  ),
  step(
    'suspend',
    1,
    fc.record({ who: fc.constantFrom('org', 'project'), suspended: fc.constantFrom(true, false, false) }),
  ),
  step('change-rate', 1, fc.record({ basisPoints: fc.nat({ max: 3 }) })),
  step('change-key', 1, fc.record({ key: number, allowance: fc.constantFrom(null, 0, 5) })),
  step('revoke-key', 1, fc.record({ key: number })),
]

const reportSteps = [
  step('export', 2, fc.record({ limit: fc.constantFrom(1, 3, 100) })),
  step('prune', 1, fc.record({ ago: fc.constantFrom(0, 1000, dayMs) })),
]

export const scripts: fc.Arbitrary<Script> = fc.record({
  start: fc.constantFrom(
    Date.UTC(2031, 0, 15, 12),
    Date.UTC(2031, 0, 19, 23, 59, 59, 999),
    Date.UTC(2032, 1, 28, 23, 59, 50),
    Date.UTC(2031, 11, 31, 23, 59),
    Date.UTC(2031, 2, 29, 22, 59, 50),
    Date.UTC(2031, 9, 26, 22, 59, 50),
    Date.UTC(2031, 10, 2, 3, 59, 50),
    Date.UTC(2031, 8, 7, 3, 59, 50),
  ),
  budget: fc.integer({ min: 20, max: 400 }),
  limits: fc.array(terms, { maxLength: 6 }),
  steps: fc.array(fc.oneof(...callSteps, ...timeSteps, ...adminSteps, ...reportSteps), {
    minLength: 1,
    maxLength: 70,
    size: 'max',
  }),
})
