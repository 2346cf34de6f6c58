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
    expect(await tenant.rows()).toEqual([])
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
