import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundOf, habitGenerationMs, noHabit, observed, type Habit } from '../../src/ledger/habit.ts'

const now = 3000 * habitGenerationMs + 5
const mostTokens = 2 ** 20

/** Few tokens, many, or any number between. */
const tokens = fc.oneof(fc.nat(30), fc.nat(5000), fc.nat(mostTokens), fc.integer({ min: 1000, max: 1010 }))
const samples = fc.array(tokens, { minLength: 20, maxLength: 400, size: 'max' })

function habitOf(samples: readonly number[], at = now, habit: Habit = noHabit): Habit {
  return samples.reduce((habit, outputTokens) => observed(habit, { outputTokens, now: at }), habit)
}

/** The smallest sample that 99 % of the samples do not exceed. */
function quantileOf(samples: readonly number[]): number {
  const rising = samples.toSorted((a, b) => a - b)
  return rising.find((v) => rising.filter((s) => s <= v).length >= 0.99 * rising.length) ?? Number.NaN
}

function expectClose(bound: number | undefined, samples: readonly number[]): void {
  const within = samples.filter((sample) => sample <= (bound ?? -1)).length
  expect(within).toBeGreaterThanOrEqual(0.99 * samples.length)
  expect(bound).toBeLessThanOrEqual(1.13 * quantileOf(samples) + 1)
}

describe('the bound', () => {
  it('holds 99 % of the calls, and is little above what does', () => {
    fc.assert(
      fc.property(samples, (samples) => expectClose(boundOf(habitOf(samples), now), samples)),
      { numRuns: 300 },
    )
  })

  it('is of this generation and the one before, whatever the clock does', () => {
    const step = fc.tuple(fc.integer({ min: -2, max: 3 }), fc.array(tokens, { maxLength: 60 }))
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let habit = noHabit
        let at = now
        let newest = 0
        const seen: { generation: number; outputTokens: number }[] = []
        for (const [weeks, calls] of steps) {
          at += weeks * habitGenerationMs
          if (calls.length > 0) newest = Math.max(newest, Math.floor(at / habitGenerationMs))
          for (const outputTokens of calls) seen.push({ generation: newest, outputTokens })
          habit = habitOf(calls, at, habit)
        }
        const latest = Math.max(newest, Math.floor(at / habitGenerationMs))
        const live = seen
          .filter(({ generation }) => generation >= latest - 1)
          .map((call) => call.outputTokens)
        if (live.length < 20) expect(boundOf(habit, at)).toBeUndefined()
        else expectClose(boundOf(habit, at), live)
      }),
      { numRuns: 300 },
    )
  })

  it('is unknown before twenty calls', () => {
    expect(boundOf(noHabit, now)).toBeUndefined()
    const nineteen = habitOf(Array.from({ length: 19 }, () => 100))
    expect(boundOf(nineteen, now)).toBeUndefined()
    expect(boundOf(observed(nineteen, { outputTokens: 0, now }), now)).toBeGreaterThanOrEqual(100)
  })

  it('lets one call in a hundred go', () => {
    const hundred = [...Array.from({ length: 99 }, () => 7), 90_000]
    expect(boundOf(habitOf(hundred), now)).toBe(7)
    expect(boundOf(habitOf(hundred.slice(1)), now)).toBeGreaterThanOrEqual(90_000)
  })

  it('is zero where calls put out nothing, and unknown where they pass a million tokens', () => {
    const twenty = (outputTokens: number) => habitOf(Array.from({ length: 20 }, () => outputTokens))
    expect(boundOf(twenty(0), now)).toBe(0)
    expect(boundOf(twenty(mostTokens), now)).toBe(mostTokens)
    expect(boundOf(twenty(mostTokens + 1), now)).toBeUndefined()
  })
})

it('generations: current, previous, forgotten', () => {
  const habit = habitOf(Array.from({ length: 20 }, () => 50))
  expect(boundOf(habit, now + habitGenerationMs)).toBe(boundOf(habit, now))
  expect(boundOf(habit, now + 2 * habitGenerationMs)).toBeUndefined()
  const next = observed(habit, { outputTokens: 5, now: now + habitGenerationMs })
  expect(next.previous).toEqual(habit.current)
  expect(observed(next, { outputTokens: 5, now: now + 3 * habitGenerationMs }).previous).toEqual({})
})

it('a clock that steps back leaves the generations alone', () => {
  const habit = habitOf([1, 2, 3])
  const back = observed(habit, { outputTokens: 1, now: now - 9 * habitGenerationMs })
  expect(back.generation).toBe(habit.generation)
  expect(back.previous).toEqual(habit.previous)
  expect(boundOf(habitOf(Array.from({ length: 20 }, () => 1)), now - 9 * habitGenerationMs)).toBe(1)
})

it('is small JSON, changes nothing that it was given, and survives being stored', () => {
  fc.assert(
    fc.property(samples, (samples) => {
      const habit = habitOf(samples)
      const before = JSON.stringify(habit)
      expect(before.length).toBeLessThan(2500)
      expect(habitOf([1], now, habit)).toEqual(habitOf([1], now, JSON.parse(before) as Habit))
      expect(JSON.stringify(habit)).toBe(before)
    }),
  )
})

it('counts stay safe integers', () => {
  const many = 2 ** 50
  const stored: Habit = {
    generation: Math.floor(now / habitGenerationMs),
    current: { 3: many - 1 },
    previous: {},
  }
  const full = observed(stored, { outputTokens: 3, now })
  expect(full.current).toEqual({ 3: many })
  expect(observed(full, { outputTokens: 9, now })).toEqual(full)
  const both = { ...full, previous: full.current }
  expect(boundOf(both, now)).toBe(3)
})
