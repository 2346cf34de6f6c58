import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Exchange, UpstreamHead } from '../../src/core/transport.ts'
import { sendWithin, UpstreamError } from '../../src/upstream/deadlines.ts'
import { readAll } from '../../src/upstream/read-all.ts'

const deadlines = { firstByteSeconds: 10, idleSeconds: 5, totalSeconds: 30 }
const request = { method: 'POST', url: 'https://a.example', headers: {} } as const

/** A provider that sends what the test says, when it says so. */
class Provider {
  readonly aborted: Error[] = []
  head: (head: UpstreamHead) => void = () => {}
  #reject: (error: Error) => void = () => {}
  #resolveRead: (bytes: Uint8Array | undefined) => void = () => {}
  #rejectRead: (error: Error) => void = () => {}

  exchange(): Exchange {
    const head = new Promise<UpstreamHead>((resolve, reject) => {
      this.head = resolve
      this.#reject = reject
    })
    return {
      head,
      read: () =>
        new Promise((resolve, reject) => {
          this.#resolveRead = resolve
          this.#rejectRead = reject
        }),
      abort: (reason) => {
        this.aborted.push(reason)
        this.fail(reason)
      },
    }
  }

  send(bytes: Uint8Array | undefined): void {
    this.head({ status: 200, headers: {} })
    this.#resolveRead(bytes)
  }

  fail(error: Error): void {
    this.#rejectRead(error)
    this.#reject(error)
  }
}

const bytes = new Uint8Array([1])
const timedOut = (message: string) =>
  expect.objectContaining({ reason: 'timed_out', message, sent: true }) as Error

describe('deadlines', () => {
  let provider: Provider
  let exchange: Exchange

  beforeEach(() => {
    vi.useFakeTimers()
    provider = new Provider()
    exchange = sendWithin(deadlines, () => provider.exchange(), request)
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Reads once, with the bytes coming after so many seconds. */
  async function readAfter(seconds: number, bytes: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const reading = exchange.read()
    await vi.advanceTimersByTimeAsync(seconds * 1000)
    provider.send(bytes)
    return reading
  }

  test('end an exchange that does not begin', async () => {
    const head = expect(exchange.head).rejects.toEqual(timedOut('The provider took too long to begin.'))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(provider.aborted).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await head
    expect(vi.getTimerCount()).toBe(0)
  })

  test('count the first byte from the request, not from the head', async () => {
    await vi.advanceTimersByTimeAsync(8_000)
    provider.head({ status: 200, headers: {} })
    await expect(exchange.head).resolves.toMatchObject({ status: 200 })
    const reading = expect(exchange.read()).rejects.toEqual(timedOut('The provider took too long to begin.'))
    await vi.advanceTimersByTimeAsync(2_000)
    await reading
  })

  test('end an exchange that falls silent', async () => {
    expect(await readAfter(9, bytes)).toBe(bytes)
    expect(await readAfter(4, bytes)).toBe(bytes)
    const reading = expect(exchange.read()).rejects.toEqual(
      timedOut('The provider took too long between two bytes.'),
    )
    await vi.advanceTimersByTimeAsync(5_000)
    await reading
    expect(vi.getTimerCount()).toBe(0)
  })

  test('do not count the time in which nobody reads', async () => {
    await readAfter(1, bytes)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(provider.aborted).toEqual([])
    expect(await readAfter(4, bytes)).toBe(bytes)
  })

  test('end an exchange that never ends, however busy', async () => {
    for (let i = 0; i < 7; i++) await readAfter(4, bytes)
    const reading = expect(exchange.read()).rejects.toEqual(timedOut('The provider took too long in all.'))
    await vi.advanceTimersByTimeAsync(2_000)
    await reading
    expect(vi.getTimerCount()).toBe(0)
  })

  test('leave nothing behind after the end, an abort, or a failure', async () => {
    await readAfter(1, bytes)
    expect(await readAfter(1, undefined)).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)

    const gone = new Error('gone')
    for (const end of [(p: Provider, e: Exchange) => p && e.abort(gone), (p: Provider) => p.fail(gone)]) {
      const other = new Provider()
      const exchange = sendWithin(deadlines, () => other.exchange(), request)
      const head = expect(exchange.head).rejects.toBe(gone)
      end(other, exchange)
      await head
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  test('do not touch an exchange that ended', async () => {
    await readAfter(1, undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(provider.aborted).toEqual([])
  })
})

describe('readAll', () => {
  const exchangeOf = (pieces: readonly (Uint8Array | Error)[]): Exchange => {
    const left = [...pieces]
    return {
      head: Promise.resolve({ status: 200, headers: {} }),
      read: async () => {
        const piece = left.shift()
        if (piece instanceof Error) throw piece
        return piece
      },
      abort: () => {},
    }
  }
  const pieces = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])]

  test('joins what came', async () => {
    expect([...(await readAll(exchangeOf(pieces), 3))]).toEqual([1, 2, 3])
    expect((await readAll(exchangeOf([]), 0)).length).toBe(0)
  })

  test('refuses more than is allowed', async () => {
    const refusal = await readAll(exchangeOf(pieces), 2).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(UpstreamError)
    expect(refusal).toMatchObject({ reason: 'broken', sent: true })
  })

  test('fails as the exchange does', async () => {
    const broken = new UpstreamError('broken', 'It broke.')
    await expect(readAll(exchangeOf([...pieces, broken]), 99)).rejects.toBe(broken)
  })
})
