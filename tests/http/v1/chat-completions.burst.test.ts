import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { gather, sendAll, watchOverlap, type Burst } from '../../support/burst.ts'
import { mostOf, prices, priceOf, usdOf } from '../../support/prices.ts'
import { chat, type Tenant, type TenantOptions } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** 400 calls at once where 50 are allowed: exactly 50 pass. */

const count = 400
const allowed = 50
const maxTokens = 20

const heldFor = (body: string) => mostOf(body, maxTokens)
const budgetFor = (body: string, calls: number) =>
  usdOf(priceOf(prices['acme-chat'], heldFor(body)) * BigInt(calls))

/** A call that uses all that is held for it, so that nothing comes back. */
function greedy(gate?: string): string {
  const write = (promptTokens: number) =>
    JSON.stringify({
      ...chat({ prompt_tokens: promptTokens, completion_tokens: maxTokens, ...(gate && { wait_for: gate }) }),
      max_tokens: maxTokens,
    })
  return write(heldFor(write(100)).inputTokens)
}

const metrics = {
  budget: (body: string) => ({ metric: 'cost', per: 'lifetime', amount: budgetFor(body, allowed) }),
  'daily requests': () => ({ metric: 'requests', per: 'day', amount: allowed }),
  'monthly tokens': (body: string) => ({
    metric: 'tokens',
    per: 'month',
    amount: (heldFor(body).inputTokens + maxTokens) * allowed,
  }),
  'hourly requests': () => ({ metric: 'requests', per: 'hour', amount: allowed }),
  concurrency: () => ({ metric: 'concurrency', amount: allowed }),
}
type Kind = keyof typeof metrics
const kinds = Object.keys(metrics) as Kind[]

/** Codes that a refusal may have while calls are under way, and once all have ended. */
const codes: Readonly<Record<Kind, { during: string; after?: string }>> = {
  budget: { during: 'budget_held', after: 'budget_exceeded' },
  'daily requests': { during: 'budget_held', after: 'quota_exceeded' },
  'monthly tokens': { during: 'budget_held', after: 'quota_exceeded' },
  'hourly requests': { during: 'rate_limited', after: 'rate_limited' },
  concurrency: { during: 'rate_limited' },
}

const statusOf = (code: string) => (code === 'budget_exceeded' ? 402 : 429)

const placements: Readonly<Record<string, (limit: object) => TenantOptions>> = {
  key: (limit) => ({ keyLimits: [limit] }),
  project: (limit) => ({ projectLimits: [limit] }),
  org: (limit) => ({ orgLimits: [limit] }),
}

/** Every kind of limit at a key, and kinds of both sorts at what is above it. */
const together: readonly (readonly [Kind, string])[] = [
  ...kinds.map((kind) => [kind, 'key'] as const),
  ['budget', 'project'],
  ['concurrency', 'project'],
  ['budget', 'org'],
  ['daily requests', 'org'],
]

describeHosts('400 calls at once, of which 50 are allowed', (world) => {
  async function setUp(kind: Kind, place: string, gate?: string) {
    const body = greedy(gate)
    const tenant = await world().tenant(placements[place]?.(metrics[kind](body)))
    // Above the key, two keys of the same project share what there is.
    const other = place === 'key' ? tenant.key : (await tenant.anotherKey({ project: tenant.projectId })).key
    const send = (index: number) => {
      const key = index % 2 ? other : tenant.key
      return tenant.post(body, { headers: { authorization: `Bearer ${key}` } })
    }
    return { body, tenant, send }
  }

  function expectRefusals(burst: Burst, expected: { codes: readonly string[]; place: string }) {
    for (const { status, code, limit, headers, type } of burst.refused) {
      expect(expected.codes).toContain(code)
      expect(status).toBe(statusOf(code))
      expect(limit).toMatchObject({ id: expect.stringMatching(/^lim_/), scope: { type: expected.place } })
      const waits = code === 'budget_held' || code === 'rate_limited'
      expect(headers.get('x-should-retry')).toBe(waits ? null : 'false')
      expect(Number(headers.get('retry-after') ?? 0) > 0).toBe(waits)
      expect(type).toBe(
        code === 'budget_exceeded' || code === 'quota_exceeded' ? 'insufficient_quota' : 'rate_limit_error',
      )
    }
  }

  async function expectNothingLost(tenant: Tenant, rows: number) {
    const settled = await tenant.settled(rows)
    for (const row of settled) expect(row).toMatchObject({ outcome: 'ok', usage_source: 'exact' })
    await expectBooksToAgree(tenant)
  }

  test.each(together)('all under way together: %s of a %s', async (kind, place) => {
    const { acme } = world().simulators
    const gate = `${kind} of ${place}`
    const { tenant, send, body } = await setUp(kind, place, gate)
    const before = acme.requests.length
    const answers = sendAll(count, send)
    await acme.arrived(gate, allowed)
    // Those that pass wait at the gate: whatever ends now was refused.
    const refused = await firstOf(answers, count - allowed)
    expect(refused.every((answer) => answer.status !== 200)).toBe(true)
    expect(acme.requests.length - before).toBe(allowed)
    acme.release(gate)
    const burst = await gather(answers)
    expect(burst.passed).toBe(allowed)
    expectRefusals(burst, { codes: [codes[kind].during], place })
    if (kind !== 'hourly requests') {
      const requested =
        kind === 'budget'
          ? budgetFor(body, 1)
          : kind === 'monthly tokens'
            ? heldFor(body).inputTokens + maxTokens
            : 1
      const { limit } = burst.refused.at(-1) ?? {}
      const shown = {
        spent: Number(limit?.spent),
        held: Number(limit?.held),
        requested: Number(limit?.requested),
      }
      expect(shown).toEqual({ spent: 0, held: Number(limit?.amount), requested: Number(requested) })
    }
    await expectNothingLost(tenant, allowed)
  })

  test.each(kinds.filter((kind) => kind !== 'concurrency'))('as they come: %s of a key', async (kind) => {
    const { tenant, send } = await setUp(kind, 'key')
    const burst = await gather(sendAll(count, send))
    expect(burst.passed).toBe(allowed)
    expectRefusals(burst, { codes: [codes[kind].during, codes[kind].after ?? ''], place: 'key' })
    await expectNothingLost(tenant, allowed)
    const last = await gather([send(0)])
    expectRefusals(last, { codes: [codes[kind].after ?? ''], place: 'key' })
    expect(last.refused).toHaveLength(1)
    await expectNothingLost(tenant, allowed)
  })

  test('as they come: never more than 50 are under way', async () => {
    const { tenant, send } = await setUp('concurrency', 'key')
    const overlap = watchOverlap(world().simulators.acme, count)
    const burst = await gather(sendAll(count, send))
    expect(overlap.most).toBeLessThanOrEqual(allowed)
    expect(burst.passed).toBeGreaterThanOrEqual(allowed)
    expectRefusals(burst, { codes: ['rate_limited'], place: 'key' })
    await expectNothingLost(tenant, burst.passed)
  })
})

/** The first so many that are there. */
function firstOf<T>(pending: readonly Promise<T>[], needed: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const there: T[] = []
    for (const one of pending)
      one.then((value) => {
        there.push(value)
        if (there.length === needed) resolve([...there])
      }, reject)
  })
}
