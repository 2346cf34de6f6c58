import { expect } from 'vitest'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Hold, Refusal, Settlement, Stale } from '../../../src/ledger/call.ts'
import type { Metric, Period, ScopeType } from '../../../src/ledger/limit.ts'
import type { Promises } from './contract.ts'
import { idOf, settlementOf, small, unsent, type TestOrg } from './harness.ts'
import { metrics, periods, scopes, unit } from './limits.ts'
import type { ModelOptions } from './model.ts'

interface Burst {
  readonly metric: Metric
  readonly per: Period | undefined
  readonly on: ScopeType
  /** How many calls come at once. */
  readonly size: number
}

/** What a call uses of what it held. A request is given back only where nothing was sent. */
const used = { inputTokens: 4, outputTokens: 8, cost: 12 }
const usedUnit: Readonly<Record<Metric, number>> = {
  requests: 0,
  tokens: 12,
  input_tokens: 4,
  output_tokens: 8,
  cost: 12,
  concurrency: 0,
}

/**
 * All metrics at all scopes, each in one burst of a thousand; and all metrics in all periods in smaller ones, the scopes chosen so
 * that each meets every period and every metric.
 */
function bursts(large: number): Burst[] {
  const smaller = Math.min(200, large)
  const kinds = [...metrics.map((metric) => ({ metric, per: 'lifetime' as const })), concurrency]
  const atAllScopes = kinds.flatMap((kind) => scopes.map((on) => ({ ...kind, on, size: large })))
  const inAllPeriods = metrics.flatMap((metric, row) =>
    periods
      .filter((per) => per !== 'lifetime')
      .map((per, column) => ({
        metric,
        per,
        on: scopes[(row + column) % scopes.length] ?? 'org',
        size: smaller,
      })),
  )
  return [...atAllScopes, ...inAllPeriods]
}

const concurrency = { metric: 'concurrency', per: undefined } as const

export function burstPromises(promises: Promises, { burst = 1000 }: ModelOptions): void {
  for (const kind of bursts(burst)) {
    const { metric, per, on, size } = kind
    const span = per === undefined || per === 'lifetime' ? '' : ` per ${per}`
    promises(
      `of ${size} calls at once, ${metric}${span} for ${size / 4} on one ${on} admits exactly ${size / 4}`,
      (org) => proveBurst(org, kind),
    )
  }

  promises('of many calls at once of two end users, each is admitted exactly its share', async (org) => {
    await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 20 * unit.cost })
    const calls = Array.from({ length: 200 }, (_, index) =>
      org.call(small, { endUser: index % 2 ? 'ann' : 'bob' }),
    )
    const answers = await Promise.all(calls.map((call) => org.book.open(call)))
    const granted = calls.filter((_, index) => answers[index]?.kind === 'hold').map(({ endUser }) => endUser)
    expect(granted.toSorted()).toEqual([...Array(20).fill('ann'), ...Array(20).fill('bob')])
  })
}

async function proveBurst(org: TestOrg, { metric, per, on, size }: Burst): Promise<void> {
  const one = unit[metric]
  const fit = size / 4
  const limit = await org.limit({ on, metric, ...(per && { per }), amount: fit * one })
  const isRate = per === 'minute' || per === 'hour'
  const hashes = await keysUnder(org, on)
  const surge = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        org.book.open(org.call(small, { endUser: 'ann', keyHash: hashes[index % hashes.length] ?? '' })),
      ),
    )

  const first = await surge(size)
  const held = grantedOf(first)
  expect(held).toHaveLength(fit)
  const code = isRate || metric === 'concurrency' ? 'rate_limited' : 'budget_held'
  const counts = isRate ? { spent: fit * one, held: 0 } : { spent: 0, held: fit * one }
  for (const answer of first)
    if (answer.kind !== 'hold')
      expect(answer).toMatchObject({ code, limit: { limit: { id: limit }, ...counts, requested: one } })
  expect(await org.counts(limit, 'ann')).toEqual(counts)

  const half = held.slice(0, fit / 2)
  await Promise.all(half.map((id) => org.book.settle(endOf(id, metric))))
  const freed = Math.floor((half.length * (one - usedUnit[metric])) / one)
  const second = await surge(size)
  expect(grantedOf(second)).toHaveLength(freed)
  const { spent, held: still } = await org.counts(limit, 'ann')
  expect(spent + still).toBe((fit - half.length + freed) * one + half.length * usedUnit[metric])
}

/** The hashes of two keys that a limit at a scope covers both, or of the one. */
async function keysUnder(org: TestOrg, on: ScopeType): Promise<readonly string[]> {
  if (on === 'key') return [org.keyHash]
  const id = idOf('key', org.slug)
  await org.key({ id, ...(on === 'project' && { projectId: org.projectId }) })
  return [org.keyHash, hashKey(id)]
}

function grantedOf(answers: readonly (Hold | Stale | Refusal)[]): string[] {
  return answers.flatMap((answer) => (answer.kind === 'hold' ? [answer.id] : []))
}

function endOf(id: string, metric: Metric): Settlement {
  return metric === 'requests' ? unsent(id) : settlementOf(id, used)
}
