import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorTable, WeirError, type ErrorCode } from '../../src/core/errors.ts'
import { matchesAny } from '../../src/core/glob.ts'

describe('a glob', () => {
  const asPattern = (glob: string) =>
    new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '[^]*')}$`)

  test('matches what a regular expression of it would', () => {
    const from = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })
    fc.assert(
      fc.property(from('ab.-*'), from('ab.-'), (glob, name) => {
        expect(matchesAny([glob], name)).toBe(asPattern(glob).test(name))
      }),
      { numRuns: 5000 },
    )
  })

  test('is one of a list, of which any may match; an empty list matches nothing', () => {
    expect(matchesAny(['gpt-*', 'qwen3-max'], 'qwen3-max')).toBe(true)
    expect(matchesAny(['gpt-*', 'qwen3-max'], 'qwen3-max-2')).toBe(false)
    expect(matchesAny([], 'gpt-5.2')).toBe(false)
  })

  test('takes no exponential time', () => {
    expect(matchesAny([`${'a*'.repeat(50)}b`], 'a'.repeat(10_000))).toBe(false)
  })
})

/** What DESIGN.md promises callers. */
const promised: Readonly<Record<number, readonly ErrorCode[]>> = {
  400: ['invalid_request'],
  401: ['invalid_key'],
  402: ['budget_exceeded'],
  403: ['model_not_allowed', 'price_unknown', 'forbidden'],
  404: ['model_not_found', 'not_found'],
  413: ['request_too_large'],
  415: ['unsupported_encoding'],
  429: ['rate_limited', 'budget_held', 'quota_exceeded', 'provider_rate_limited'],
  502: ['upstream_failed'],
  503: ['ledger_unavailable', 'no_provider_available', 'overloaded'],
  504: ['upstream_timeout'],
}

describe('the table of errors', () => {
  test.each(
    Object.entries(promised).flatMap(([status, codes]) =>
      codes.map((code) => [code, Number(status)] as const),
    ),
  )('%s is %i', (code, status) => expect(new WeirError(code, '').status).toBe(status))

  test.each(Object.entries(errorTable))('%s: a failure of ours is never the caller’s fault', (_, entry) => {
    if (entry.status >= 500) expect(entry.fault).not.toBe('caller')
    if (entry.fault === 'provider') expect([429, 502, 504]).toContain(entry.status)
  })

  test('an error takes its facts from the table, and may say that no retry can help', () => {
    const held = new WeirError('budget_held', 'text')
    expect(held).toMatchObject({ status: 429, fault: 'caller', retryable: true, message: 'text' })
    expect(new WeirError('rate_limited', '', { retryable: false }).retryable).toBe(false)
    expect(held).toBeInstanceOf(Error)
  })
})
