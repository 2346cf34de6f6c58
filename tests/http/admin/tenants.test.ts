import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, callModel, create, errorOf, pageOf, seedOrg, type Seeded, type Send } from './client.ts'

/** Nothing of one org can be read, changed or guessed with a key of another. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let ours: Seeded
let theirs: Seeded
let theirThings: Things

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  ours = await seedOrg(root, 'ours')
  theirs = await seedOrg(root, 'theirs')
  const callId = await callModel(gateway.url, { root, key: theirs.callKey })
  const prepaid = { org: 'theirs', scope: { type: 'org' }, metric: 'cost', per: 'lifetime', amount: '1' }
  const limit_id = (await create(root, '/limits', prepaid)).id
  const topUpId = (await create(root, '/topups', { limit_id, amount: '1' })).id
  const adjustmentId = (await create(root, '/adjustments', { request_id: callId, charge: '-1' })).id
  theirThings = { callId, topUpId, adjustmentId }
})
afterAll(() => gateway.stop())

/** What an org has besides what it was seeded with. */
interface Things {
  readonly callId: string
  readonly topUpId: string
  readonly adjustmentId: string
}

type Probe = readonly [method: string, path: string, body?: unknown]

/** Every way to name something, given the things of an org. */
function probes(org: Seeded, { callId, topUpId, adjustmentId }: Things): Probe[] {
  const terms = { metric: 'requests', per: 'day', amount: 1 }
  const keys = `/keys/${org.keyId}`
  const limits = `/limits/${org.limitId}`
  return [
    ['GET', `/orgs/${org.id}`],
    ['GET', `/orgs/${org.slug}`],
    ['PATCH', `/orgs/${org.id}`, { name: 'Mine' }],
    ['PATCH', `/orgs/${org.id}`, { suspended: true, rate: { type: 'cost' } }],
    ['GET', `/projects/${org.projectId}`],
    ['PATCH', `/projects/${org.projectId}`, { suspended: true }],
    ['GET', `/projects?org=${org.slug}`],
    ['GET', `/projects?after=${org.projectId}`],
    ['POST', '/projects', { org: org.id, name: 'Mine' }],
    ['GET', keys],
    ['PATCH', keys, { name: 'Mine' }],
    ['PATCH', keys, { fail_open: { allowance: '1' } }],
    ['DELETE', keys],
    ['GET', `/keys?org=${org.slug}`],
    ['GET', `/keys?project_id=${org.projectId}`],
    ['GET', `/keys?after=${org.keyId}`],
    ['POST', '/keys', { org: org.slug, name: 'Mine' }],
    ['POST', '/keys', { project: org.projectId, name: 'Mine' }],
    ['GET', limits],
    ['GET', `${limits}?end_user=alice`],
    ['PATCH', limits, { amount: 1 }],
    ['DELETE', limits],
    ['PATCH', `/limits/${org.orgLimitId}`, { amount: 1 }],
    ['DELETE', `/limits/${org.orgLimitId}`],
    ['GET', `/limits?org=${org.slug}`],
    ['GET', `/limits?org=${org.slug}&end_user=alice`],
    ['GET', `/limits?scope_id=${org.keyId}`],
    ['GET', `/limits?scope_id=${org.id}`],
    ['GET', `/limits?after=${org.limitId}`],
    ['POST', '/limits', { ...terms, org: org.slug, scope: { type: 'org' } }],
    ['POST', '/limits', { ...terms, scope: { type: 'org', id: org.id } }],
    ['POST', '/limits', { ...terms, scope: { type: 'project', id: org.projectId } }],
    ['POST', '/limits', { ...terms, scope: { type: 'key', id: org.keyId } }],
    ['POST', '/limits', { ...terms, org: org.slug, scope: { type: 'end_user', id: '*' } }],
    ['POST', '/topups', { limit_id: org.limitId, amount: '1' }],
    ['POST', '/topups', { org: org.slug, limit_id: org.limitId, amount: '1' }],
    ['GET', `/topups?org=${org.slug}`],
    ['GET', `/topups?limit_id=${org.limitId}`],
    ['GET', `/topups?after=${topUpId}`],
    ['POST', '/adjustments', { org: org.slug, charge: '-1' }],
    ['POST', '/adjustments', { request_id: callId, charge: '-1' }],
    ['POST', '/adjustments', { key_id: org.keyId, charge: '-1' }],
    ['POST', '/adjustments', { project_id: org.projectId, charge: '-1' }],
    ['GET', `/adjustments?org=${org.slug}`],
    ['GET', `/adjustments?after=${adjustmentId}`],
    ['GET', `/exports/rows?org=${org.slug}`],
    ['GET', `/usage?org=${org.slug}`],
    ['GET', `/requests?org=${org.slug}`],
    ['GET', `/requests?key_id=${org.keyId}`],
    ['GET', `/requests?project_id=${org.projectId}`],
    ['GET', `/requests?after=${callId}`],
    ['GET', `/requests/${callId}`],
    ['GET', `/audit?org=${org.slug}`],
  ]
}

/** The same org with things that never were. */
function imagined(org: Seeded): Seeded {
  return {
    ...org,
    slug: 'nobody',
    id: 'org_nobody',
    projectId: other(org.projectId),
    keyId: other(org.keyId),
    limitId: other(org.limitId),
    orgLimitId: other(org.orgLimitId),
  }
}

const other = (id: string) => id.replace('_theirs', '_nobody')

test('every route answers for another org as for one that does not exist', async () => {
  const send = adminClient(gateway.url, ours.adminKey)
  const { callId, topUpId, adjustmentId } = theirThings
  const real = probes(theirs, theirThings)
  const nothings = { callId: other(callId), topUpId: other(topUpId), adjustmentId: other(adjustmentId) }
  const unreal = probes(imagined(theirs), nothings)
  for (const [i, [method, path, body]] of real.entries()) {
    const [, unrealPath = '', unrealBody] = unreal[i] ?? []
    const found = await send(method, path, { body })
    const missing = await send(method, unrealPath, { body: unrealBody })
    expect(errorOf(found), `${method} ${path}`).toMatchObject({ status: 404, code: 'not_found' })
    expect(found.body, `${method} ${path}`).toEqual(missing.body)
  }
})

test('nothing of the other org changed', async () => {
  expect((await root('GET', `/orgs/${theirs.slug}`)).body).toMatchObject({
    name: 'Org theirs',
    suspended: false,
  })
  expect((await root('GET', `/projects/${theirs.projectId}`)).body).toMatchObject({ suspended: false })
  expect((await root('GET', `/keys/${theirs.keyId}`)).body).toMatchObject({
    name: 'Caller',
    revoked_at: null,
    fail_open: null,
  })
  for (const path of ['/topups', '/adjustments'])
    expect(pageOf(await root('GET', `${path}?org=theirs`)).data).toHaveLength(1)
  expect(pageOf(await root('GET', '/limits?org=theirs&end_user=*')).data).toEqual([])
  expect((await root('GET', `/limits/${theirs.limitId}`)).body).toMatchObject({ amount: '12.5' })
  expect((await root('GET', `/limits/${theirs.orgLimitId}`)).body).toMatchObject({ amount: '12.5' })
})

describe('an org’s own admin key', () => {
  test('sees its own org without naming it', async () => {
    const send = adminClient(gateway.url, ours.adminKey)
    expect(pageOf(await send('GET', '/orgs')).data.map(({ id }) => id)).toEqual(['org_ours'])
    for (const path of ['/projects', '/keys', '/limits', '/topups', '/adjustments', '/requests', '/audit']) {
      const { data } = pageOf(await send('GET', path))
      expect(
        data.every(({ id }) => id.includes('_ours_')),
        path,
      ).toBe(true)
    }
    expect(pageOf(await send('GET', '/keys')).data).toHaveLength(3)
    expect((await send('GET', '/exports/rows')).text).not.toContain('theirs')
  })

  test('finds nothing by a made-up id of its own org, with the same words', async () => {
    const send = adminClient(gateway.url, ours.adminKey)
    const madeUp = await send('GET', `/keys/${ours.keyId.slice(0, -4)}0000`)
    expect(madeUp.status).toBe(404)
    expect(madeUp.body).toEqual((await send('GET', `/keys/${theirs.keyId}`)).body)
  })

  test('cannot use the same idempotency key to reach what another org made', async () => {
    const headers = { 'idempotency-key': 'shared' }
    const [a, b] = [adminClient(gateway.url, ours.adminKey), adminClient(gateway.url, theirs.adminKey)]
    await a('POST', '/projects', { body: { name: 'A' }, headers })
    expect(await b('POST', '/projects', { body: { name: 'B' }, headers })).toMatchObject({
      status: 201,
      body: { name: 'B', org: 'org_theirs' },
    })
  })

  test('stops working when it is revoked', async () => {
    const brief = await create(root, '/keys', { org: 'ours', name: 'Brief', scopes: ['admin'] })
    const send = adminClient(gateway.url, brief.key ?? '')
    expect((await send('GET', '/keys')).status).toBe(200)
    await root('DELETE', `/keys/${brief.id}`)
    expect(errorOf(await send('GET', '/keys'))).toMatchObject({ status: 401, code: 'invalid_key' })
  })
})
