import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatSum,
  formatUsd,
  maxAmountNanoUsd,
  normaliseSum,
  parseSignedUsd,
  parseUsd,
} from '../../src/core/money.ts'
import { cardAt, type DatedCard } from '../../src/core/price.ts'

describe('money', () => {
  test('reads back every amount that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: maxAmountNanoUsd }), (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano)
        expect(formatUsd(nano)).toMatch(/^\d+(\.\d*[1-9])?$/)
        expect(formatUsd(-nano)).toBe(nano === 0 ? '0' : `-${formatUsd(nano)}`)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['0', 0],
    ['0.000000001', 1],
    ['0.1', 100_000_000],
    ['1.50', 1_500_000_000],
    ['007', 7_000_000_000],
    ['2.123456789000', 2_123_456_789],
    ['4000000', maxAmountNanoUsd],
  ])('reads %s exactly', (text, nano) => expect(parseUsd(text)).toBe(nano))

  test.each([
    '',
    '-1',
    '+1',
    '1.',
    '.5',
    '1e3',
    '1,5',
    ' 1',
    '1\n',
    'NaN',
    '٣',
    '1_000',
    '1.0000000001',
    '4000000.000000001',
    '12345678',
  ])('refuses "%s"', (text) => expect(parseUsd(text)).toBeUndefined())

  test('reads back every amount that it writes, below zero too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -maxAmountNanoUsd, max: maxAmountNanoUsd }), (nano) => {
        expect(parseSignedUsd(formatUsd(nano))).toBe(nano)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['-0', 0],
    ['-0.000000001', -1],
    ['-1.50', -1_500_000_000],
    ['-4000000', -maxAmountNanoUsd],
    ['2', 2_000_000_000],
  ])('reads %s exactly, where it may have a sign', (text, nano) => expect(parseSignedUsd(text)).toBe(nano))

  test.each(['-', '--1', '+1', '- 1', '−1', '-4000000.000000001', '-0.0000000001'])(
    'refuses "%s", where it may have a sign',
    (text) => expect(parseSignedUsd(text)).toBeUndefined(),
  )

  test('brings any pair to a sum of the same value, its parts of one sign and the nano below one USD', () => {
    const usd = fc.integer({ min: -(2 ** 50), max: 2 ** 50 })
    fc.assert(
      fc.property(usd, fc.maxSafeInteger(), (usd, nano) => {
        const sum = normaliseSum(usd, nano)
        expect(BigInt(sum.usd) * 10n ** 9n + BigInt(sum.nano)).toBe(BigInt(usd) * 10n ** 9n + BigInt(nano))
        expect(Math.abs(sum.nano)).toBeLessThan(1_000_000_000)
        expect(sum.usd === 0 || sum.nano === 0 || Math.sign(sum.usd) === Math.sign(sum.nano)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('writes sums beyond 2^53 nanoUSD with all their digits', () => {
    expect(formatSum({ usd: 123_456_789_012, nano: 1 })).toBe('123456789012.000000001')
    expect(formatSum({ usd: -3, nano: -50_000_000 })).toBe('-3.05')
    expect(formatSum({ usd: 0, nano: -1 })).toBe('-0.000000001')
  })
})

describe('cardAt', () => {
  const rates = { input: 1, cachedInput: 1, cacheWrite: 1, inputAudio: 1, output: 1, outputAudio: 1 }
  const card = (id: string, from: string, hours?: DatedCard['hours']): DatedCard => ({
    id,
    rates,
    tiers: [],
    from: Date.parse(from),
    ...(hours && { hours }),
  })
  const weekdays = [1, 2, 3, 4, 5]
  const old = card('old', '2026-01-01')
  const oldDay = card('old-day', '2026-01-01', { start: 540, end: 1020, days: weekdays })
  const late = card('late', '2026-06-01')
  const lateDay = card('late-day', '2026-06-01', { start: 540, end: 1020, days: weekdays })
  const cards = [old, oldDay, late, lateDay]

  test.each([
    ['before any card holds', '2025-12-31T23:59:59.999Z', undefined],
    ['from the first millisecond', '2026-01-01T00:00Z', 'old'],
    ['in the hours, from their first minute', '2026-01-05T09:00Z', 'old-day'],
    ['in the hours, to their last millisecond', '2026-01-05T16:59:59.999Z', 'old-day'],
    ['at the end of the hours', '2026-01-05T17:00Z', 'old'],
    ['on a day that the hours leave out', '2026-01-04T12:00Z', 'old'],
    ['once a later card holds', '2026-06-01T00:00Z', 'late'],
    ['in the hours of the later card', '2026-06-01T12:00Z', 'late-day'],
  ])('%s', (_, time, id) => {
    fc.assert(
      fc.property(fc.shuffledSubarray(cards, { minLength: cards.length }), (shuffled) => {
        expect(cardAt(shuffled, Date.parse(time))?.id).toBe(id)
      }),
      { numRuns: 24 },
    )
  })

  test('a later card without hours ends the hours of the one before', () => {
    expect(cardAt([old, oldDay, late], Date.parse('2026-06-01T12:00Z'))?.id).toBe('late')
  })

  test('no card, no price', () => expect(cardAt([], Date.now())).toBeUndefined())
})
