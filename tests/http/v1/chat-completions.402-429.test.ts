import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { gather, sendAll, watchOverlap, type Burst } from '../../support/burst.ts'
import { nanoOf, prices, priceOf, usdOf } from '../../support/prices.ts'
import { chat, type Tenant, type TenantOptions } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** 400 calls at once where 50 are allowed: exactly 50 pass. */

const count = 400
const allowed = 50
const maxTokens = 20

/** What the gateway must hold for a body: no text has more tokens than bytes, and the chat template adds some. */
const templateTokens = 64
const mostOf = (body: string) => ({
  inputTokens: Buffer.byteLength(body) + templateTokens,
  outputTokens: maxTokens,
})
const budgetFor = (body: string, calls: number) =>
  usdOf(priceOf(prices['acme-chat'], mostOf(body)) * BigInt(calls))

/** A call that uses all that is held for it, so that nothing comes back. */
function greedy(gate?: string): string {
  const write = (promptTokens: number) =>
    JSON.stringify({
      ...chat({ prompt_tokens: promptTokens, completion_tokens: maxTokens, ...(gate && { wait_for: gate }) }),
      max_tokens: maxTokens,
    })
  return write(mostOf(write(100)).inputTokens)
}

const metrics = {
  budget: (body: string) => ({ metric: 'cost', per: 'lifetime', amount: budgetFor(body, allowed) }),
  'daily requests': () => ({ metric: 'requests', per: 'day', amount: allowed }),
  'monthly tokens': (body: string) => ({
    metric: 'tokens',
    per: 'month',
    amount: (mostOf(body).inputTokens + maxTokens) * allowed,
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

  test.each(kinds.flatMap((kind) => Object.keys(placements).map((place) => [kind, place] as const)))(
    'all under way together: %s of a %s',
    async (kind, place) => {
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
              ? mostOf(body).inputTokens + maxTokens
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
    },
  )

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

describeHosts('a limit', (world) => {
  test('that does not cover a call refuses it for good: 402 for money, 429 for the rest', async () => {
    const small = [
      [{ metric: 'cost', per: 'lifetime', amount: '0.000001' }, 'budget_exceeded'],
      [{ metric: 'cost', per: 'month', amount: '0' }, 'budget_exceeded'],
      [{ metric: 'output_tokens', per: 'day', amount: 10 }, 'quota_exceeded'],
      [{ metric: 'input_tokens', per: 'week', amount: 10 }, 'quota_exceeded'],
      [{ metric: 'requests', per: 'lifetime', amount: 0 }, 'quota_exceeded'],
      [{ metric: 'tokens', per: 'minute', amount: 10 }, 'rate_limited'],
    ] as const
    for (const [limit, code] of small) {
      const tenant = await world().tenant({ keyLimits: [limit] })
      const { refused } = await gather([tenant.post({ ...chat(), max_tokens: 20 })])
      expect(refused[0]).toMatchObject({
        status: statusOf(code),
        code,
        limit: { metric: limit.metric, per: limit.per },
      })
      expect(refused[0]?.headers.get('x-should-retry')).toBe('false')
      expect(refused[0]?.headers.get('retry-after')).toBeNull()
      const { resets_at: resetsAt } = refused[0]?.limit ?? {}
      if (limit.per === 'lifetime') expect(resetsAt).toBeNull()
      else expect(Date.parse(resetsAt ?? '')).toBeGreaterThan(0)
      expect(await tenant.rows()).toEqual([])
      expect(await tenant.held()).toBe(0)
    }
  })

  test('of models refuses those alone', async () => {
    const limit = { metric: 'requests', per: 'lifetime', amount: 0, models: ['acme-*'] }
    const tenant = await world().tenant({ keyLimits: [limit] })
    expect((await tenant.post(chat())).status).toBe(429)
    expect((await tenant.post({ ...chat(), model: 'backup-chat' })).status).toBe(200)
    // A route counts towards the limit as long as one of its candidates does.
    expect((await tenant.post({ ...chat(), model: 'best-chat' })).status).toBe(429)
    await tenant.settled(1)
  })

  test('of a budget gives back what a call did not use', async () => {
    const body = JSON.stringify({
      ...chat({ prompt_tokens: 1, completion_tokens: 1 }),
      max_tokens: maxTokens,
    })
    const one = priceOf(prices['acme-chat'], { inputTokens: 1, outputTokens: 1 })
    const most = nanoOf(budgetFor(body, 1))
    const tenant = await world().tenant({
      keyLimits: [{ metric: 'cost', per: 'lifetime', amount: usdOf(most + 2n * one) }],
    })
    for (let call = 1; call <= 3; call++) {
      expect((await tenant.post(body)).status).toBe(200)
      await tenant.settled(call)
    }
    const { refused } = await gather([tenant.post(body)])
    expect(refused[0]).toMatchObject({
      code: 'budget_exceeded',
      limit: { held: '0', spent: usdOf(3n * one).replace(/0+$/, '') },
    })
  })

  test('that the SDK waits for is told to it', async () => {
    const tenant = await world().tenant({
      keyLimits: [{ metric: 'requests', per: 'minute', amount: 60, burst: 1 }],
    })
    expect((await tenant.post(chat())).status).toBe(200)
    const { refused } = await gather([tenant.post(chat())])
    expect(refused[0]).toMatchObject({ code: 'rate_limited', limit: { amount: 60, requested: 1 } })
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    const patient = tenant.sdk().withOptions({ maxRetries: 3 })
    expect(
      (await patient.chat.completions.create(chat({ text: 'At last.' }))).choices[0]?.message.content,
    ).toBe('At last.')
  })

  test('that is raised or lowered holds from the next call on', async () => {
    const tenant = await world().tenant({ keyLimits: [{ metric: 'requests', per: 'lifetime', amount: 1 }] })
    expect((await tenant.post(chat())).status).toBe(200)
    expect((await tenant.post(chat())).status).toBe(429)
    const limit = (await tenant.limits()).find(({ scope }) => scope.type === 'key')
    await tenant.admin('PATCH', `/limits/${limit?.id}`, { amount: 2 })
    expect((await tenant.post(chat())).status).toBe(200)
    await tenant.admin('PATCH', `/limits/${limit?.id}`, { amount: 1 })
    expect((await tenant.post(chat())).status).toBe(429)
    await tenant.admin('DELETE', `/limits/${limit?.id}`)
    expect((await tenant.post(chat())).status).toBe(200)
  })
})
