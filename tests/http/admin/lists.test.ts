import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, create, errorOf, pageOf, type Send } from './client.ts'

/** Lists are walked page by page without gaps or repeats. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  await create(root, '/orgs', { name: 'Lists', slug: 'lists' })
})
afterAll(() => gateway.stop())

async function walk(path: string, limit: number): Promise<string[][]> {
  const pages: string[][] = []
  let after = ''
  for (;;) {
    const page = pageOf(await root('GET', `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`))
    pages.push(page.data.map(({ id }) => id))
    expect(page.next).toBe(page.has_more ? page.data.at(-1)?.id : null)
    if (!page.has_more) return pages
    after = `&after=${page.next}`
  }
}

test('all keys, with more made and one revoked on the way', async () => {
  const made = new Set<string>()
  for (let i = 0; i < 23; i++) made.add((await create(root, '/keys', { org: 'lists', name: `K${i}` })).id)
  for (const limit of [1, 7, 23, 200]) {
    const pages = await walk('/keys?org=lists', limit)
    expect(pages).toHaveLength(Math.ceil(23 / limit))
    expect(pages.flat()).toHaveLength(23)
    expect(new Set(pages.flat())).toEqual(made)
  }
  const first = pageOf(await root('GET', '/keys?org=lists&limit=10'))
  await root('DELETE', `/keys/${first.next}`)
  const later = await create(root, '/keys', { org: 'lists', name: 'Late' })
  const rest = pageOf(await root('GET', `/keys?org=lists&limit=200&after=${first.next}`))
  const seen = [...first.data, ...rest.data].map(({ id }) => id)
  expect(seen.toSorted()).toEqual([...made, later.id].toSorted())
})

test('only the keys of a project', async () => {
  const project = await create(root, '/projects', { org: 'lists', name: 'P' })
  const key = await create(root, '/keys', { org: 'lists', project: project.id, name: 'In it' })
  const { data } = pageOf(await root('GET', `/keys?org=lists&project_id=${project.id}`))
  expect(data.map(({ id }) => id)).toEqual([key.id])
})

test('orgs, projects, limits and audit rows', async () => {
  for (let i = 0; i < 5; i++) {
    await create(root, '/orgs', { name: `Org ${i}`, slug: `list${i}` })
    await create(root, '/projects', { org: 'lists', name: `P${i}` })
    const limit = { metric: 'requests', per: 'day', amount: i, scope: { type: 'org' } }
    await create(root, '/limits', { org: 'lists', ...limit })
  }
  for (const path of ['/orgs', '/projects?org=lists', '/limits?org=lists', '/audit?org=lists']) {
    const whole = (await walk(path, 200)).flat()
    expect(whole.length, path).toBeGreaterThanOrEqual(5)
    expect((await walk(path, 2)).flat(), path).toEqual(whole)
  }
})

test('every change has an audit row that says who made it', async () => {
  const own = await create(root, '/keys', { org: 'lists', name: 'Admin', scopes: ['admin'] })
  const made = await create(adminClient(gateway.url, own.key ?? ''), '/projects', { name: 'Audited' })
  expect(pageOf(await root('GET', '/audit?org=lists&limit=2')).data).toMatchObject([
    { actor: own.id, action: 'project-created', target: made.id },
    { actor: 'root', action: 'key-created', target: own.id },
  ])
})

describe('400 naming the field', () => {
  const wrong: [query: string, param: string][] = [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['offset=5', 'offset'],
  ]
  for (const [query, param] of wrong) {
    test(query, async () => {
      expect(errorOf(await root('GET', `/keys?org=lists&${query}`))).toMatchObject({ status: 400, param })
    })
  }
})

test('an unknown path is 404, with a key and in the envelope', async () => {
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['DELETE', '/orgs/lists'],
    ['GET', ''],
  ] as const) {
    expect(errorOf(await root(method, path))).toMatchObject({ status: 404, code: 'not_found' })
  }
})
