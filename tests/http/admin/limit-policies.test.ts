import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import { candidateOf } from '../../contracts/ledger/harness.ts'
import { create, errorOf, pageOf, seedOrg, adminClient, type Seeded, type Send } from './client.ts'
import { postCall, startAdmin } from './in-process.ts'

/** Limits of end users, limits that only watch, and what becomes of a call that a limit does not cover. */

let admin: Awaited<ReturnType<typeof startAdmin>>
let root: Send
let org: Seeded

beforeAll(async () => {
  admin = await startAdmin()
  root = admin.root
  org = await seedOrg(root, 'policies')
})
afterAll(() => admin.stop())

const daily = { org: 'policies', metric: 'cost', per: 'day', amount: '1' }
const eachOne = { ...daily, scope: { type: 'end_user', id: '*' } }

describe('a limit', () => {
  const policy = { mode: 'shadow', when_short: 'clamp', on_lost: 'hold', timezone: 'Asia/Shanghai' }

  test('says its mode, when_short, on_lost and timezone, also where nothing was said', async () => {
    const plain = await create(root, '/limits', { ...daily, scope: { type: 'org' } })
    expect(plain).toMatchObject({
      mode: 'enforce',
      when_short: 'deny',
      on_lost: 'floor',
      timezone: 'UTC',
    })
    const special = await create(root, '/limits', { ...daily, ...policy, scope: { type: 'org' } })
    expect(special).toMatchObject(policy)
    expect((await root('GET', `/limits/${special.id}`)).body).toMatchObject(policy)
  })

  test('that comes with a key has them too', async () => {
    const terms = { metric: 'tokens', per: 'week', amount: 5, ...policy }
    const key = await create(root, '/keys', { org: 'policies', name: 'K', limits: [terms] })
    expect(pageOf(await root('GET', `/limits?org=policies&scope_id=${key.id}`)).data).toMatchObject([terms])
    const wrong = { org: 'policies', name: 'K', limits: [{ ...terms, metric: 'requests' }] }
    expect(errorOf(await root('POST', '/keys', { body: wrong }))).toMatchObject({
      status: 400,
      param: 'limits[0].when_short',
    })
  })

  test('resets at midnight of its timezone', async () => {
    const { id } = await create(root, '/limits', {
      ...daily,
      timezone: 'Asia/Shanghai',
      scope: { type: 'org' },
    })
    const { body } = await root('GET', `/limits/${id}`)
    expect(body).toMatchObject({ resets_at: expect.stringMatching(/T16:00:00\.000Z$/) })
  })

  test('changes its mode, when_short and on_lost, each alone and back again', async () => {
    const { id } = await create(root, '/limits', { ...daily, scope: { type: 'org' } })
    const change = async (body: object) => (await root('PATCH', `/limits/${id}`, { body })).body
    const plain = { mode: 'enforce', when_short: 'deny', on_lost: 'floor', amount: '1' }
    expect(await change({ mode: 'shadow' })).toMatchObject({ ...plain, mode: 'shadow' })
    expect(await change({ mode: 'enforce' })).toMatchObject(plain)
    expect(await change({ when_short: 'clamp' })).toMatchObject({ ...plain, when_short: 'clamp' })
    expect(await change({ on_lost: 'hold', amount: '2' })).toMatchObject({
      ...plain,
      when_short: 'clamp',
      on_lost: 'hold',
      amount: '2',
    })
    expect(await change({ when_short: 'deny', on_lost: 'floor', amount: '1' })).toMatchObject(plain)
  })

  test('on requests cannot be changed to clamp', async () => {
    const terms = { org: 'policies', metric: 'requests', per: 'day', amount: 5, scope: { type: 'org' } }
    const { id } = await create(root, '/limits', terms)
    const answer = await root('PATCH', `/limits/${id}`, { body: { when_short: 'clamp' } })
    expect(errorOf(answer)).toMatchObject({ status: 400, param: 'when_short' })
  })
})

describe('a limit of each end user', () => {
  test('shows the share of the one that is named', async () => {
    const { id } = await create(root, '/limits', eachOne)
    await postCall(admin.ledger, org, { endUser: 'alice', used: { cost: 250_000_000 } })
    await postCall(admin.ledger, org, { endUser: 'bob', used: { cost: 900_000_000 } })
    const share = async (name: string) => (await root('GET', `/limits/${id}?end_user=${name}`)).body
    expect(await share('alice')).toMatchObject({ id, end_user: 'alice', spent: '0.25', remaining: '0.75' })
    expect(await share('bob')).toMatchObject({ id, end_user: 'bob', spent: '0.9', remaining: '0.1' })
    expect(await share('nobody%20yet')).toMatchObject({ end_user: 'nobody yet', spent: '0', remaining: '1' })
    expect((await root('GET', `/limits/${id}`)).body).not.toHaveProperty('end_user')
  })

  test('is listed by that name, beside those of an end user alone', async () => {
    const own = { ...daily, scope: { type: 'end_user', id: 'prj_not a project' } }
    const made = await create(root, '/limits', own)
    const listed = async (query: string) => pageOf(await root('GET', `/limits?org=policies&${query}`)).data
    expect((await listed('end_user=prj_not%20a%20project')).map(({ id }) => id)).toEqual([made.id])
    expect(await listed('end_user=prj_not')).toEqual([])
    const all = await listed('end_user=*')
    expect(all.length).toBeGreaterThan(0)
    expect(all).toEqual(all.map(() => expect.objectContaining({ scope: { type: 'end_user', id: '*' } })))
    const both = await root('GET', `/limits?org=policies&end_user=x&scope_id=${org.keyId}`)
    expect(errorOf(both)).toMatchObject({ status: 400, param: 'end_user' })
  })

  test('has up to 256 characters of a name', async () => {
    const name = '名'.repeat(256)
    expect(await create(root, '/limits', { ...daily, scope: { type: 'end_user', id: name } })).toMatchObject({
      scope: { type: 'end_user', id: name },
    })
  })

  test('is no limit that has shares otherwise: 400', async () => {
    const one = await create(root, '/limits', { ...daily, scope: { type: 'end_user', id: 'carol' } })
    for (const id of [org.limitId, one.id]) {
      const answer = await root('GET', `/limits/${id}?end_user=carol`)
      expect(errorOf(answer)).toMatchObject({ status: 400, param: 'end_user' })
    }
    expect(errorOf(await root('GET', `/limits/${one.id}?end_user=`))).toMatchObject({
      status: 400,
      param: 'end_user',
    })
  })

  test('is made, changed and deleted by the org’s own admin', async () => {
    const own = adminClient(admin.url, org.adminKey)
    const { org: _, ...body } = eachOne
    const { id } = await create(own, '/limits', body)
    expect(await own('PATCH', `/limits/${id}`, { body: { mode: 'shadow' } })).toMatchObject({ status: 200 })
    expect(await own('DELETE', `/limits/${id}`)).toMatchObject({ status: 200, body: { id } })
  })
})

test('a shadow limit tells how many calls it would have refused', async () => {
  const own = await seedOrg(root, 'shadows')
  const { id } = await create(root, '/limits', {
    ...daily,
    org: 'shadows',
    amount: '0',
    mode: 'shadow',
    scope: { type: 'key', id: own.keyId },
  })
  expect((await root('GET', `/limits/${id}`)).body).toMatchObject({ would_refuse: 0 })
  const opened = await admin.ledger.book.open('shadows', {
    id: newId('req', 'shadows'),
    keyHash: hashKey(own.callKey),
    policyVersion: '1',
    candidates: [candidateOf({ cost: 1 })],
  })
  expect(opened.kind).toBe('hold')
  expect((await root('GET', `/limits/${id}`)).body).toMatchObject({ would_refuse: 1 })
})
