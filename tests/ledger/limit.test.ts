import fc from 'fast-check'
import { expect, it } from 'vitest'
import { capacityOf, coversModel, isRate, remainingOf, type Limit } from '../../src/ledger/limit.ts'

const limit: Limit = {
  id: 'lim',
  scope: { type: 'org', id: 'org' },
  metric: 'tokens',
  per: 'day',
  amount: 10,
  createdAt: 0,
}
const covers = (glob: string, model: string) => coversModel({ ...limit, models: [glob] }, model)

it.each([
  ['gpt-5.2', 'gpt-5.2', true],
  ['gpt-5.2', 'gpt-5.2-mini', false],
  ['gpt-5.2', 'gpt-5x2', false],
  ['gpt-*', 'gpt-', true],
  ['gpt-*', 'my-gpt-5', false],
  ['*', '', true],
  ['*-mini', 'gpt-5-mini', true],
  ['*-mini', 'gpt-5-minimal', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['ab*ba', 'aba', false],
  ['*ab*ab*', 'abab', true],
  ['*ab*ab*', 'aab', false],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['*b*b', 'ab', false],
  ['openai/*', 'openai/gpt-5.2', true],
  ['', '', true],
])('the glob %j over %j: %j', (glob, model, expected) => {
  expect(covers(glob, model)).toBe(expected)
})

/** What a glob means, said another way. */
function asPattern(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[^a-z]/g, '\\$&'))
      .join('[^]*')}$`,
  )
}

it('a glob means what its regular expression means', () => {
  const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })
  fc.assert(
    fc.property(text('ab.**'), text('ab.'), (glob, model) => {
      expect(covers(glob, model)).toBe(asPattern(glob).test(model))
    }),
    { numRuns: 3000 },
  )
})

it('a glob matches whatever its stars were made of', () => {
  const parts = fc.array(
    fc.string({ maxLength: 5 }).filter((part) => !part.includes('*')),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(
      parts,
      fc.array(fc.string({ maxLength: 5 }), { minLength: 5, maxLength: 5 }),
      (fixed, filling) => {
        const model = fixed
          .map((part, index) => (index === 0 ? part : `${filling[index] ?? ''}${part}`))
          .join('')
        expect(covers(fixed.join('*'), model)).toBe(true)
      },
    ),
  )
})

it('a glob with many stars is answered at once', () => {
  const started = performance.now()
  expect(covers(`${'*a'.repeat(200)}b`, 'a'.repeat(20_000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(200)
})

it('a limit covers every model unless it names some, and any of those that it names', () => {
  expect(coversModel(limit, 'x')).toBe(true)
  expect(coversModel({ ...limit, models: [] }, 'x')).toBe(false)
  expect(coversModel({ ...limit, models: ['y', 'x*'] }, 'x1')).toBe(true)
})

it('only minutes and hours are rates, and only rates have a burst', () => {
  expect(
    (['minute', 'hour', 'day', 'week', 'month', 'lifetime'] as const).filter((per) =>
      isRate({ ...limit, per }),
    ),
  ).toEqual(['minute', 'hour'])
  expect(capacityOf({ ...limit, burst: 99 })).toBe(10)
  expect(capacityOf({ ...limit, per: 'minute', burst: 99 })).toBe(99)
  expect(capacityOf({ ...limit, per: 'minute', burst: 0 })).toBe(0)
  expect(capacityOf({ ...limit, per: 'minute' })).toBe(10)
})

it('what is left is never below zero', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), fc.nat(100), (amount, spent, held) => {
      const left = remainingOf({ limit: { ...limit, amount }, spent, held })
      expect(left).toBe(spent + held > amount ? 0 : amount - spent - held)
    }),
  )
})
