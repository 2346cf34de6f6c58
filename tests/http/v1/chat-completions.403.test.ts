import { PermissionDeniedError, NotFoundError } from 'openai'
import { expect, test } from 'vitest'
import { expectFreeOfCharge, readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

describeHosts('a model that may not be called', (world) => {
  test.each([
    [{}, 'acme-unpriced', 403, 'price_unknown'],
    [{}, 'no-such-model', 404, 'model_not_found'],
    [{}, 'backup/acme-chat', 404, 'model_not_found'],
    [{}, '__proto__', 404, 'model_not_found'],
    [{ models: ['gpt-*', 'acme-c*t'] }, 'backup-chat', 403, 'model_not_allowed'],
    [{ models: ['gpt-*', 'backup-chat'] }, 'acme/acme-chat', 403, 'model_not_allowed'],
    [{ models: ['sandbox-*'] }, 'best-chat', 403, 'model_not_allowed'],
    [{ models: ['best-chat'] }, 'best-chat', 403, 'model_not_allowed'],
  ] as const)('with %o, %s is %i %s', async (...[options, model, status, code]) => {
    const tenant = await world().tenant()
    const { key } = await tenant.anotherKey(options)
    await expectFreeOfCharge(world(), tenant, async () => {
      const answer = await tenant.post({ ...chat(), model }, { headers: { authorization: `Bearer ${key}` } })
      expect(answer.headers.get('x-should-retry')).toBe('false')
      expect(await readRefusal(answer)).toMatchObject({ status, code, param: 'model' })
      const thrown = tenant.sdk(key).chat.completions.create({ ...chat(), model })
      await expect(thrown).rejects.toBeInstanceOf(status === 403 ? PermissionDeniedError : NotFoundError)
    })
  })

  test('a provider without a credential is never tried', async () => {
    const tenant = await world().tenant()
    const answer = await tenant.post({ ...chat(), model: 'sandbox/sandbox-small' })
    expect(answer.status).toBe(200)
  })

  test('of a route, a key uses the candidates that it may', async () => {
    const tenant = await world().tenant({ key: { models: ['backup-*'] } })
    const answer = await tenant.post({ ...chat(), model: 'best-chat' })
    expect(answer.headers.get('x-weir-provider')).toBe('backup')
  })

  test.each(['read', 'admin'])('a key of scope %s calls no model', async (scope) => {
    const tenant = await world().tenant()
    const { key } = await tenant.anotherKey({ scopes: [scope] })
    await expectFreeOfCharge(world(), tenant, async () => {
      const headers = { authorization: `Bearer ${key}` }
      expect(await readRefusal(await tenant.post(chat(), { headers }))).toMatchObject({
        status: 403,
        code: 'forbidden',
      })
      for (const path of ['/v1/models', '/v1/key']) expect((await tenant.get(path, key)).status).toBe(403)
    })
  })
})
