import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, create, seedOrg, type Seeded, type Send } from './client.ts'

/** What callers see of the limits that admins make. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let org: Seeded

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  org = await seedOrg(root, 'seen')
})
afterAll(() => gateway.stop())

const keySchema = z.object({ limits: z.array(z.object({ id: z.string(), mode: z.string() })) })

async function seenIds(): Promise<string[]> {
  const headers = { authorization: `Bearer ${org.callKey}` }
  const response = await fetch(`${gateway.url}/v1/key`, { headers })
  return keySchema.parse(await response.json()).limits.map(({ id }) => id)
}

test('a shadow limit is not shown by /v1/key until it is enforced', async () => {
  const scope = { type: 'key', id: org.keyId }
  const terms = { org: 'seen', metric: 'requests', per: 'day', amount: 5, scope }
  const { id } = await create(root, '/limits', { ...terms, mode: 'shadow' })
  expect(await seenIds()).toEqual([org.orgLimitId, org.limitId])
  await root('PATCH', `/limits/${id}`, { body: { mode: 'enforce' } })
  expect(await seenIds()).toEqual([org.orgLimitId, org.limitId, id])
  await root('PATCH', `/limits/${id}`, { body: { mode: 'shadow' } })
  expect(await seenIds()).toEqual([org.orgLimitId, org.limitId])
})

test('a limit of end users is not shown by /v1/key', async () => {
  for (const id of ['*', 'alice'])
    await create(root, '/limits', {
      org: 'seen',
      metric: 'requests',
      per: 'day',
      amount: 5,
      scope: { type: 'end_user', id },
    })
  expect(await seenIds()).toEqual([org.orgLimitId, org.limitId])
})
