import { expect, test } from 'vitest'
import { readRefusal } from '../../support/refusals.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { rowSchema } from '../../support/wire.ts'
import { describeHosts } from '../../support/world.ts'

describeHosts('/v1/requests/{id}', (world) => {
  async function call(tenant: Tenant): Promise<string> {
    const answer = await tenant.post(chat(), { headers: { 'x-weir-tags': 'team=search' } })
    await answer.text()
    await tenant.settled(1)
    return answer.headers.get('x-request-id') ?? ''
  }

  test('is the receipt of a call', async () => {
    const tenant = await world().tenant()
    const id = await call(tenant)
    const answer = await tenant.get(`/v1/requests/${id}`)
    expect(rowSchema.parse(await answer.json())).toEqual((await tenant.rows())[0])
  })

  test('is there for no call that has not ended, nor for one that was refused', async () => {
    const tenant = await world().tenant()
    const { acme } = world().simulators
    const pending = tenant.post(chat({ wait_for: 'receipt', wait_after: 2 }, { stream: true }))
    const id = (await pending).headers.get('x-request-id')
    expect(await readRefusal(await tenant.get(`/v1/requests/${id}`))).toMatchObject({
      status: 404,
      code: 'not_found',
    })
    acme.release('receipt')
    await (await pending).text()
    await tenant.settled(1)
    expect((await tenant.get(`/v1/requests/${id}`)).status).toBe(200)
    const refused = await tenant.post('{}')
    expect((await tenant.get(`/v1/requests/${refused.headers.get('x-request-id')}`)).status).toBe(404)
  })

  test('is shown to the key that made the call, and to no other of its org or of another', async () => {
    const [mine, theirs] = [await world().tenant(), await world().tenant()]
    const id = await call(mine)
    const sibling = await mine.anotherKey({ project: mine.projectId })
    const twins = [
      await mine.get(`/v1/requests/${id}`, sibling.key),
      await theirs.get(`/v1/requests/${id}`),
      // The id of another org under the own name.
      await theirs.get(`/v1/requests/${id.replace(mine.org, theirs.org)}`),
      await theirs.get('/v1/requests/nothing'),
    ]
    const told = await Promise.all(
      twins.map(async (answer) => ({ ...(await readRefusal(answer)), request_id: '' })),
    )
    for (const refusal of told) expect(refusal).toEqual(told[0])
    expect(told[0]).toMatchObject({ status: 404, code: 'not_found' })
  })
})

describeHosts('tenants', (world) => {
  test('see and spend nothing of each other', async () => {
    const [mine, theirs] = [
      await world().tenant(),
      await world().tenant({ orgLimits: [{ metric: 'requests', per: 'lifetime', amount: 1 }] }),
    ]
    for (const _ of [1, 2, 3]) expect((await mine.post(chat())).status).toBe(200)
    expect((await theirs.post(chat())).status).toBe(200)
    expect((await theirs.post(chat())).status).toBe(429)
    expect(await mine.settled(3)).toHaveLength(3)
    expect(await theirs.settled(1)).toHaveLength(1)
    const key = await (await theirs.get('/v1/key')).text()
    for (const secret of [mine.org, mine.keyId, mine.projectId]) expect(key).not.toContain(secret)
  })

  test('cannot use a key of one org at another by its name', async () => {
    const [mine, theirs] = [await world().tenant(), await world().tenant()]
    const forged = mine.key.replace(mine.org, theirs.org)
    const answer = await theirs.post(chat(), { headers: { authorization: `Bearer ${forged}` } })
    expect(await readRefusal(answer)).toMatchObject({ status: 401, code: 'invalid_key' })
  })
})
