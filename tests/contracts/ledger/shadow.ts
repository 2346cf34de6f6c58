import { expect } from 'vitest'
import type { Metric, Period } from '../../../src/ledger/limit.ts'
import type { Promises } from './contract.ts'
import { noon, root, settlementOf, small } from './harness.ts'

const dayMs = 86_400_000
const kinds: readonly (readonly [Metric, Period | undefined])[] = [
  ['requests', 'day'],
  ['tokens', 'month'],
  ['input_tokens', 'minute'],
  ['output_tokens', 'hour'],
  ['cost', 'lifetime'],
  ['concurrency', undefined],
]
const scopes = ['org', 'project', 'key', 'end_user'] as const

export function shadowPromises(promises: Promises): void {
  for (const [index, [metric, per]] of kinds.entries()) {
    const on = scopes[index % scopes.length] ?? 'org'
    promises(
      `a shadow limit of ${metric} on one ${on} refuses nothing, and says what it would have`,
      async (org) => {
        const endUser = 'ann'
        const limit = await org.limit({ on, metric, ...(per && { per }), amount: 0, mode: 'shadow' })
        for (const times of [1, 2, 3]) {
          expect(await org.book.open(org.call(small, { endUser }))).toMatchObject({
            kind: 'hold',
            limits: [],
          })
          expect(await org.state(limit, endUser)).toMatchObject({ wouldRefuse: times })
        }
        const { spent, held } = await org.counts(limit, endUser)
        expect(spent + held).toBeGreaterThanOrEqual(3)
      },
    )
  }

  promises('a shadow limit counts what is held and spent, as any other does', async (org) => {
    const terms = { metric: 'cost', per: 'day', amount: 50 } as const
    const shadow = await org.limit({ ...terms, mode: 'shadow' })
    const wide = await org.limit({ ...terms, amount: 1000 })
    const ids = [await org.open(), await org.open()]
    expect(await org.state(shadow)).toMatchObject({ spent: 0, held: 60, wouldRefuse: 1 })
    await org.settle(ids[0] ?? '', { cost: 20 })
    await org.book.sweep('all')
    await org.settle(ids[1] ?? '', { cost: 25 })
    const state = { spent: 45, held: 0, resetsAt: noon + dayMs / 2 }
    expect(await org.state(shadow)).toMatchObject({ ...state, wouldRefuse: 1 })
    expect(await org.state(wide)).toMatchObject(state)
    expect(await org.state(wide)).not.toHaveProperty('wouldRefuse')
    await org.crash()
    expect(await org.state(shadow)).toMatchObject({ ...state, wouldRefuse: 1 })
  })

  promises('a hold tells of the limits that may refuse, not of shadow limits', async (org) => {
    const terms = { metric: 'cost', per: 'day', amount: 1000 } as const
    const wide = await org.limit(terms)
    await org.limit({ ...terms, mode: 'shadow' })
    const call = org.call()
    const hold = await org.book.open(call)
    expect(hold).toMatchObject({ kind: 'hold', limits: [{ limit: { id: wide } }] })
    expect(hold).not.toHaveProperty('limits.1')
    expect(await org.book.open(call)).toEqual(hold)
  })

  windowPromises(promises)
  switchPromises(promises)
}

function windowPromises(promises: Promises): void {
  promises('what a shadow limit would have refused is counted in its window', async (org) => {
    const limit = await org.limit({ metric: 'requests', per: 'day', amount: 1, mode: 'shadow' })
    for (const _ of [1, 2, 3]) await org.open()
    expect(await org.state(limit)).toMatchObject({ wouldRefuse: 2 })
    org.clock.time += dayMs
    expect(await org.state(limit)).toMatchObject({ wouldRefuse: 0 })
    await org.open()
    expect(await org.state(limit)).toMatchObject({ held: 1, wouldRefuse: 0 })
    org.clock.time -= dayMs
    expect(await org.state(limit)).toMatchObject({ wouldRefuse: 2 })
  })

  promises('what a shadow rate would have refused is counted in all, also over a crash', async (org) => {
    const limit = await org.limit({ metric: 'requests', per: 'minute', amount: 1, mode: 'shadow' })
    for (const _ of [1, 2, 3]) await org.open()
    org.clock.time += dayMs
    expect(await org.state(limit)).toMatchObject({ spent: 0, wouldRefuse: 2 })
    await org.open()
    await org.open()
    await org.crash()
    expect(await org.state(limit)).toMatchObject({ wouldRefuse: 3 })
  })

  promises('a call that another limit refuses is not counted by a shadow limit', async (org) => {
    const shadow = await org.limit({ metric: 'cost', per: 'day', amount: 0, mode: 'shadow' })
    await org.limit({ metric: 'requests', per: 'day', amount: 0 })
    await org.refused()
    expect(await org.state(shadow)).toMatchObject({ spent: 0, held: 0, wouldRefuse: 0 })
  })

  promises('a call that is opened again is counted once by a shadow limit', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 0, mode: 'shadow' })
    const call = org.call()
    for (const _ of [1, 2]) await org.book.open(call)
    expect(await org.state(limit)).toMatchObject({ held: 30, wouldRefuse: 1 })
  })

  promises(
    'a shadow limit refuses no extension, and counts only what it would have refused to open',
    async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'day', amount: 40, mode: 'shadow' })
      const id = await org.open()
      const step = { seq: 1, more: small, soFar: small, candidate: 0 }
      expect(await org.book.extend(id, step)).toMatchObject({ kind: 'extension' })
      expect(await org.state(limit)).toMatchObject({ spent: 0, held: 60, wouldRefuse: 0 })
    },
  )
}

function switchPromises(promises: Promises): void {
  promises('a limit that is switched to enforce, and back, keeps its counters', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'month', amount: 50, mode: 'shadow' })
    await org.settle(await org.open(), { cost: 30 })
    const id = await org.open()
    const enforced = await org.book.updateLimit(limit, { mode: 'enforce' }, root)
    expect(enforced).toMatchObject({ spent: 30, held: 30 })
    expect(enforced).not.toHaveProperty('wouldRefuse')
    expect(enforced).not.toHaveProperty('limit.mode')
    expect(await org.refused({ cost: 1 })).toMatchObject({ limit: { spent: 30, held: 30 } })
    await org.settle(id, { cost: 10 })
    const shadow = await org.book.updateLimit(limit, { mode: 'shadow' }, root)
    expect(shadow).toMatchObject({ limit: { mode: 'shadow' }, spent: 40, held: 0, wouldRefuse: 1 })
    await org.open()
    expect(await org.state(limit)).toMatchObject({ spent: 40, held: 30, wouldRefuse: 2 })
  })

  promises('a change of the amount leaves the mode as it is', async (org) => {
    const limit = await org.limit({ metric: 'cost', per: 'month', amount: 0, mode: 'shadow' })
    expect(await org.book.updateLimit(limit, { amount: 1 }, root)).toMatchObject({
      limit: { mode: 'shadow' },
    })
    await org.open()
    expect(await org.state(limit)).toMatchObject({ held: 30, wouldRefuse: 1 })
  })

  promises('a shadow rate that is switched to enforce is as full as it was', async (org) => {
    const limit = await org.limit({ metric: 'tokens', per: 'minute', amount: 60, mode: 'shadow' })
    await org.book.settle(settlementOf(await org.open(), { inputTokens: 120 }))
    await org.book.updateLimit(limit, { mode: 'enforce' }, root)
    expect(await org.refused()).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 90 })
  })
}
