import { expect, test } from 'vitest'
import { prices, priceOf, nanoOf } from '../../support/prices.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts, models, providerNames } from '../../support/world.ts'

describeHosts('chat completions', (world) => {
  test.each(providerNames)('of %s are answered, metered and charged', async (provider) => {
    const tenant = await world().tenant()
    const body = {
      ...chat({ text: 'A low dam.', reasoning_tokens: 2, cached_tokens: 1 }),
      model: models[provider],
    }
    const { data, response } = await tenant.sdk().chat.completions.create(body).withResponse()
    expect(data.choices[0]?.message.content).toBe('A low dam.')
    const row = await tenant.onlyRow()
    expect(row).toMatchObject({
      id: response.headers.get('x-request-id'),
      key_id: tenant.keyId,
      project_id: tenant.projectId,
      model: models[provider],
      provider,
      usage_source: 'exact',
      outcome: 'ok',
      attempts: [{ provider, status: 200 }],
      charge: response.headers.get('x-weir-cost'),
    })
    expect(row.usage).toMatchObject({
      input_tokens: data.usage?.prompt_tokens,
      cached_input_tokens: 1,
      output_tokens: data.usage?.completion_tokens,
    })
    expect(nanoOf(row.charge)).toBeGreaterThan(0n)
    expect(row.provider_cost).toBe(row.charge)
    expect(nanoOf(row.hold.cost)).toBeGreaterThanOrEqual(nanoOf(row.charge))
    expect(response.headers.get('x-weir-model')).toBe(models[provider])
    expect(response.headers.get('x-weir-attempts')).toBe('1')
  })

  test.each(['acme-chat', 'acme-cny', 'backup-chat'] as const)(
    'cost what %s costs, to the nanoUSD',
    async (model) => {
      const tenant = await world().tenant()
      const sim = { prompt_tokens: 1_234_567, cached_tokens: 234_567, completion_tokens: 7_654_321 }
      const answer = await tenant.post({ ...chat(sim), model })
      expect(answer.status).toBe(200)
      const usage = { inputTokens: 1_234_567, cachedInputTokens: 234_567, outputTokens: 7_654_321 }
      const row = await tenant.onlyRow()
      expect(nanoOf(row.charge)).toBe(priceOf(prices[model], usage))
    },
  )

  test('an explicit zero is zero, and a usage that is not told is counted', async () => {
    const tenant = await world().tenant()
    await (await tenant.post(chat({ prompt_tokens: 0, completion_tokens: 0 }))).text()
    const body = JSON.stringify(chat({ usage: false, text: 'Wörter 水' }))
    await (await tenant.post(body)).text()
    const [zero, counted] = await tenant.settled(2)
    expect(zero).toMatchObject({ usage_source: 'exact', charge: '0' })
    expect(counted).toMatchObject({ usage_source: 'counted' })
    const usage = {
      inputTokens: Math.ceil(Buffer.byteLength(body) / 4),
      outputTokens: Math.ceil(Buffer.byteLength('Wörter 水') / 4),
    }
    expect(counted?.usage).toMatchObject({
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
    })
    expect(nanoOf(counted?.charge ?? '')).toBe(priceOf(prices['acme-chat'], usage))
  })

  test('a free model costs nothing, and is metered all the same', async () => {
    const tenant = await world().tenant()
    await (await tenant.post({ ...chat(), model: 'acme-free' })).text()
    const row = await tenant.onlyRow()
    expect(row).toMatchObject({ charge: '0', usage_source: 'exact' })
    expect(row.usage.output_tokens).toBeGreaterThan(0)
  })

  test('the sandbox answers without any network, and says that it is simulated', async () => {
    const tenant = await world().tenant()
    const { data, response } = await tenant
      .sdk()
      .chat.completions.create({ ...chat(), model: 'sandbox-small' })
      .withResponse()
    expect(data.choices[0]?.message.content).toMatch(/^\[simulated\]/)
    expect(response.headers.get('x-weir-provider')).toBe('sandbox')
    const stream = tenant
      .sdk()
      .chat.completions.stream({ ...chat(), model: 'sandbox-large', sandbox: { words: 3 } } as never)
    expect((await stream.finalChatCompletion()).choices[0]?.message.content).toMatch(/^\[simulated\]/)
    await tenant.settled(2)
  })

  test('tags are kept with the row', async () => {
    const tenant = await world().tenant()
    await (await tenant.post(chat(), { headers: { 'x-weir-tags': 'team=search, env = prod' } })).text()
    expect((await tenant.onlyRow()).tags).toEqual({ team: 'search', env: 'prod' })
  })

  test('headers tell what is left of the tightest limits, this call held', async () => {
    const keyLimits = [
      { metric: 'requests', per: 'lifetime', amount: 7 },
      { metric: 'tokens', per: 'lifetime', amount: 50_000 },
      { metric: 'cost', per: 'lifetime', amount: '0.5' },
    ]
    const tenant = await world().tenant({ keyLimits })
    const answer = await tenant.post({ ...chat(), max_tokens: 100 })
    const { hold } = await tenant.onlyRow()
    const headers = Object.fromEntries(answer.headers)
    expect(headers['x-ratelimit-limit-requests']).toBe('7')
    expect(headers['x-ratelimit-remaining-requests']).toBe('6')
    expect(headers['x-ratelimit-limit-tokens']).toBe('50000')
    expect(headers['x-ratelimit-remaining-tokens']).toBe(
      String(50_000 - hold.input_tokens - hold.output_tokens),
    )
    expect(nanoOf(headers['x-weir-budget-remaining'] ?? '')).toBe(500_000_000n - nanoOf(hold.cost))
  })

  test('a key goes in any of the headers that SDKs put it in', async () => {
    const tenant = await world().tenant()
    for (const name of ['x-api-key', 'x-goog-api-key', 'api-key']) {
      const answer = await fetch(`${world().gateway.url}/v1/models`, { headers: { [name]: tenant.key } })
      expect({ name, status: answer.status }).toEqual({ name, status: 200 })
    }
    const loose = await fetch(`${world().gateway.url}/v1/models`, {
      headers: { authorization: `bearer   ${tenant.key} ` },
    })
    expect(loose.status).toBe(200)
  })
})
