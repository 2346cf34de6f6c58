import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Refusal } from '../../src/ledger/call.ts'
import { answer, catalogue, providers, request } from './two-providers.ts'
import { scripted } from './scripted.ts'
import { FakeCaller, makeWorld } from './world.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A world that counts how often its ledger is asked for a policy. */
async function worldThatCounts() {
  let asked = 0
  const world = await makeWorld({
    catalogue,
    providers,
    transport: scripted([answer, answer]),
    book: (book) => ({
      policy(org, hash) {
        asked++
        return book.policy(org, hash)
      },
    }),
  })
  const authenticate = (headers: Readonly<Record<string, string>>) =>
    world.deps.authenticator.authenticate(new FakeCaller(headers))
  return { ...world, asked: () => asked, authenticate }
}

const refusedAs = (code: string) => expect.objectContaining({ code }) as Error

describe('a key', () => {
  test('is taken from wherever the SDKs put it', async () => {
    const { key, keyId, authenticate } = await worldThatCounts()
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer  ${key} ` },
      { 'x-api-key': key },
      { 'x-goog-api-key': key },
      { 'api-key': key },
    ])
      expect((await authenticate(headers)).policy.keyId).toBe(keyId)
  })

  test.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
    ['a bearer that is wrong, whatever else is sent', { authorization: 'Bearer sk-1', 'x-api-key': 'KEY' }],
    ['one with a typing mistake', { authorization: 'Bearer KEYx' }],
  ])('%s is refused without asking the ledger', async (_, headers) => {
    const { key, authenticate, asked } = await worldThatCounts()
    const sent = Object.entries(headers).map(([name, value]) => [name, String(value).replace('KEY', key)])
    await expect(authenticate(Object.fromEntries(sent))).rejects.toEqual(refusedAs('invalid_key'))
    expect(asked()).toBe(0)
  })

  test('that was seen is remembered for half a minute', async () => {
    const { key, authenticate, asked } = await worldThatCounts()
    await authenticate({ 'x-api-key': key })
    await vi.advanceTimersByTimeAsync(29_999)
    await authenticate({ 'x-api-key': key })
    expect(asked()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await authenticate({ 'x-api-key': key })
    expect(asked()).toBe(2)
  })

  test('that was revoked is refused by the very next call, and forgotten', async () => {
    const world = await worldThatCounts()
    await world.call(request)
    await world.deps.ledger.book.revokeKey('acme', world.keyId, { actor: 'root' })
    await expect(world.call(request)).rejects.toEqual(refusedAs('invalid_key'))
    expect(world.asked()).toBe(1)
    await expect(world.call(request)).rejects.toEqual(refusedAs('invalid_key'))
    expect(world.asked()).toBe(2)
    expect(await world.counts()).toMatchObject({ concurrency: { held: 0 }, requests: { spent: 1 } })
  })

  test('of an admin calls no model', async () => {
    const policy = { kind: 'policy', scopes: ['admin'] }
    const book = () => ({ policy: () => Promise.resolve(policy as unknown as Refusal) })
    const world = await makeWorld({ catalogue, providers, transport: scripted([]), book })
    await expect(world.call(request)).rejects.toEqual(refusedAs('forbidden'))
  })
})
