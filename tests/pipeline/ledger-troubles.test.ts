import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { refuse, type Extension, type ExtendStep, type Refusal } from '../../src/ledger/call.ts'
import { events, scripted, silence, type Script } from './scripted.ts'
import { answer, catalogue, costAtFirst, pieces, providers, request } from './two-providers.ts'
import { makeWorld, noon, settleForMs } from './world.ts'

const granted = { kind: 'extension', leaseUntil: 0 } as const
const streamed = { ...request, stream: true }

beforeEach(() => {
  vi.useFakeTimers({ now: noon })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a settlement that the ledger does not take', () => {
  /** A ledger that fails so many times before it settles. */
  async function worldThatFails(times: number) {
    let tries = 0
    const world = await makeWorld({
      catalogue,
      providers,
      transport: scripted([answer]),
      book: (book) => ({
        settle: async (org, settlement) => {
          if (++tries <= times) throw new Error('no such host')
          return book.settle(org, settlement)
        },
      }),
    })
    return { ...world, tries: () => tries }
  }

  test.each([1, 2, 3])('%i times is tried again until it does', async (times) => {
    const world = await worldThatFails(times)
    const calling = world.call(request)
    await vi.runAllTimersAsync()
    expect((await calling).status).toBe(200)
    expect(world.tries()).toBe(times + 1)
    expect(await world.rows()).toMatchObject([{ charge: costAtFirst, outcome: 'ok' }])
    expect(await world.counts()).toMatchObject({
      cost: { spent: costAtFirst, held: 0 },
      concurrency: { held: 0 },
    })
  })

  test('for ten minutes is left to the sweep then: the hold stays, and the answer went out', async () => {
    const world = await worldThatFails(Infinity)
    const calling = world.call(request)
    await vi.advanceTimersByTimeAsync(settleForMs - 30_000)
    const tries = world.tries()
    expect(tries).toBeGreaterThan(20)
    await vi.runAllTimersAsync()
    expect(world.tries()).toBe(tries + 1)
    expect((await calling).status).toBe(200)
    expect(world.logged).toContainEqual(['error', 'settle-given-up'])
    expect(await world.counts()).toMatchObject({ concurrency: { held: 1 } })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is tried less and less often', async () => {
    const world = await worldThatFails(Infinity)
    const calling = world.call(request)
    await vi.advanceTimersByTimeAsync(3_500)
    expect(world.tries()).toBe(4)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.tries()).toBe(8)
    await vi.runAllTimersAsync()
    await calling
  })

  test('does not keep the answer waiting', async () => {
    const world = await worldThatFails(Infinity)
    const caller = world.callerWith()
    let finished = false
    const finish = caller.finished.bind(caller)
    caller.finished = async () => {
      finished = true
      await finish()
    }
    const calling = world.call(request, caller)
    await vi.advanceTimersByTimeAsync(0)
    expect(finished).toBe(true)
    await vi.runAllTimersAsync()
    await calling
  })
})

test('a hold whose answer never came is given back, and nothing was sent', async () => {
  const transport = scripted([answer])
  const world = await makeWorld({
    catalogue,
    providers,
    transport,
    book: (book) => ({
      open: async (org, call) => {
        await book.open(org, call)
        throw new Error('the connection broke')
      },
    }),
  })
  await expect(world.call(request)).rejects.toMatchObject({ code: 'ledger_unavailable' })
  await vi.runAllTimersAsync()
  expect(transport.sent).toEqual([])
  expect(await world.counts()).toMatchObject({ cost: { spent: 0, held: 0 }, concurrency: { held: 0 } })
})

describe('the lease of a long call', () => {
  async function longCall(script: Script, extend?: () => Promise<Extension | Refusal>) {
    const steps: ExtendStep[] = []
    const transport = scripted([script])
    const world = await makeWorld({
      catalogue,
      providers,
      transport,
      leaseMs: 60_000,
      book: (book) => ({
        extend(org, id, step) {
          steps.push(step)
          return extend ? extend() : book.extend(org, id, step)
        },
      }),
    })
    const calling = world.call(streamed)
    calling.catch(() => {})
    return { ...world, steps, calling, exchange: () => transport.sent[0]?.exchange }
  }

  test('is renewed at half time, with what was used by then, until the call ends', async () => {
    const { steps, calling, exchange, counts } = await longCall({
      headers: events,
      body: [pieces.first, pieces.text, silence],
    })
    await vi.advanceTimersByTimeAsync(29_999)
    expect(steps).toEqual([])
    await vi.advanceTimersByTimeAsync(60_001)
    expect(steps.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(steps[0]).toMatchObject({ more: { cost: 0 }, soFar: { outputTokens: 3 }, candidate: 0 })
    exchange()?.abort(new Error('over'))
    await calling
    await vi.advanceTimersByTimeAsync(300_000)
    expect(steps).toHaveLength(3)
    expect(vi.getTimerCount()).toBe(0)
    expect(await counts()).toMatchObject({ concurrency: { held: 0 } })
  })

  test('is renewed while the provider thinks, before its head', async () => {
    const { steps, calling, exchange } = await longCall({ status: silence })
    await vi.advanceTimersByTimeAsync(30_000)
    expect(steps).toMatchObject([{ seq: 1, soFar: { outputTokens: 0 } }])
    exchange()?.abort(new Error('over'))
    await expect(calling).rejects.toBeDefined()
  })

  test('is asked for again where the ledger failed, under the same number, until it answers', async () => {
    let failing = true
    const { steps, calling, exchange, logged } = await longCall(
      { headers: events, body: [pieces.first, silence] },
      () => (failing ? Promise.reject(new Error('no such host')) : Promise.resolve(granted)),
    )
    await vi.advanceTimersByTimeAsync(32_000)
    expect(steps.map(({ seq }) => seq)).toEqual([1, 1, 1, 1])
    expect(logged).toContainEqual(['warn', 'lease-not-renewed'])
    failing = false
    await vi.advanceTimersByTimeAsync(28_000)
    expect(steps.map(({ seq }) => seq)).toEqual([1, 1, 1, 1, 1, 2])
    exchange()?.abort(new Error('over'))
    expect((await calling).body.toString()).toContain('upstream_failed')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that the ledger does not know any more is no reason to stop, and is told to the operator', async () => {
    const refused = () => Promise.resolve(refuse('not_found', 'No such call is open.'))
    const script: Script = { headers: events, body: [pieces.first, silence] }
    const { calling, exchange, logged } = await longCall(script, refused)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(logged).toContainEqual(['warn', 'lease-not-renewed'])
    exchange()?.abort(new Error('over'))
    await calling
  })
})
