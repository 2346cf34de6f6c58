import { expect } from 'vitest'
import type { UsageQuery } from '../../../src/ledger/report.ts'
import type { Promises } from './contract.ts'
import { attemptOf, candidateOf, idOf, noon, settlementOf, small, type TestOrg } from './harness.ts'

const ever = { from: 0, to: Date.UTC(2200, 0), groupBy: [] } as const satisfies UsageQuery
const hourMs = 3_600_000

/** Makes one call that ended, at a time. */
async function row(
  org: TestOrg,
  used: { cost: number; at?: number; model?: string; provider?: string; keyHash?: string },
) {
  const { cost, at = noon, model = 'gpt-5.2', provider = 'openai', keyHash = org.keyHash } = used
  org.clock.time = at
  const id = await org.open(small, { keyHash, candidates: [candidateOf(small, { model, provider })] })
  const usage = { cost, inputTokens: 10, cachedInputTokens: 4, outputTokens: 2 }
  const attempts = [
    attemptOf({ cost: 1 }, { provider: 'first', status: 500 }),
    attemptOf(usage, { model, provider }),
  ]
  await org.book.settle(settlementOf(id, {}, { attempts, served: 1, charge: cost * 2 }))
  return id
}

export function usagePromises(promises: Promises): void {
  promises('usage sums what rows say, charge and provider cost apart', async (org) => {
    expect(await org.book.usage(ever)).toEqual([])
    await row(org, { cost: 100 })
    await row(org, { cost: 50 })
    await org.open()
    expect(await org.book.usage(ever)).toEqual([
      {
        group: {}, requests: 2, inputTokens: 20, cachedInputTokens: 8, outputTokens: 4,
        charge: { usd: 0, nano: 300 }, providerCost: { usd: 0, nano: 152 },
      },
    ]) // prettier-ignore
  })

  promises('usage sums are exact above 2^53 nanoUSD', async (org) => {
    const largest = Number.MAX_SAFE_INTEGER
    const charges = [
      largest,
      largest,
      largest - 1,
      4_000_000_000_000_000,
      4_000_000_000_000_001,
      1,
      999_999_999,
    ]
    for (const charge of charges) {
      const id = await org.open({ cost: 0 })
      await org.book.settle(settlementOf(id, {}, { attempts: [attemptOf({ cost: charge })], charge }))
    }
    const total = charges.reduce((sum, charge) => sum + BigInt(charge), 0n)
    const sum = { usd: Number(total / 1_000_000_000n), nano: Number(total % 1_000_000_000n) }
    expect(await org.book.usage(ever)).toMatchObject([{ charge: sum, providerCost: sum }])
  })

  promises('a replaced row is counted once, as it is now', async (org) => {
    const id = await org.open()
    await org.settle(id, { cost: 5 }, { source: 'counted' })
    await org.settle(id, { cost: 8 })
    expect(await org.book.usage(ever)).toMatchObject([{ requests: 1, charge: { usd: 0, nano: 8 } }])
  })

  promises('usage is grouped by project, key, model and provider', async (org) => {
    const otherKey = idOf('key', org.slug)
    const keyHash = await org.key({ id: otherKey })
    await row(org, { cost: 1, model: 'a', provider: 'x' })
    await row(org, { cost: 2, model: 'a', provider: 'y' })
    await row(org, { cost: 4, model: 'b', provider: 'x', keyHash })
    const by = async (...groupBy: UsageQuery['groupBy'][number][]) =>
      (
        (await org.book.usage({ ...ever, groupBy })) as readonly { group: object; charge: { nano: number } }[]
      ).map(({ group, charge }) => [group, charge.nano / 2])
    expect(await by('model')).toEqual([
      [{ model: 'a' }, 3],
      [{ model: 'b' }, 4],
    ])
    expect(await by('provider')).toEqual([
      [{ provider: 'x' }, 5],
      [{ provider: 'y' }, 2],
    ])
    expect(await by('project')).toEqual([
      [{ project: '' }, 4],
      [{ project: org.projectId }, 3],
    ])
    expect(await by('key')).toEqual([
      [{ key: org.keyId }, 3],
      [{ key: otherKey }, 4],
    ])
    expect(await by('model', 'provider')).toEqual([
      [{ model: 'a', provider: 'x' }, 1], [{ model: 'a', provider: 'y' }, 2], [{ model: 'b', provider: 'x' }, 4],
    ]) // prettier-ignore
  })

  bucketPromises(promises)
  filterPromises(promises)
}

function bucketPromises(promises: Promises): void {
  promises('usage comes in hours, days and months of the time at which calls began', async (org) => {
    const feb29 = Date.UTC(2032, 1, 29)
    const times = [
      feb29 - 1,
      feb29,
      feb29 + hourMs - 1,
      feb29 + hourMs,
      feb29 + 24 * hourMs - 1,
      feb29 + 24 * hourMs,
    ]
    for (const [index, at] of times.entries()) await row(org, { cost: 10 ** index, at })
    const lines = async (bucket: 'hour' | 'day' | 'month') =>
      (
        (await org.book.usage({ ...ever, bucket })) as readonly { start: number; charge: { nano: number } }[]
      ).map(({ start, charge }) => [new Date(start).toISOString(), charge.nano / 2])
    expect(await lines('hour')).toEqual([
      ['2032-02-28T23:00:00.000Z', 1], ['2032-02-29T00:00:00.000Z', 110], ['2032-02-29T01:00:00.000Z', 1000],
      ['2032-02-29T23:00:00.000Z', 10_000], ['2032-03-01T00:00:00.000Z', 100_000],
    ]) // prettier-ignore
    expect(await lines('day')).toEqual([
      ['2032-02-28T00:00:00.000Z', 1], ['2032-02-29T00:00:00.000Z', 11_110], ['2032-03-01T00:00:00.000Z', 100_000],
    ]) // prettier-ignore
    expect(await lines('month')).toEqual([
      ['2032-02-01T00:00:00.000Z', 11_111],
      ['2032-03-01T00:00:00.000Z', 100_000],
    ])
  })

  promises('usage is asked for from one hour, inclusive, to another, exclusive', async (org) => {
    for (const hours of [0, 1, 2]) await row(org, { cost: 10 ** hours, at: noon + hours * hourMs })
    const sum = async (from: number, to: number) => org.book.usage({ from, to, groupBy: [] })
    expect(await sum(noon, noon + 2 * hourMs)).toMatchObject([{ charge: { nano: 22 } }])
    expect(await sum(noon + hourMs, noon + 3 * hourMs)).toMatchObject([{ charge: { nano: 220 } }])
    expect(await sum(noon + 3 * hourMs, noon + 9 * hourMs)).toEqual([])
    expect(await sum(noon, noon)).toEqual([])
  })

  promises('the time that usage is asked for is widened to whole hours', async (org) => {
    for (const at of [noon - 1, noon, noon + hourMs - 1, noon + hourMs]) await row(org, { cost: 1, at })
    const requests = async (from: number, to: number) => {
      const [line] = (await org.book.usage({ from, to, groupBy: [] })) as readonly { requests: number }[]
      return line?.requests
    }
    expect(await requests(noon, noon + hourMs)).toBe(2)
    expect(await requests(noon + 1, noon + 2)).toBe(2)
    expect(await requests(noon + hourMs - 1, noon + hourMs)).toBe(2)
    expect(await requests(noon + hourMs - 1, noon + hourMs + 1)).toBe(3)
    expect(await requests(noon - 1, noon + 1)).toBe(3)
  })
}

function filterPromises(promises: Promises): void {
  promises('rows are found by key, project, model and time, newest first', async (org) => {
    const otherKey = idOf('key', org.slug)
    const keyHash = await org.key({ id: otherKey })
    const first = await row(org, { cost: 1, model: 'a' })
    const second = await row(org, { cost: 2, model: 'b', at: noon + 5 })
    const third = await row(org, { cost: 4, model: 'a', at: noon + 9, keyHash })
    const found = async (query: object) => {
      const page = await org.book.requests({ limit: 10, ...query })
      return 'kind' in page ? page : page.data.map(({ id }) => id)
    }
    expect(await found({})).toEqual([third, second, first])
    expect(await found({ keyId: otherKey })).toEqual([third])
    expect(await found({ projectId: org.projectId })).toEqual([second, first])
    expect(await found({ model: 'a' })).toEqual([third, first])
    expect(await found({ from: noon + 5, to: noon + 9 })).toEqual([second])
    expect(await found({ model: 'a', keyId: org.keyId })).toEqual([first])
    expect(await found({ after: second })).toEqual([first])
    expect(await found({ after: first })).toEqual([])
  })
}
