import { expect } from 'vitest'
import type { UsageLine, UsageQuery } from '../../../src/ledger/report.ts'
import type { Promises } from './contract.ts'
import { attemptOf, candidateOf, noon, refusalOf, settlementOf, small, type TestOrg } from './harness.ts'

const ever = { from: 0, to: Date.UTC(2200, 0) }
const hourMs = 3_600_000

async function usageBy(
  org: TestOrg,
  ...groupBy: UsageQuery['groupBy'][number][]
): Promise<readonly UsageLine[]> {
  const lines = await org.book.usage({ ...ever, groupBy })
  if ('kind' in lines) throw new Error(lines.message)
  return lines
}

async function spend(org: TestOrg, cost: number, more: { endUser?: string; tags?: Record<string, string> }) {
  const used = { cost, inputTokens: 2, cachedInputTokens: 1, outputTokens: 3 }
  await org.book.settle(settlementOf(await org.open(small, more), used))
}

export function usageLinePromises(promises: Promises): void {
  promises('usage is grouped by end user, of calls that have one', async (org) => {
    await spend(org, 1, { endUser: 'ann' })
    await spend(org, 2, { endUser: 'bob' })
    await spend(org, 4, { endUser: 'ann' })
    await spend(org, 8, {})
    expect(await usageBy(org, 'end_user')).toEqual([
      {
        group: { end_user: 'ann' }, requests: 2, inputTokens: 4, cachedInputTokens: 2, outputTokens: 6,
        charge: { usd: 0, nano: 5 }, providerCost: { usd: 0, nano: 5 },
      },
      {
        group: { end_user: 'bob' }, requests: 1, inputTokens: 2, cachedInputTokens: 1, outputTokens: 3,
        charge: { usd: 0, nano: 2 }, providerCost: { usd: 0, nano: 2 },
      },
    ]) // prettier-ignore
    expect(await usageBy(org, 'model', 'end_user')).toMatchObject([
      { group: { model: 'gpt-5.2', end_user: 'ann' }, requests: 2 },
      { group: { model: 'gpt-5.2', end_user: 'bob' }, requests: 1 },
    ])
  })

  promises('usage is grouped by tag: a call counts under each that it has', async (org) => {
    await spend(org, 1, { tags: { team: 'a', env: 'prod' } })
    await spend(org, 2, { tags: { team: 'b' } })
    await spend(org, 4, { tags: { team: 'a', env: 'test' } })
    await spend(org, 8, {})
    const lines = await usageBy(org, 'tag')
    expect(lines.map(({ group, requests, charge }) => [group.tag, requests, charge.nano])).toEqual([
      ['env=prod', 1, 1],
      ['env=test', 1, 4],
      ['team=a', 2, 5],
      ['team=b', 1, 2],
    ])
    expect(await usageBy(org, 'tag', 'project')).toHaveLength(4)
    expect(await usageBy(org)).toMatchObject([{ requests: 4, charge: { nano: 15 } }])
  })

  promises(
    'no sums are kept of two among key, end user and tag, so such a question is refused',
    async (org) => {
      await spend(org, 1, { endUser: 'ann', tags: { team: 'a' } })
      for (const groupBy of [
        ['key', 'end_user'],
        ['tag', 'key'],
        ['end_user', 'model', 'tag'],
        ['key', 'end_user', 'tag'],
      ] as const) {
        const answer = await org.book.usage({ ...ever, groupBy })
        expect(refusalOf(answer).code).toBe('invalid_request')
      }
    },
  )

  promises('end users and tags may be called anything', async (org) => {
    const names = ['"', "'; DROP TABLE rollups", '%', '😀', 'a=b', '__proto__', '\\']
    for (const [index, name] of names.entries())
      await spend(org, index + 1, { endUser: name, tags: { [`t${index}`]: name } })
    const users = await usageBy(org, 'end_user')
    const charged = new Map(users.map(({ group, charge }) => [group.end_user, charge.nano]))
    expect(charged).toEqual(new Map(names.map((name, index) => [name, index + 1])))
    const tags = await usageBy(org, 'tag')
    expect(tags.map(({ group }) => group.tag)).toEqual(names.map((name, index) => `t${index}=${name}`))
  })

  movePromises(promises)
  sumPromises(promises)
}

function movePromises(promises: Promises): void {
  promises(
    'a call that turns out to be of another model moves there, and leaves no empty line',
    async (org) => {
      const candidates = [
        candidateOf(small, { model: 'a', provider: 'x' }),
        candidateOf(small, { model: 'b', provider: 'y' }),
      ]
      const id = await org.open({}, { candidates, endUser: 'ann', tags: { team: 'a' } })
      const settle = (model: string, provider: string, source: 'floor' | 'exact') => {
        const attempts = [attemptOf({ cost: 7, inputTokens: 3 }, { model, provider, source })]
        return org.book.settle(settlementOf(id, {}, { attempts, source, charge: 9 }))
      }
      await settle('a', 'x', 'floor')
      await org.settle(await org.open(small, { tags: { team: 'b' } }), { cost: 1 })
      const groups = async (...groupBy: UsageQuery['groupBy'][number][]) =>
        (await usageBy(org, ...groupBy)).map(({ group, requests, charge }) => [
          ...Object.values(group),
          requests,
          charge.nano,
        ])
      expect(await groups('model', 'provider')).toEqual([
        ['a', 'x', 1, 9],
        ['gpt-5.2', 'openai', 1, 1],
      ])
      org.clock.time += 5 * hourMs
      await settle('b', 'y', 'exact')
      expect(await groups('model', 'provider')).toEqual([
        ['b', 'y', 1, 9],
        ['gpt-5.2', 'openai', 1, 1],
      ])
      expect(await groups('end_user', 'model')).toEqual([['ann', 'b', 1, 9]])
      expect(await groups('tag', 'provider')).toEqual([
        ['team=a', 'y', 1, 9],
        ['team=b', 'openai', 1, 1],
      ])
      const hours = await org.book.usage({ ...ever, bucket: 'hour', groupBy: ['model'] })
      expect(hours).toMatchObject([{ start: noon }, { start: noon }])
      expect(hours).toHaveLength(2)
    },
  )

  promises('calls for which nothing was sent count as requests that cost nothing', async (org) => {
    const id = await org.open()
    await org.book.settle({ id, attempts: [], source: 'exact', outcome: 'failed', charge: 0 })
    expect(await usageBy(org, 'model')).toMatchObject([{ requests: 1, charge: { usd: 0, nano: 0 } }])
  })
}

function sumPromises(promises: Promises): void {
  promises('sums are exact above 2^53 nanoUSD, also of calls that end in one moment', async (org) => {
    const largest = Number.MAX_SAFE_INTEGER
    const costs = [largest, largest - 1, largest - 3, 4_000_000_000_000_001, 999_999_999, 1]
    const ids = await Promise.all(costs.map(() => org.open({ cost: 0 }, { tags: { a: 'b' } })))
    const attempts = costs.map((cost) => [attemptOf({ cost })])
    await Promise.all(
      ids.map((id, index) =>
        org.book.settle(settlementOf(id, {}, { attempts: attempts[index] ?? [], charge: costs[index] ?? 0 })),
      ),
    )
    const total = costs.reduce((sum, cost) => sum + BigInt(cost), 0n)
    const sum = { usd: Number(total / 1_000_000_000n), nano: Number(total % 1_000_000_000n) }
    for (const groupBy of [[], ['key'], ['tag'], ['model']] as const)
      expect(await usageBy(org, ...groupBy)).toMatchObject([{ charge: sum, providerCost: sum, requests: 6 }])
  })

  promises(
    'a provider that tells of senselessly many tokens does not end all questions about usage',
    async (org) => {
      const inputTokens = Number.MAX_SAFE_INTEGER
      for (const _ of [1, 2, 3]) await org.settle(await org.open(), { inputTokens, cost: 1 })
      const [line] = await usageBy(org, 'model')
      expect(line).toMatchObject({ requests: 3, charge: { usd: 0, nano: 3 } })
      expect(line?.inputTokens).toBeGreaterThan(2 ** 53)
    },
  )
}
