import { AuthenticationError } from 'openai'
import { expect, test } from 'vitest'
import { newKey } from '../../../src/core/keys.ts'
import { expectFreeOfCharge, readRefusal } from '../../support/refusals.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

const paths = ['/v1/models', '/v1/models/acme-chat', '/v1/key', '/v1/requests/req_x']

describeHosts('a key that is none', (world) => {
  /** Every route refuses the key, and so does the SDK's error say. */
  async function refused(tenant: Tenant, authorization: string | undefined) {
    await expectFreeOfCharge(world(), tenant, async () => {
      const headers = authorization === undefined ? {} : { authorization }
      const url = `${world().gateway.url}/v1/chat/completions`
      const post = fetch(url, { method: 'POST', headers, body: JSON.stringify(chat()) })
      const gets = paths.map((path) => fetch(world().gateway.url + path, { headers }))
      for (const answer of [await post, ...(await Promise.all(gets))]) {
        expect(answer.headers.get('x-should-retry')).toBe('false')
        expect(await readRefusal(answer)).toMatchObject({
          status: 401,
          code: 'invalid_key',
          type: 'authentication_error',
        })
      }
    })
  }

  test('none at all, or one in no known form', async () => {
    const tenant = await world().tenant()
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Basic ${btoa(`:${tenant.key}`)}`,
      tenant.key,
      `Bearer ${tenant.key} x`,
    ])
      await refused(tenant, authorization)
  })

  test('one that nobody made, or of another kind', async () => {
    const tenant = await world().tenant()
    for (const key of [
      newKey(tenant.org),
      newKey('nosuchorg'),
      'sk-proj-abc',
      world().gateway.adminKey,
      'x'.repeat(8_000),
    ])
      await refused(tenant, `Bearer ${key}`)
  })

  test('one that is mistyped', async () => {
    const tenant = await world().tenant()
    const swap = (at: number) =>
      `${tenant.key.slice(0, at)}${tenant.key.at(at) === 'x' ? 'y' : 'x'}${tenant.key.slice(at + 1)}`
    for (const at of [-1, -7, -20]) await refused(tenant, `Bearer ${swap(tenant.key.length + at)}`)
    await refused(tenant, `Bearer ${tenant.key.toUpperCase()}`)
    await refused(tenant, `Bearer ${tenant.key.slice(0, -1)}`)
  })

  test('the SDK tells an authentication error', async () => {
    const tenant = await world().tenant()
    const error: unknown = await tenant
      .sdk(newKey(tenant.org))
      .chat.completions.create(chat())
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ code: 'invalid_key', requestID: expect.stringMatching(/^req_/) })
  })

  test('one that is revoked is refused from the next request on, although it was just used', async () => {
    const tenant = await world().tenant()
    const other = await tenant.anotherKey()
    const seen = await tenant.sdk(other.key).chat.completions.create(chat()).withResponse()
    expect((await tenant.get('/v1/key', other.key)).status).toBe(200)
    await tenant.settled(1)
    expect(await tenant.admin('DELETE', `/keys/${other.id}`)).toMatchObject({ status: 200 })
    await refused(tenant, `Bearer ${other.key}`)
    const receipt = await tenant.get(`/v1/requests/${seen.response.headers.get('x-request-id')}`, other.key)
    expect(receipt.status).toBe(401)
  })

  test('one that has expired', async () => {
    const tenant = await world().tenant()
    const { key } = await tenant.anotherKey({ expires_at: '2020-01-01' })
    await refused(tenant, `Bearer ${key}`)
    const fresh = await tenant.anotherKey({ expires_at: '2100-01-01' })
    expect((await tenant.get('/v1/models', fresh.key)).status).toBe(200)
  })
})
