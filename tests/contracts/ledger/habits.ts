import { expect } from 'vitest'
import { boundOf, habitGenerationMs, noHabit, observed } from '../../../src/ledger/habit.ts'
import type { Settlement } from '../../../src/ledger/call.ts'
import type { Promises } from './contract.ts'
import { attemptOf, candidateOf, idOf, leaseMs, root, settlementOf, small, type TestOrg } from './harness.ts'
import { policyOf } from './suspension.ts'

const enough = 20

/** Ends so many calls with so much output. */
async function speak(
  org: TestOrg,
  times: number,
  call: { outputTokens: number; more?: Partial<Settlement>; keyHash?: string },
) {
  const { outputTokens, more = {}, keyHash = org.keyHash } = call
  for (let time = 0; time < times; time++)
    await org.settle(await org.open(small, { keyHash }), { outputTokens }, more)
}

/** The bound after so many calls with so much output. */
function boundAfter(org: TestOrg, outputs: readonly number[]): number | undefined {
  const now = org.clock.time
  const habit = outputs.reduce((before, outputTokens) => observed(before, { outputTokens, now }), noHabit)
  return boundOf(habit, now)
}

async function habitsOf(org: TestOrg, keyHash = org.keyHash): Promise<Readonly<Record<string, number>>> {
  return (await policyOf(org, keyHash)).habits
}

export function habitPromises(promises: Promises): void {
  promises(
    'once enough calls are known, the policy says what output they stay under, by model',
    async (org) => {
      expect(await habitsOf(org)).toEqual({})
      await speak(org, enough - 1, { outputTokens: 500 })
      expect(await habitsOf(org)).toEqual({})
      await speak(org, 1, { outputTokens: 900 })
      const bound = boundAfter(org, [...Array.from({ length: enough - 1 }, () => 500), 900])
      expect(bound).toBeGreaterThanOrEqual(900)
      expect(await habitsOf(org)).toEqual({ 'gpt-5.2': bound })
      const stale = await org.book.open(org.call(small, { policyVersion: 'older' }))
      expect(stale).toMatchObject({ kind: 'stale', policy: { habits: { 'gpt-5.2': bound } } })
    },
  )

  promises('habits are of one key and one model', async (org) => {
    const keyHash = await org.key({ id: idOf('key', org.slug) })
    await speak(org, enough, { outputTokens: 100 })
    for (const model of ['model two', 'a/b'])
      for (let time = 0; time < enough; time++) {
        const id = await org.open({}, { candidates: [candidateOf(small, { model })] })
        const attempts = [attemptOf({ outputTokens: 40 }, { model })]
        await org.book.settle(settlementOf(id, {}, { attempts }))
      }
    const bound = boundAfter(
      org,
      Array.from({ length: enough }, () => 40),
    )
    expect(await habitsOf(org)).toEqual({ 'gpt-5.2': expect.any(Number), 'model two': bound, 'a/b': bound })
    expect(await habitsOf(org, keyHash)).toEqual({})
  })

  promises('habits survive a crash, and go on from there', async (org) => {
    await speak(org, enough - 5, { outputTokens: 100 })
    await org.crash()
    await speak(org, 5, { outputTokens: 100 })
    const bound = boundAfter(
      org,
      Array.from({ length: enough }, () => 100),
    )
    expect(await habitsOf(org)).toEqual({ 'gpt-5.2': bound })
    await org.crash()
    expect(await habitsOf(org)).toEqual({ 'gpt-5.2': bound })
  })

  promises('habits are forgotten when they are old', async (org) => {
    await speak(org, enough, { outputTokens: 100 })
    org.clock.time += habitGenerationMs
    expect(await habitsOf(org)).toHaveProperty(['gpt-5.2'])
    org.clock.time += habitGenerationMs
    expect(await habitsOf(org)).toEqual({})
  })

  lessonPromises(promises)
  costPromises(promises)
}

function lessonPromises(promises: Promises): void {
  const lessons: Readonly<Record<string, Partial<Settlement>>> = {
    failed: { outcome: 'failed' },
    cancelled: { outcome: 'cancelled' },
    cut: { outcome: 'cut' },
    'timed out': { outcome: 'timed_out' },
    'settled to their floor': { source: 'floor' },
  }
  for (const [name, more] of Object.entries(lessons))
    promises(`calls that were ${name} teach nothing`, async (org) => {
      await speak(org, enough, { outputTokens: 5000, more })
      expect(await habitsOf(org)).toEqual({})
      await speak(org, enough, { outputTokens: 100 })
      const bound = boundAfter(
        org,
        Array.from({ length: enough }, () => 100),
      )
      expect(await habitsOf(org)).toEqual({ 'gpt-5.2': bound })
    })

  promises(
    'swept calls teach nothing, nor do those without output; counted and posted ones do',
    async (org) => {
      for (let time = 0; time < enough; time++) await org.open()
      org.clock.time += leaseMs
      expect(await org.book.sweep('expired')).toBe(enough)
      await speak(org, enough, { outputTokens: 0 })
      expect(await habitsOf(org)).toEqual({})
      await speak(org, enough - 1, { outputTokens: 70, more: { source: 'counted' } })
      const call = org.call()
      const settlement = settlementOf(call.id, { outputTokens: 70 })
      await org.book.post({ call, openedAt: org.clock.time, settlement })
      await org.book.post({ call, openedAt: org.clock.time, settlement })
      const bound = boundAfter(
        org,
        Array.from({ length: enough }, () => 70),
      )
      expect(await habitsOf(org)).toEqual({ 'gpt-5.2': bound })
    },
  )
}

function costPromises(promises: Promises): void {
  promises('the policy says whether a limit on cost stands above the key', async (org) => {
    const limited = async () => (await policyOf(org)).costLimited
    expect(await limited()).toBe(false)
    await org.limit({ metric: 'tokens', per: 'day', amount: 5 })
    const shadow = await org.limit({ metric: 'cost', per: 'day', amount: 5, mode: 'shadow' })
    expect(await limited()).toBe(false)
    await org.book.updateLimit(shadow, { mode: 'enforce' }, root)
    expect(await limited()).toBe(true)
    await org.book.deleteLimit(shadow, root)
    for (const on of ['org', 'project', 'key', 'end_user'] as const) {
      expect(await limited()).toBe(false)
      const limit = await org.limit({ on, metric: 'cost', per: 'hour', amount: 5 })
      expect(await limited()).toBe(true)
      await org.book.deleteLimit(limit, root)
    }
  })
}
