import Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { describeHosts } from '../../support/world.ts'

describeHosts('counting of tokens', (world) => {
  const messages = [{ role: 'user' as const, content: 'What is a weir? 🌊' }]

  test('where no provider counts, is an estimate that says so, and reaches none', async () => {
    const tenant = await world().tenant()
    const sdk = new Anthropic({ baseURL: world().gateway.url, apiKey: tenant.key, maxRetries: 0 })
    const sent = world().simulators.acme.requests.length
    const { data, response } = await sdk.messages.countTokens({ model: 'acme-chat', messages }).withResponse()
    expect(data.input_tokens).toBeGreaterThan(0)
    expect(response.headers.get('x-weir-estimated')).toBe('true')
    const longer = [{ role: 'user' as const, content: 'weir '.repeat(4_000) }]
    const { input_tokens: many } = await sdk.messages.countTokens({ model: 'acme-chat', messages: longer })
    expect(many).toBeGreaterThan(4_000)
    expect(world().simulators.acme.requests).toHaveLength(sent)
  })

  test('counts towards limits and is in the books, estimated too', async () => {
    const tenant = await world().tenant({ keyLimits: [{ metric: 'requests', per: 'day', amount: 2 }] })
    const sdk = new Anthropic({ baseURL: world().gateway.url, apiKey: tenant.key, maxRetries: 0 })
    const count = () => sdk.messages.countTokens({ model: 'acme-chat', messages }).withResponse()
    const { response } = await count()
    const id = response.headers.get('x-request-id') ?? ''
    const [row] = await tenant.settled(1)
    expect(row).toMatchObject({ id, model: 'acme-chat', outcome: 'ok', charge: '0', provider_cost: '0' })
    expect(row).toMatchObject({ provider: 'weir', usage: { input_tokens: 0, output_tokens: 0 } })
    expect((await tenant.get(`/v1/requests/${id}`)).status).toBe(200)
    await count()
    await tenant.settled(2)
    await expect(count()).rejects.toMatchObject({ status: 429 })
    const google = await fetch(`${world().gateway.url}/v1beta/models/acme-chat:countTokens`, {
      method: 'POST',
      headers: { 'x-goog-api-key': tenant.key },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'x' }] }] }),
    })
    expect(google.status).toBe(429)
    await tenant.settled(2)
  })

  test('is refused as any call is: by key, by model, and where it makes no sense', async () => {
    const tenant = await world().tenant({ key: { models: ['backup-*'] } })
    const sdk = (apiKey: string) => new Anthropic({ baseURL: world().gateway.url, apiKey, maxRetries: 0 })
    const count = (apiKey: string, body: object) =>
      sdk(apiKey).messages.countTokens({ model: 'backup-chat', messages, ...body })
    await expect(count('wr_nobody', {})).rejects.toMatchObject({ status: 401 })
    await expect(count(tenant.key, { model: 'acme-chat' })).rejects.toMatchObject({ status: 403 })
    await expect(count(tenant.key, { model: 'no-such-model' })).rejects.toMatchObject({ status: 404 })
    await expect(count(tenant.key, { messages: 'x' })).rejects.toMatchObject({ status: 400 })
  })

  test('answers in Google’s words too', async () => {
    const tenant = await world().tenant()
    const answer = await fetch(`${world().gateway.url}/v1beta/models/acme-chat:countTokens`, {
      method: 'POST',
      headers: { 'x-goog-api-key': tenant.key },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'What is a weir?' }] }] }),
    })
    expect(await answer.json()).toEqual({ totalTokens: expect.any(Number) })
  })
})
