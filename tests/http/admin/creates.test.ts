import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, create, errorOf, pageOf, type Send } from './client.ts'

/** Making things, once. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  await create(root, '/orgs', { name: 'Acme', slug: 'acme' })
})
afterAll(() => gateway.stop())

describe('an Idempotency-Key', () => {
  const bodies: Record<string, () => Promise<unknown>> = {
    '/orgs': async () => ({ name: 'Once Only' }),
    '/projects': async () => ({ org: 'acme', name: 'Once' }),
    '/limits': async () => {
      const key = await create(root, '/keys', { org: 'acme', name: 'Limited' })
      return { org: 'acme', scope: { type: 'key', id: key.id }, metric: 'requests', per: 'day', amount: 5 }
    },
  }
  for (const [path, makeBody] of Object.entries(bodies)) {
    test(`makes one of ${path}, however often it is sent`, async () => {
      const sent = { body: await makeBody(), headers: { 'idempotency-key': `once ${path}` } }
      const first = await root('POST', path, sent)
      const again = await root('POST', path, sent)
      expect(first, first.text).toMatchObject({ status: 201 })
      expect(again).toMatchObject({ status: 200, body: first.body })
      const other = await root('POST', path, { ...sent, headers: { 'idempotency-key': `other ${path}` } })
      expect(other).toMatchObject({ status: 201 })
      expect(other.body).not.toMatchObject({ id: JSON.parse(first.text).id })
    })
  }

  test('is refused for another body', async () => {
    const headers = { 'idempotency-key': 'one body' }
    const limit = { org: 'acme', scope: { type: 'org' }, metric: 'requests', per: 'day', amount: 5 }
    expect(await root('POST', '/limits', { body: limit, headers })).toMatchObject({ status: 201 })
    const other = await root('POST', '/limits', { body: { ...limit, amount: 50 }, headers })
    expect(errorOf(other)).toMatchObject({ status: 409, code: 'conflict' })
    expect(await root('POST', '/limits', { body: limit, headers })).toMatchObject({ status: 200 })
  })

  test('shows a key’s text the first time only', async () => {
    const sent = { body: { org: 'acme', name: 'Once' }, headers: { 'idempotency-key': 'one key' } }
    const first = await root('POST', '/keys', sent)
    const again = await root('POST', '/keys', sent)
    expect(first).toMatchObject({ status: 201, body: { key: expect.stringMatching(/^wr_acme_/) } })
    expect(again).toMatchObject({ status: 200, body: { ...JSON.parse(first.text), key: null } })
  })

  test('makes one org with a slug, and refuses the key for another', async () => {
    const headers = { 'idempotency-key': 'with slug' }
    const first = await root('POST', '/orgs', { body: { name: 'Beta', slug: 'beta' }, headers })
    expect(await root('POST', '/orgs', { body: { name: 'Beta', slug: 'beta' }, headers })).toMatchObject({
      status: 200,
      body: first.body,
    })
    const other = await root('POST', '/orgs', { body: { name: 'Gamma', slug: 'gamma' }, headers })
    expect(errorOf(other)).toMatchObject({ status: 409, code: 'conflict' })
  })
})

test('an Idempotency-Key has at most 255 printable characters', async () => {
  for (const [length, status] of [
    [255, 201],
    [256, 400],
  ] as const) {
    const headers = { 'idempotency-key': 'k'.repeat(length) }
    expect((await root('POST', '/projects', { body: { org: 'acme', name: 'P' }, headers })).status).toBe(
      status,
    )
  }
})

describe('an org', () => {
  test('gets a slug from its name, and another when that is taken', async () => {
    const first = await create(root, '/orgs', { name: 'Köln & Söhne 24' })
    const second = await create(root, '/orgs', { name: 'Köln & Söhne 24' })
    expect(first).toMatchObject({ id: 'org_klnshne24', slug: 'klnshne24' })
    expect(second.slug).toMatch(/^klnshne24[a-z0-9]{6}$/)
    expect(await create(root, '/orgs', { name: '上海' })).toMatchObject({
      slug: expect.stringMatching(/^[a-z0-9]{2,20}$/),
    })
  })

  test('cannot have a slug that is taken', async () => {
    const answer = await root('POST', '/orgs', { body: { name: 'Another', slug: 'acme' } })
    expect(errorOf(answer)).toMatchObject({ status: 409, code: 'conflict', param: 'slug' })
    expect((await root('GET', '/orgs/acme')).body).toMatchObject({ name: 'Acme' })
  })

  test('asked for twice at the same time is made once', async () => {
    const sent = { body: { name: 'Race', slug: 'race' } }
    const answers = await Promise.all(Array.from({ length: 8 }, () => root('POST', '/orgs', sent)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)])
  })

  test('is renamed in its book and in the list', async () => {
    await create(root, '/orgs', { name: 'Old', slug: 'renamed' })
    expect((await root('PATCH', '/orgs/org_renamed', { body: { name: ' New ' } })).body).toMatchObject({
      name: 'New',
    })
    const { data } = pageOf(await root('GET', '/orgs?limit=200'))
    expect(data.find(({ id }) => id === 'org_renamed')).toMatchObject({ name: 'New' })
    expect((await root('GET', '/orgs/renamed')).body).toMatchObject({ name: 'New' })
  })
})

test('a key keeps what it was given', async () => {
  const project = await create(root, '/projects', { org: 'acme', name: 'P' })
  const made = await create(root, '/keys', {
    org: 'org_acme',
    project: project.id,
    name: 'Full',
    models: ['gpt-*', 'qwen3-max'],
    expires_at: '2999-01-01T08:00:00+08:00',
    scopes: ['call', 'read'],
    limits: [{ metric: 'cost', per: 'lifetime', amount: '0.000000001' }],
  })
  expect((await root('GET', `/keys/${made.id}`)).body).toEqual({
    id: made.id,
    org: 'org_acme',
    project_id: project.id,
    name: 'Full',
    scopes: ['call', 'read'],
    models: ['gpt-*', 'qwen3-max'],
    expires_at: '2999-01-01T00:00:00.000Z',
    revoked_at: null,
    fail_open: null,
    created_at: expect.any(String),
  })
  expect(pageOf(await root('GET', `/limits?org=acme&scope_id=${made.id}`)).data).toMatchObject([
    { scope: { type: 'key', id: made.id }, amount: '0.000000001', remaining: '0.000000001' },
  ])
})
