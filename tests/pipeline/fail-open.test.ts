import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryJournal } from '../../src/pipeline/journal.ts'
import { change, nothingHeld, worldWithOutage, type OutageOptions } from './outages.ts'
import { answer, costAtFirst, request, stream } from './two-providers.ts'
import { noon } from './world.ts'

/** Calls of keys that may go on while the ledger cannot be reached. */

const unavailable = expect.objectContaining({
  code: 'ledger_unavailable',
  status: 503,
  details: { retryAfterSeconds: 1 },
}) as Error

beforeEach(() => {
  vi.useFakeTimers({ now: noon })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a key that may go on', () => {
  test('is served, told so, and in the books when the ledger is back', async () => {
    const world = await worldWithOutage([answer])
    const calling = world.call({ ...request, user: 'alice' }, world.callerWith({ 'x-weir-tags': 'team=a' }))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await world.rows()).toEqual([])
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(5_000)
    const served = await calling
    expect(served.headers).toMatchObject({ 'x-weir-ledger': 'unreachable', 'x-weir-cost': '0.000014' })
    expect(served.headers['x-ratelimit-remaining-requests']).toBeUndefined()
    expect(world.points).toEqual(['begin', 'send', 'head', 'read 1', 'read 2', 'end', 'posted'])
    expect(await world.rows()).toMatchObject([
      {
        id: served.headers['x-request-id'],
        charge: costAtFirst,
        outcome: 'ok',
        source: 'exact',
        endUser: 'alice',
        tags: { team: 'a' },
      },
    ])
    expect(await world.counts()).toMatchObject({ ...nothingHeld, cost: { spent: costAtFirst } })
  })

  test('goes on within its allowance, by what each call holds, until they are in the books', async () => {
    const world = await worldWithOutage([answer, answer, answer])
    const first = world.call(request)
    await vi.advanceTimersByTimeAsync(0)
    await world.book.updateKey('acme', world.keyId, { failOpenAllowance: 3 * world.heldByEach() - 1 }, change)
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(5_000)
    await first
    world.deps.authenticator.forget(world.callerWith())
    await world.deps.authenticator.authenticate(world.callerWith())
    world.reach.down = true
    const [second, third] = [world.call(request), world.call(request)]
    await vi.advanceTimersByTimeAsync(0)
    const fourth = world.call(request)
    fourth.catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    await expect(fourth).rejects.toEqual(unavailable)
    expect(world.sent).toHaveLength(3)
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all([second, third])
    expect(await world.counts()).toMatchObject({ ...nothingHeld, cost: { spent: 3 * costAtFirst } })
  })

  test('whose open had arrived after all is settled by what it used', async () => {
    const world = await worldWithOutage([stream], {
      book: (book) => ({
        open: async (org, call) => {
          await book.open(org, call)
          throw new Error('the connection broke')
        },
      }),
    })
    world.reach.down = false
    const served = await world.call({ ...request, stream: true })
    expect(served.headers['x-weir-ledger']).toBe('unreachable')
    expect(await world.rows()).toMatchObject([{ charge: costAtFirst, outcome: 'ok', source: 'exact' }])
    expect(await world.counts()).toMatchObject({ ...nothingHeld, cost: { spent: costAtFirst } })
  })

  test('and fails is in the books as that', async () => {
    const world = await worldWithOutage([
      { status: 500, body: ['{}'] },
      { status: 500, body: ['{}'] },
    ])
    const calling = world.call(request)
    calling.catch(() => {})
    await vi.advanceTimersByTimeAsync(0)
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(5_000)
    await expect(calling).rejects.toMatchObject({
      code: 'upstream_failed',
      headers: { 'x-weir-ledger': 'unreachable' },
    })
    expect(await world.rows()).toMatchObject([{ charge: 0, outcome: 'failed' }])
  })
})

describe('its policy', () => {
  test('may be up to ten minutes old', async () => {
    const world = await worldWithOutage([answer])
    await vi.advanceTimersByTimeAsync(599_000)
    const calling = world.call(request)
    await vi.advanceTimersByTimeAsync(0)
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await calling).headers['x-weir-ledger']).toBe('unreachable')
  })

  test('and no older', async () => {
    const world = await worldWithOutage([answer])
    await vi.advanceTimersByTimeAsync(601_000)
    const caller = world.callerWith()
    await expect(world.deps.authenticator.authenticate(caller)).rejects.toEqual(unavailable)
  })

  test('is asked for after half a minute while the ledger can be reached', async () => {
    const world = await worldWithOutage([answer])
    world.reach.down = false
    await world.book.revokeKey('acme', world.keyId, change)
    await vi.advanceTimersByTimeAsync(30_000)
    await expect(world.call(request)).rejects.toMatchObject({ code: 'invalid_key' })
  })

  test('is kept although the caller asks what its key is', async () => {
    const world = await worldWithOutage([answer])
    await expect(world.deps.authenticator.authenticateNow(world.callerWith())).rejects.toEqual(unavailable)
    const calling = world.call(request)
    await vi.advanceTimersByTimeAsync(0)
    world.reach.down = false
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await calling).status).toBe(200)
  })
})

describe('nothing is sent, and the caller may try again soon', () => {
  const refuses = async (
    options: OutageOptions,
    prepare?: (world: Awaited<ReturnType<typeof worldWithOutage>>) => unknown,
  ) => {
    const world = await worldWithOutage([answer], options)
    await prepare?.(world)
    await expect(world.call(request)).rejects.toEqual(unavailable)
    expect(world.sent).toEqual([])
    return world
  }

  test('for a key that was suspended when it was last seen', () =>
    refuses({}, async (world) => {
      world.reach.down = false
      await world.book.updateOrg('acme', { suspended: true }, change)
      await expect(world.call(request)).rejects.toMatchObject({ code: 'suspended' })
      await expect(world.call(request)).rejects.toMatchObject({ code: 'suspended' })
      world.reach.down = true
    }))

  test('for a key that may hold less than the call', () => refuses({ allowance: 100 }))

  test('for a key without an allowance', () =>
    refuses({}, async (world) => {
      world.reach.down = false
      await world.book.updateKey('acme', world.keyId, { failOpenAllowance: null }, change)
      world.deps.authenticator.forget(world.callerWith())
      await world.deps.authenticator.authenticate(world.callerWith())
      world.reach.down = true
    }))

  test('where a limit on cost stands above the key, and this is not the only journal', () =>
    refuses({ journal: { complete: false } }))

  test('where it cannot be journalled; and its part of the allowance is back', async () => {
    let failing = true
    const world = await refuses({
      journal: { begin: () => (failing ? Promise.reject(new Error('disk full')) : Promise.resolve()) },
    })
    expect(world.logged).toContainEqual(['error', 'journal-failed'])
    failing = false
    expect(world.deps.outage.waiting).toBe(false)
  })

  test('and what a ledger refuses stays refused', async () => {
    const world = await worldWithOutage([])
    world.reach.down = false
    await world.addLimit({ per: 'day', amount: 0 })
    await expect(world.call(request)).rejects.toMatchObject({ code: 'budget_exceeded' })
  })
})

test('on hosts that keep no journal, a key goes on that no limit on cost stands above', async () => {
  const world = await worldWithOutage([answer], { journal: { ...memoryJournal() } })
  world.reach.down = false
  const page = await world.book.limits('acme', { limit: 10 })
  const [budget] = 'kind' in page ? [] : page.data.filter(({ limit }) => limit.metric === 'cost')
  await world.book.deleteLimit('acme', budget?.limit.id ?? '', change)
  world.deps.authenticator.forget(world.callerWith())
  await world.deps.authenticator.authenticate(world.callerWith())
  world.reach.down = true
  const calling = world.call(request)
  await vi.advanceTimersByTimeAsync(0)
  world.reach.down = false
  await vi.advanceTimersByTimeAsync(5_000)
  expect((await calling).headers['x-weir-ledger']).toBe('unreachable')
  expect(await world.rows()).toMatchObject([{ charge: costAtFirst }])
})
