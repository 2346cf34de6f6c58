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
})
