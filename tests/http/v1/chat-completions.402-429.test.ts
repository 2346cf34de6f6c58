import { expect, test } from 'vitest'
import { gather } from '../../support/burst.ts'
import { mostOf, prices, priceOf, usdOf } from '../../support/prices.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** Limits that refuse a single call, and what is told of them. */

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
        status: code === 'budget_exceeded' ? 402 : 429,
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
      max_tokens: 20,
    })
    const one = priceOf(prices['acme-chat'], { inputTokens: 1, outputTokens: 1 })
    const most = priceOf(prices['acme-chat'], mostOf(body, 20))
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
