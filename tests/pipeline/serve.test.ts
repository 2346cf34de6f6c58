import { describe, expect, test } from 'vitest'
import type { Briefing } from '../../src/ledger/policy.ts'
import { answer, costAtFirst, request, worldWith } from './two-providers.ts'

const nothingHeld = { cost: { held: 0 }, concurrency: { held: 0 }, requests: { held: 0 } }
const refusedAs = (code: string) => expect.objectContaining({ code }) as Error

describe('a call that goes well', () => {
  test('is answered byte for byte, priced, and posted once', async () => {
    const world = await worldWith([answer])
    const served = await world.call(request)
    expect(served.body.toString()).toBe(answer.body?.[0])
    expect(served.headers).toMatchObject({
      'x-weir-provider': 'first',
      'x-weir-model': 'both',
      'x-weir-attempts': '1',
      'x-weir-cost': '0.000014',
      'x-ratelimit-remaining-requests': '999',
    })
    const [row, ...others] = await world.rows()
    expect(others).toEqual([])
    expect(row).toMatchObject({
      id: served.headers['x-request-id'],
      outcome: 'ok',
      source: 'exact',
      charge: costAtFirst,
    })
    expect(await world.counts()).toMatchObject({
      ...nothingHeld,
      cost: { spent: costAtFirst },
      requests: { spent: 1 },
    })
  })

  test('goes up under the operator’s name', async () => {
    const world = await worldWith([answer])
    await world.call(
      request,
      world.callerWith({ cookie: 'c', 'cf-ray': 'r', traceparent: '00-1', 'x-api-key': 'k' }),
    )
    expect(world.sent[0]?.request.url).toBe('https://first.example/v1/chat/completions')
    expect(world.sent[0]?.request.headers).toEqual({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'weir',
      authorization: 'Bearer op-first',
      traceparent: '00-1',
    })
  })

  test('carries its tags to its row', async () => {
    const world = await worldWith([answer])
    await world.call(request, world.callerWith({ 'x-weir-tags': 'team=search, env=prod' }))
    expect((await world.rows())[0]?.tags).toEqual({ team: 'search', env: 'prod' })
  })
})

describe('before anything is sent', () => {
  test('tags that are none refuse the call, and nothing is held', async () => {
    const world = await worldWith([])
    await expect(world.call(request, world.callerWith({ 'x-weir-tags': 'team' }))).rejects.toEqual(
      refusedAs('invalid_request'),
    )
    expect(await world.counts()).toMatchObject(nothingHeld)
  })

  test('a policy that changed is planned with once more', async () => {
    const asked: { version: string; models: string[] }[] = []
    const world = await worldWith([answer], (book) => ({
      async open(org, call) {
        asked.push({
          version: call.policyVersion,
          models: call.candidates.map(({ provider, model }) => `${provider}/${model}`),
        })
        if (asked.length > 1) return book.open(org, { ...call, policyVersion: '1' })
        const policy = (await book.policy(org, call.keyHash)) as Briefing
        return { kind: 'stale', policy: { ...policy, version: '2', models: ['other'] } }
      },
    }))
    const served = await world.call({ ...request, model: 'best' })
    expect(asked).toEqual([
      { version: '1', models: ['first/both', 'second/both', 'second/other'] },
      { version: '2', models: ['second/other'] },
    ])
    expect(served.headers).toMatchObject({ 'x-weir-model': 'other' })
  })

  test('a policy that keeps changing ends as 503, with nothing held or sent', async () => {
    let opened = 0
    const world = await worldWith([], (book) => ({
      async open(org, call) {
        const policy = (await book.policy(org, call.keyHash)) as Briefing
        return { kind: 'stale', policy: { ...policy, version: String(++opened + 1) } }
      },
    }))
    await expect(world.call(request)).rejects.toEqual(
      expect.objectContaining({ code: 'overloaded', status: 503, details: { retryAfterSeconds: 1 } }),
    )
    expect(opened).toBe(3)
    expect(await world.counts()).toMatchObject(nothingHeld)
  })

  test('a ledger that cannot be reached is 503, with nothing sent', async () => {
    const world = await worldWith([], () => ({ open: () => Promise.reject(new Error('no such host')) }))
    await expect(world.call(request)).rejects.toEqual(
      expect.objectContaining({ code: 'ledger_unavailable', status: 503 }),
    )
    expect(world.sent).toEqual([])
    expect(world.logged).toContainEqual(['error', 'ledger-unreachable'])
  })

  test('a field that no provider of the model may get is refused, with nothing held', async () => {
    const world = await worldWith([])
    await expect(world.call({ ...request, search: true })).rejects.toEqual(refusedAs('invalid_request'))
    expect(await world.rows()).toEqual([])
    expect(await world.counts()).toMatchObject({
      ...nothingHeld,
      requests: { spent: 0, held: 0 },
      cost: { spent: 0 },
    })
  })

  test('a field that one provider may not get goes to the other', async () => {
    const world = await worldWith([answer])
    const served = await world.call({ ...request, model: 'both', sold_by_first: true })
    expect(served.headers).toMatchObject({ 'x-weir-provider': 'second', 'x-weir-attempts': '1' })
  })
})
