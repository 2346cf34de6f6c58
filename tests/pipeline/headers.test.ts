import { describe, expect, test } from 'vitest'
import { failing, request, stream, answer, worldWith } from './two-providers.ts'
import type { AnsweredError } from './world.ts'

const limitsOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) =>
      /^x-ratelimit-|^x-weir-budget|^retry-after|^x-should/.test(name),
    ),
  )

describe('every answer tells what is left', () => {
  test.each([
    ['one that is whole', answer, {}],
    ['one that is streamed', stream, { stream: true }],
    ['the refusal of a provider', failing(400), {}],
  ])('%s', async (_, script, more) => {
    const world = await worldWith([script])
    await world.addLimit({ metric: 'tokens', per: 'day', amount: 5_000 })
    await world.addLimit({ metric: 'output_tokens', per: 'minute', amount: 90 })
    await world.addLimit({ per: 'day', amount: 10_000_000 })
    const { headers } = await world.call({ ...request, ...more })
    expect(limitsOf(headers)).toMatchObject({
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '999',
      'x-ratelimit-limit-tokens': '90',
      'x-ratelimit-remaining-tokens': '40',
      'x-ratelimit-reset-tokens': expect.stringMatching(/^3\ds$/) as string,
    })
    expect(Number(headers['x-weir-budget-remaining'])).toBeLessThan(0.01)
  })

  test('a failure of every provider, with how many were tried', async () => {
    const world = await worldWith([failing(500), failing(500)])
    await expect(world.call(request)).rejects.toMatchObject({
      status: 502,
      headers: {
        'x-request-id': expect.stringMatching(/^req_acme_/) as string,
        'x-weir-attempts': '2',
        'x-ratelimit-remaining-requests': '999',
        'x-weir-budget-remaining': expect.any(String) as string,
        'content-type': 'application/json',
      },
    })
  })

  test('but shadow limits show nowhere', async () => {
    const world = await worldWith([answer])
    await world.addLimit({ metric: 'tokens', per: 'day', amount: 1, mode: 'shadow' })
    const { headers } = await world.call(request)
    expect(headers['x-ratelimit-limit-tokens']).toBeUndefined()
  })
})

describe('a refusal tells where its own limit stands', () => {
  test('a budget, for good', async () => {
    const world = await worldWith([])
    await world.addLimit({ per: 'day', amount: 2_000 })
    const error: unknown = await world.call(request).catch((error: unknown) => error)
    expect(error).toMatchObject({ status: 402, code: 'budget_exceeded' })
    expect(limitsOf((error as AnsweredError).headers)).toEqual({
      'x-weir-budget-remaining': '0.000002',
      'x-should-retry': 'false',
    })
  })

  test('a rate, with when to come again', async () => {
    const world = await worldWith([answer])
    await world.addLimit({ metric: 'requests', per: 'minute', amount: 1 })
    await world.call(request)
    const error: unknown = await world.call(request).catch((error: unknown) => error)
    expect(error).toMatchObject({ status: 429, code: 'rate_limited' })
    const headers = limitsOf((error as AnsweredError).headers)
    expect(headers).toMatchObject({
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'retry-after': '60',
    })
    expect(headers['x-should-retry']).toBeUndefined()
  })

  test('a rate that is too small for the call, without one', async () => {
    const world = await worldWith([])
    await world.addLimit({ metric: 'tokens', per: 'minute', amount: 20 })
    const error: unknown = await world.call(request).catch((error: unknown) => error)
    const headers = limitsOf((error as AnsweredError).headers)
    expect(headers).toMatchObject({ 'x-ratelimit-limit-tokens': '20', 'x-should-retry': 'false' })
    expect(headers['retry-after']).toBeUndefined()
  })

  test('says nothing against the key: its policy is not asked for again', async () => {
    let asked = 0
    const world = await worldWith([answer], (book) => ({
      policy(org, hash) {
        asked++
        return book.policy(org, hash)
      },
    }))
    const id = await world.addLimit({ per: 'day', amount: 0 })
    await expect(world.call(request)).rejects.toMatchObject({ status: 402 })
    await world.book.deleteLimit('acme', id, { actor: 'root' })
    await world.call(request)
    expect(asked).toBe(1)
  })
})

test('a call counts towards the limits of the end user that it names', async () => {
  const world = await worldWith([answer, answer])
  const scope = { type: 'end_user', id: '*' } as const
  await world.addLimit({ metric: 'requests', per: 'day', amount: 1, scope })
  await world.call({ ...request, user: 'alice' })
  await expect(world.call({ ...request, user: 'alice' })).rejects.toMatchObject({ code: 'quota_exceeded' })
  await world.call({ ...request, user: 'bob' })
  expect((await world.rows()).map(({ endUser }) => endUser)).toEqual(['alice', 'bob'])
})
