import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { NotFoundError } from 'openai'
import { expect, test } from 'vitest'
import { readRefusal } from '../../support/refusals.ts'
import { describeHosts } from '../../support/world.ts'

describeHosts('/v1/models', (world) => {
  test('lists what the key may call, in OpenAI’s shape', async () => {
    const tenant = await world().tenant()
    const names: string[] = []
    for await (const model of tenant.sdk().models.list()) {
      expect(model).toMatchObject({
        object: 'model',
        created: expect.any(Number),
        owned_by: expect.any(String),
      })
      names.push(model.id)
    }
    expect(names).toEqual(
      expect.arrayContaining([
        'acme-chat',
        'backup-chat',
        'gpt-4.1',
        'deepseek-flash',
        'qwen3-max',
        'sandbox-small',
      ]),
    )
    expect(new Set(names).size).toBe(names.length)
  })

  test('shows a key no model or route but those that it may call', async () => {
    const tenant = await world().tenant({ key: { models: ['acme-c*', 'sandbox-large'] } })
    const { data } = await tenant.sdk().models.list()
    expect(data.map(({ id }) => id).toSorted()).toEqual([
      'acme-chat',
      'acme-cny',
      'best-chat',
      'sandbox-large',
    ])
    await expect(tenant.sdk().models.retrieve('gpt-4.1')).rejects.toBeInstanceOf(NotFoundError)
  })

  test('shows none whose price is not known: it could not be called', async () => {
    const tenant = await world().tenant()
    const { data } = await tenant.sdk().models.list()
    expect(data.map(({ id }) => id)).toContain('acme-free')
    expect(data.map(({ id }) => id)).not.toContain('acme-unpriced')
  })

  test('reads one of them', async () => {
    const tenant = await world().tenant()
    expect(await tenant.sdk().models.retrieve('acme-chat')).toMatchObject({
      id: 'acme-chat',
      owned_by: 'acme',
      context: 32_768,
      max_output: 8_192,
      providers: ['acme'],
    })
    expect(await tenant.sdk().models.retrieve('sandbox-small')).toMatchObject({ simulated: true })
  })

  test.each(['no-such-model', '__proto__', '', '%zz', '%E0%A4%A', 'a/b/c', 'x'.repeat(2_000)])(
    'knows no %s',
    async (name) => {
      const tenant = await world().tenant()
      const refusal = await readRefusal(await tenant.get(`/v1/models/${name}`))
      expect(refusal).toMatchObject({ status: 404, code: 'model_not_found' })
    },
  )

  test('lists them in Anthropic’s shape to who names its version, page by page', async () => {
    const tenant = await world().tenant({ key: { models: ['acme-c*', 'sandbox-large'] } })
    const sdk = new Anthropic({ baseURL: world().gateway.url, apiKey: tenant.key, maxRetries: 0 })
    const names: string[] = []
    for await (const model of sdk.models.list({ limit: 3 })) {
      expect(model).toMatchObject({ type: 'model', display_name: expect.any(String) })
      expect(Number.isNaN(Date.parse(model.created_at))).toBe(false)
      names.push(model.id)
    }
    expect(names.toSorted()).toEqual(['acme-chat', 'acme-cny', 'best-chat', 'sandbox-large'])
    expect(await sdk.models.retrieve('acme-chat')).toMatchObject({ id: 'acme-chat', type: 'model' })
    await expect(sdk.models.retrieve('gpt-4.1')).rejects.toMatchObject({
      status: 404,
      error: { type: 'error', error: { type: 'not_found_error' } },
    })
  })

  test('lists them in Google’s shape at its own address', async () => {
    const tenant = await world().tenant({ key: { models: ['acme-c*', 'sandbox-large'] } })
    const sdk = new GoogleGenAI({ apiKey: tenant.key, httpOptions: { baseUrl: world().gateway.url } })
    const names: (string | undefined)[] = []
    for await (const model of await sdk.models.list({ config: { pageSize: 3 } })) names.push(model.name)
    expect(names.toSorted()).toEqual([
      'models/acme-chat',
      'models/acme-cny',
      'models/best-chat',
      'models/sandbox-large',
    ])
    expect(await sdk.models.get({ model: 'acme-chat' })).toMatchObject({ inputTokenLimit: 32_768 })
    await expect(sdk.models.get({ model: 'gpt-4.1' })).rejects.toMatchObject({ status: 404 })
  })
})
