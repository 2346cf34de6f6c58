import { InternalServerError, RateLimitError, UnprocessableEntityError } from 'openai'
import { expect, test } from 'vitest'
import { alibabaFixture } from '../../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../../fixtures/providers/openai.ts'
import { expectBooksToAgree } from '../../support/books.ts'
import { readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts, models } from '../../support/world.ts'

/** What providers answer in place of an answer: what is the caller's fault passes, all else stays between the operator and them. */

describeHosts('a provider that refuses', (world) => {
  const fixtures = [openaiFixture, deepseekFixture, alibabaFixture] as const
  const errors = fixtures.flatMap(({ provider, errors }) =>
    errors.map((error) => [provider as keyof typeof models, error.what, error] as const),
  )
  const passing = new Set([400, 413, 422])

  test.each(errors)('%s, %s', async (provider, _, error) => {
    const tenant = await world().tenant()
    const simulator = world().simulators[provider]
    simulator.next({ status: error.status, headers: { ...error.headers }, error_body: error.body })
    const answer = await tenant.post({ ...chat(), model: models[provider] })
    const text = await answer.clone().text()
    const passes = error.fault === 'caller' && passing.has(error.status)
    if (passes) {
      expect({ status: answer.status, text }).toEqual({ status: error.status, text: error.body })
    } else {
      const code =
        error.status === 429 && error.fault === 'provider' ? 'provider_rate_limited' : 'upstream_failed'
      expect(await readRefusal(answer)).toMatchObject({
        status: code === 'upstream_failed' ? 502 : 429,
        code,
      })
      for (const word of [
        'Arrearage',
        'overdue',
        'operator',
        'api key',
        'API key',
        'quota',
        'billing',
        'balance',
        provider,
      ])
        expect(text.toLowerCase()).not.toContain(word.toLowerCase())
    }
    expect([...answer.headers].join()).not.toMatch(/operator|acw_tc|cf-ray|cloudflare|istio/)
    expect(await tenant.onlyRow()).toMatchObject({
      outcome: 'failed',
      charge: '0',
      provider_cost: '0',
      attempts: [{ status: error.status }],
    })
    await expectBooksToAgree(tenant)
  })

  test('a rate limit of every candidate is told as one, with how long to wait', async () => {
    const tenant = await world().tenant()
    const { acme, backup } = world().simulators
    acme.next({ status: 429, headers: { 'retry-after': '7' } })
    backup.next({ status: 429, headers: { 'retry-after': '3' } })
    const answer = await tenant.post({ ...chat(), model: 'best-chat' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.headers.get('x-should-retry')).toBeNull()
    expect(await readRefusal(answer)).toMatchObject({ status: 429, code: 'provider_rate_limited' })
    expect((await tenant.onlyRow()).attempts.map(({ status }) => status)).toEqual([429, 429])
  })

  test('a rate limit of one of them is no rate limit', async () => {
    const tenant = await world().tenant()
    const { acme, backup } = world().simulators
    for (const [first, second] of [
      [429, 500],
      [500, 429],
      [401, 429],
      [429, 403],
    ] as const) {
      acme.next({ status: first })
      backup.next({ status: second })
      const answer = await tenant.post({ ...chat(), model: 'best-chat' })
      expect(await readRefusal(answer)).toMatchObject({ status: 502, code: 'upstream_failed' })
    }
    acme.next({ status: 429 })
    expect((await tenant.post({ ...chat(), model: 'best-chat' })).status).toBe(200)
  })

  test.each([400, 413, 422])(
    'with %i blames the caller: no other is tried, and its words pass',
    async (status) => {
      const tenant = await world().tenant()
      const { acme, backup } = world().simulators
      const before = backup.requests.length
      const body = '{ "error": {"code":"context_length_exceeded", "message":"Zu lang 🌊", "extra":1e2} }\n'
      acme.next({
        status,
        error_body: body,
        headers: { 'x-ratelimit-limit-requests': '10000', 'x-internal': 'secret' },
      })
      const answer = await tenant.post({ ...chat(), model: 'best-chat', stream: true })
      expect({ status: answer.status, text: await answer.text() }).toEqual({ status, text: body })
      expect(answer.headers.get('x-internal')).toBeNull()
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
      expect(backup.requests.length).toBe(before)
      await tenant.settled(1)
    },
  )

  test('is told by the SDK as what it is', async () => {
    const tenant = await world().tenant()
    const { acme } = world().simulators
    acme.next({ status: 422 }, { status: 429 }, { status: 401 })
    const ask = () => tenant.sdk().chat.completions.create(chat())
    await expect(ask()).rejects.toBeInstanceOf(UnprocessableEntityError)
    await expect(ask()).rejects.toBeInstanceOf(RateLimitError)
    await expect(ask()).rejects.toBeInstanceOf(InternalServerError)
  })

  test('by a redirect is not followed', async () => {
    const tenant = await world().tenant()
    const { acme, backup } = world().simulators
    const before = backup.requests.length
    for (const status of [301, 302, 307, 308]) {
      acme.next({ status, headers: { location: `${backup.url}/chat/completions` } })
      expect(await readRefusal(await tenant.post(chat()))).toMatchObject({
        status: 502,
        code: 'upstream_failed',
      })
    }
    expect(backup.requests.length).toBe(before)
  })
})
