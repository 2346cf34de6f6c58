import { expect } from 'vitest'
import type { Amounts } from '../../../src/core/amounts.ts'
import type { Promises } from './contract.ts'
import {
  amountsOf,
  attemptOf,
  candidateOf,
  leaseMs,
  refusalOf,
  settlementOf,
  small,
  type TestOrg,
} from './harness.ts'

const rotten = {
  negative: -1,
  fractional: 0.5,
  'not a number': NaN,
  infinite: Infinity,
  'beyond 2^53': 2 ** 53,
}

/** The books and limits of an org before and after something that must change neither. */
async function unchanged(org: TestOrg, attempt: () => Promise<void>): Promise<void> {
  const look = async () => [
    await org.book.limits({ limit: 10 }),
    await org.book.requests({ limit: 10 }),
    await org.book.nextExpiry(),
  ]
  const before = await look()
  await attempt()
  expect(await look()).toEqual(before)
}

export function soundnessPromises(promises: Promises): void {
  for (const [name, amount] of Object.entries(rotten)) {
    promises(`a settlement with a ${name} amount is refused, and the call stays open`, async (org) => {
      await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      const id = await org.open()
      const good = settlementOf(id, { cost: 5 })
      const settlements = [
        { ...good, charge: amount },
        { ...good, attempts: [attemptOf({ cost: amount })] },
        { ...good, attempts: [attemptOf({ inputTokens: amount })] },
        { ...good, attempts: [attemptOf({ outputTokens: amount })] },
        { ...good, attempts: [attemptOf({ cachedInputTokens: amount })] },
        { ...good, attempts: [attemptOf({ reasoningTokens: amount })] },
        { ...good, attempts: [attemptOf({}), attemptOf({ cost: amount })] },
      ]
      await unchanged(org, async () => {
        for (const settlement of settlements)
          expect(refusalOf(await org.book.settle(settlement)).code).toBe('invalid_request')
      })
      await org.settle(id, { cost: 5 })
      await unchanged(org, async () => {
        expect(refusalOf(await org.book.settle({ ...good, charge: amount })).code).toBe('invalid_request')
      })
    })

    promises(`a call with a ${name} amount is refused, and holds nothing`, async (org) => {
      await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
      await unchanged(org, async () => {
        for (const field of ['inputTokens', 'outputTokens', 'cost'] as const) {
          const bad: Amounts = { ...small, [field]: amount }
          for (const candidate of [candidateOf(bad), candidateOf(small, { floor: bad })]) {
            const call = org.call({}, { candidates: [candidateOf(small), candidate] })
            expect(refusalOf(await org.book.open(call)).code).toBe('invalid_request')
          }
        }
      })
    })

    promises(
      `an extension by a ${name} amount is refused, and a sweep still finds the call whole`,
      async (org) => {
        const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
        const id = await org.open()
        const bad = amountsOf({ cost: amount })
        const step = { seq: 1, more: small, soFar: small, candidate: 0 }
        await unchanged(org, async () => {
          for (const rot of [{ more: bad }, { soFar: bad }])
            expect(refusalOf(await org.book.extend(id, { ...step, ...rot })).code).toBe('invalid_request')
        })
        org.clock.time += leaseMs
        expect(await org.book.sweep('expired')).toBe(1)
        expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
      },
    )
  }
  senselessPromises(promises)
}

function senselessPromises(promises: Promises): void {
  promises(
    'a settlement that names an attempt it does not have, or charges for nothing, is refused',
    async (org) => {
      const id = await org.open()
      const good = settlementOf(id, { cost: 5 })
      const { served: _, ...unserved } = good
      const settlements = [
        { ...good, served: 1 },
        { ...good, served: -1 },
        { ...good, served: 0.5 },
        unserved,
      ]
      await unchanged(org, async () => {
        for (const settlement of settlements)
          expect(refusalOf(await org.book.settle(settlement)).code).toBe('invalid_request')
      })
    },
  )

  promises(
    'a call without a candidate is refused, and a step of a candidate that it does not have',
    async (org) => {
      expect((await org.refused(small, { candidates: [] })).code).toBe('invalid_request')
      const id = await org.open()
      const step = { seq: 1, more: small, soFar: small }
      for (const candidate of [1, -1, 0.5])
        expect(refusalOf(await org.book.extend(id, { ...step, candidate })).code).toBe('invalid_request')
    },
  )
}
