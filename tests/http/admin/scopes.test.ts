import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { newKey } from '../../../src/core/keys.ts'
import { adminClient, create, errorOf, seedOrg, type Seeded, type Send } from './client.ts'

/** Who may do what. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let org: Seeded

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  org = await seedOrg(root, 'scopes')
})
afterAll(() => gateway.stop())

describe('401 invalid_key', () => {
  const wrong: Record<string, () => string> = {
    'a text that is no key': () => 'nonsense',
    'a root key with a letter changed': () => `${gateway.adminKey.slice(0, -1)}-`,
    'a key with a wrong checksum': () => `${org.adminKey.slice(0, -6)}000000`,
    'a well-formed key of this org that was never made': () => newKey(org.slug),
    'a well-formed key of an org that was never made': () => newKey('nobody'),
  }
  for (const [name, key] of Object.entries(wrong)) {
    test(name, async () => {
      const answer = await adminClient(gateway.url, key())('GET', '/orgs')
      expect(errorOf(answer)).toMatchObject({ status: 401, code: 'invalid_key' })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    })
  }

  test('no key at all', async () => {
    expect((await fetch(`${gateway.url}/admin/v1/orgs`)).status).toBe(401)
  })

  test('the same words for an org that is there and one that is not', async () => {
    const [a, b] = [adminClient(gateway.url, newKey(org.slug)), adminClient(gateway.url, newKey('nobody'))]
    expect((await a('GET', '/orgs')).body).toEqual((await b('GET', '/orgs')).body)
  })
})

test('a key that only calls models is refused', async () => {
  expect(errorOf(await adminClient(gateway.url, org.callKey)('GET', '/keys'))).toMatchObject({
    status: 403,
    code: 'forbidden',
  })
})

describe('a read key', () => {
  const paths = [
    '/orgs',
    '/projects',
    '/keys',
    '/limits',
    '/topups',
    '/adjustments',
    '/exports/rows',
    '/usage',
    '/requests',
    '/models',
    '/providers',
    '/audit',
  ]

  test('reads everything of its org', async () => {
    const send = adminClient(gateway.url, org.readKey)
    for (const path of paths) expect((await send('GET', path)).status, path).toBe(200)
  })

  test('changes nothing', async () => {
    const send = adminClient(gateway.url, org.readKey)
    const attempts: [string, string, unknown?][] = [
      ['POST', '/orgs', { name: 'X' }],
      ['PATCH', `/orgs/${org.id}`, { name: 'X' }],
      ['POST', '/projects', { name: 'X' }],
      ['POST', '/keys', { name: 'X' }],
      ['DELETE', `/keys/${org.keyId}`],
      ['POST', '/limits', { scope: { type: 'key', id: org.keyId }, metric: 'concurrency', amount: 1 }],
      ['PATCH', `/projects/${org.projectId}`, { name: 'X' }],
      ['PATCH', `/keys/${org.keyId}`, { name: 'X' }],
      ['POST', '/topups', { limit_id: org.limitId, amount: '1' }],
      ['POST', '/adjustments', { charge: '1' }],
      ['PATCH', `/limits/${org.limitId}`, { amount: 1 }],
      ['DELETE', `/limits/${org.limitId}`],
    ]
    for (const [method, path, body] of attempts) {
      expect(errorOf(await send(method, path, { body })), `${method} ${path}`).toMatchObject({
        status: 403,
        code: 'forbidden',
      })
    }
  })
})

describe('only root', () => {
  const orgScope = { scope: { type: 'org' }, metric: 'cost', per: 'day', amount: 1 }
  const reserved: [name: string, attempt: () => [string, string, unknown?]][] = [
    ['creates orgs', () => ['POST', '/orgs', { name: 'Mine' }]],
    ['renames orgs', () => ['PATCH', `/orgs/${org.id}`, { name: 'Mine' }]],
    ['suspends orgs', () => ['PATCH', `/orgs/${org.id}`, { suspended: false }]],
    ['says what an org is charged', () => ['PATCH', `/orgs/${org.id}`, { rate: { type: 'cost' } }]],
    ['lets a new key fail open', () => ['POST', '/keys', { name: 'X', fail_open: { allowance: '1' } }]],
    [
      'lets a key fail open',
      () => ['PATCH', `/keys/${org.keyId}`, { name: 'X', fail_open: { allowance: '1' } }],
    ],
    ['lets a key fail open no more', () => ['PATCH', `/keys/${org.keyId}`, { fail_open: null }]],
    ['tops up', () => ['POST', '/topups', { limit_id: org.limitId, amount: '1' }]],
    ['corrects what was charged', () => ['POST', '/adjustments', { key_id: org.keyId, charge: '-1' }]],
    ['makes admin keys', () => ['POST', '/keys', { name: 'X', scopes: ['call', 'admin'] }]],
    ['limits an org', () => ['POST', '/limits', orgScope]],
    ['changes an org’s limit', () => ['PATCH', `/limits/${org.orgLimitId}`, { amount: 99 }]],
    ['deletes an org’s limit', () => ['DELETE', `/limits/${org.orgLimitId}`]],
  ]
  for (const [name, attempt] of reserved) {
    test(name, async () => {
      const [method, path, body] = attempt()
      const answer = await adminClient(gateway.url, org.adminKey)(method, path, { body })
      expect(errorOf(answer)).toMatchObject({ status: 403, code: 'forbidden' })
    })
  }

  test('must name the org', async () => {
    const attempts: [string, string, unknown?][] = [
      ['GET', '/keys'],
      ['GET', '/usage'],
      ['GET', '/topups'],
      ['GET', '/adjustments'],
      ['GET', '/exports/rows'],
      ['GET', '/audit'],
      ['POST', '/projects', { name: 'X' }],
      ['POST', '/keys', { name: 'X' }],
    ]
    for (const [method, path, body] of attempts) {
      expect(errorOf(await root(method, path, { body })), path).toMatchObject({ status: 400, param: 'org' })
    }
  })
})

test('an org’s admin makes projects, keys and limits below the org', async () => {
  const send = adminClient(gateway.url, org.adminKey)
  const project = await create(send, '/projects', { name: 'Own' })
  const key = await create(send, '/keys', { name: 'Own', project: project.id, scopes: ['call', 'read'] })
  const limit = await create(send, '/limits', {
    scope: { type: 'key', id: key.id },
    metric: 'concurrency',
    amount: 2,
  })
  expect((await send('PATCH', `/limits/${limit.id}`, { body: { amount: 3 } })).body).toMatchObject({
    amount: 3,
  })
  expect((await send('DELETE', `/limits/${limit.id}`)).status).toBe(200)
  expect((await send('GET', `/limits/${limit.id}`)).status).toBe(404)
  expect((await send('DELETE', `/keys/${key.id}`)).body).toMatchObject({ revoked_at: expect.any(String) })
})
