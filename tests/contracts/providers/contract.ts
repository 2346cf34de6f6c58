import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WeirError } from '../../../src/core/errors.ts'
import { cardAt } from '../../../src/core/price.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { Usage } from '../../../src/core/usage.ts'
import { upstreamDialects } from '../../../src/dialects/index.ts'
import { costOf } from '../../../src/metering/cost.ts'
import { cuts } from '../../dialects/splits.ts'
import type { ErrorFixture, FixtureHeaders, ProviderFixture } from '../../fixtures/fixture.ts'
import { gatewayTo, offerOf, requestTo, secret, usageSent, type Reply } from './gateway.ts'

const runs = { numRuns: 12 }

/** The suite that every provider must pass: its data, and its recorded answers through the real pipeline. */
export function testProvider(provider: Provider, fixture: ProviderFixture | undefined): void {
  describe(provider.id, () => {
    testData(provider)
    if (!fixture) {
      test('has a fixture', () => expect.fail(`tests/fixtures/providers/${provider.id}.ts is missing.`))
      return
    }
    test('has a fixture of its own', () => expect(fixture.provider).toBe(provider.id))
    testRequests(provider, fixture)
    testAnswers(provider, fixture)
    for (const error of fixture.errors) testError(provider, error)
  })
}

function testData(provider: Provider): void {
  test('is sane as data', () => {
    expect(provider.id).toMatch(/^[a-z0-9][a-z0-9-]{0,39}$/)
    expect(provider.name).not.toBe('')
    for (const url of [provider.baseUrl, ...Object.values(provider.regions)]) {
      expect(new URL(url)).toMatchObject({
        protocol: 'https:',
        username: '',
        password: '',
        search: '',
        hash: '',
      })
      expect(url).not.toMatch(/\/$/)
    }
    expect(Object.keys(provider.regions)).not.toContain(provider.region)
    expect(provider.speaks.chat.map(({ dialect }) => upstreamDialects[dialect])).not.toContain(undefined)
    if (provider.auth.kind === 'header') {
      expect(provider.auth.env).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_(KEY|TOKEN)$/)
      expect(provider.baseUrlEnv).toMatch(/^[A-Z][A-Z0-9_]*_BASE_URL$/)
    } else expect(provider.simulate).toBeDefined()
    const { maxTokensFields, refusedFields, tenantFields } = provider.quirks
    expect(maxTokensFields.length).toBeGreaterThan(0)
    for (const name of maxTokensFields) expect(['max_tokens', 'max_completion_tokens']).toContain(name)
    for (const name of [...refusedFields, ...tenantFields]) expect(name).toBe(name.toLowerCase())
  })

  test('sells models whose price is known', () => expect(offerOf(provider).cards.length).toBeGreaterThan(0))
}

function testRequests(provider: Provider, { answer, answerHeaders }: ProviderFixture): void {
  const reply = { status: 200, headers: answerHeaders, body: answer }
  const { upstream, maxOutputTokens } = offerOf(provider)

  test('is asked with the operator’s credential, and never learns the caller’s', async () => {
    const { call, callerWith, key, wires } = await gatewayTo(provider, reply)
    await call(requestTo(provider), callerWith({ cookie: 'session=1', 'openai-organization': 'org-caller' }))
    const { url, headers } = wires[0]?.request ?? {}
    expect(url).toBe(`${provider.baseUrl}/chat/completions`)
    expect(headers?.['authorization']).toBe(provider.auth.kind === 'header' ? `Bearer ${secret}` : undefined)
    expect(JSON.stringify(headers)).not.toMatch(new RegExp(`${key}|session=1|org-caller`))
  })

  test('is asked for its own model, with the caller’s words and the org in front of its users', async () => {
    const { call, request } = await gatewayTo(provider, reply)
    const asked = requestTo(provider, { temperature: 0.5, unknown_field: { a: [1] } })
    await call(asked)
    expect(request()).toMatchObject({ ...asked, model: upstream, user: 'acme:alice' })
  })

  test.each(['max_tokens', 'max_completion_tokens'])('gets a cap in %s where it obeys it', async (name) => {
    const { call, request } = await gatewayTo(provider, reply)
    await call(requestTo(provider, { [name]: 77 }))
    const obeyed = provider.quirks.maxTokensFields.filter((field) => request()[field] === 77)
    expect(obeyed).toHaveLength(1)
    expect(['max_tokens', 'max_completion_tokens'].filter((field) => field in request())).toEqual(obeyed)
  })

  test('gets a cap that the hold covers, where the caller names none', async () => {
    const { call, request, rows } = await gatewayTo(provider, reply)
    await call(requestTo(provider))
    expect(request()[provider.quirks.maxTokensFields[0] ?? '']).toBe(maxOutputTokens)
    expect((await rows())[0]?.hold.outputTokens).toBe(maxOutputTokens)
  })
}

function testAnswers(provider: Provider, fixture: ProviderFixture): void {
  const offer = offerOf(provider)

  /** Makes a call, and checks its row and headers. */
  async function serveReply(
    reply: Reply,
    options: { cuts: readonly number[]; usage: Usage; more: object },
  ): Promise<{ down: string; sent: string }> {
    const gateway = await gatewayTo(provider, reply, options.cuts)
    const served = await gateway.call(requestTo(provider, options.more))
    const usage = usageSent(provider, gateway.sent(), options.usage)
    const [row, ...others] = await gateway.rows()
    const card = cardAt(offer.cards, row?.startedAt ?? 0)
    if (!usage || !card) throw new Error('There is no usage, or no price.')
    const charge = costOf(card, usage)
    expect(others).toEqual([])
    expect(row).toMatchObject({
      model: offer.model,
      provider: provider.id,
      outcome: 'ok',
      source: 'exact',
      usage,
    })
    expect(row).toMatchObject({
      charge,
      providerCost: charge,
      attempts: [{ priceCard: card.id, status: 200 }],
    })
    expect(await gateway.counts()).toMatchObject({
      cost: { spent: charge, held: 0 },
      concurrency: { held: 0 },
    })
    expect(served.status).toBe(200)
    expect(served.headers).toMatchObject({
      'x-request-id': row?.id,
      'x-weir-provider': provider.id,
      'x-weir-model': offer.model,
    })
    expectNoSecrets(served.headers)
    return { down: served.body.toString(), sent: gateway.sent() }
  }

  test('unstreamed goes down byte for byte, at its exact price', async () => {
    const reply = { status: 200, headers: fixture.answerHeaders, body: fixture.answer }
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { down, sent } = await serveReply(reply, { cuts, usage: fixture.answerUsage, more: {} })
        expect(down).toBe(provider.simulate ? sent : fixture.answer)
      }),
      runs,
    )
  })

  const reply = { status: 200, headers: fixture.streamHeaders, body: fixture.stream }
  const usage = fixture.streamUsage

  test('streamed goes down byte for byte, at its exact price', async () => {
    const more = { stream: true, stream_options: { include_usage: true } }
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { down, sent } = await serveReply(reply, { cuts, usage, more })
        expect(down).toBe(provider.simulate ? sent : fixture.stream)
      }),
      runs,
    )
  })

  test('streamed goes down without a usage chunk that nobody asked for, at its exact price', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { down, sent } = await serveReply(reply, { cuts, usage, more: { stream: true } })
        const asked = sent.split(/(?<=\n\n)/).filter((event) => !event.includes('"choices":[]'))
        expect(down).toBe(asked.join(''))
        expect(down).toContain('data: [DONE]')
      }),
      runs,
    )
  })
}

/** What names or authenticates the operator in a header. */
function expectNoSecrets(headers: FixtureHeaders): void {
  expect(JSON.stringify(headers)).not.toContain('operator')
  expect(headers).not.toHaveProperty('set-cookie')
}

function testError(provider: Provider, error: ErrorFixture): void {
  const passes = error.fault === 'caller'
  const limited = error.fault === 'provider' && error.status === 429

  test(`${error.what} (${error.status}) is the ${error.fault}’s fault`, async () => {
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (cuts, stream) => {
        const gateway = await gatewayTo(provider, error, cuts)
        const served = await gateway.call(requestTo(provider, { stream })).catch((thrown: unknown) => thrown)
        if (passes) {
          expect(served).toMatchObject({ status: error.status })
          const { body, headers } = served as { body: Buffer; headers: FixtureHeaders }
          expect(body.toString()).toBe(error.body)
          expectNoSecrets(headers)
        } else expectHidden(served, error, limited)
        expect(await gateway.rows()).toMatchObject([{ charge: 0, providerCost: 0, outcome: 'failed' }])
        expect(await gateway.counts()).toMatchObject({
          cost: { spent: 0, held: 0 },
          concurrency: { held: 0 },
        })
      }),
      runs,
    )
  })
}

/** In place of an error that is not the caller's, one of ours in words of ours. */
function expectHidden(thrown: unknown, error: ErrorFixture, limited: boolean): void {
  expect(thrown).toBeInstanceOf(WeirError)
  if (!limited) {
    const message = 'The provider failed to answer.'
    expect(thrown).toMatchObject({ code: 'upstream_failed', status: 502, message, details: {} })
    return
  }
  expect(thrown).toMatchObject({
    code: 'provider_rate_limited',
    status: 429,
    message: 'Every provider of this model is at its own rate limit.',
    details: { retryAfterSeconds: Number(error.headers['retry-after'] ?? 5) },
  })
}
