import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adminClient, create, errorOf, pageOf, seedOrg, type Seeded, type Send } from './client.ts'
import { postCall, startAdmin } from './in-process.ts'

/** What was charged is corrected by rows of their own. */

let admin: Awaited<ReturnType<typeof startAdmin>>
let root: Send
let org: Seeded
let made = 0

beforeAll(async () => {
  admin = await startAdmin()
  root = admin.root
})
beforeEach(async () => {
  org = await seedOrg(root, `adjust${made++}`)
})
afterAll(() => admin.stop())

const spentOf = async (limitId: string) => Object((await root('GET', `/limits/${limitId}`)).body).spent
const charged = async () => Object((await root('GET', `/usage?org=${org.slug}`)).body).data[0]?.charge

describe('a correction', () => {
  test('of a call stands beside it, and gives back where the call was charged', async () => {
    const call = await postCall(admin.ledger, org, {
      used: { cost: 1_000_000_000 },
      endUser: 'alice',
      tags: { team: 'search' },
    })
    expect(await spentOf(org.limitId)).toBe('1')
    const correction = await create(root, '/adjustments', {
      request_id: call,
      charge: '-0.250000001',
      note: 'Half of it was our fault',
    })
    const receipt = Object((await root('GET', `/requests/${call}`)).body)
    expect(correction).toEqual({
      id: expect.stringMatching(new RegExp(`^adj_${org.slug}_`)),
      request_id: call,
      key_id: org.keyId,
      project_id: org.projectId,
      end_user: 'alice',
      model: receipt.model,
      provider: receipt.provider,
      charge: '-0.250000001',
      note: 'Half of it was our fault',
      tags: { team: 'search' },
      posted_at: receipt.started_at,
      created_at: expect.any(String),
    })
    expect(receipt.charge).toBe('1')
    expect(await spentOf(org.limitId)).toBe('0.749999999')
    expect(await spentOf(org.orgLimitId)).toBe('0.749999999')
    expect(await charged()).toBe('0.749999999')
  })

  test('of a key counts towards the limits above it', async () => {
    const correction = await create(root, '/adjustments', { key_id: org.keyId, charge: 2 })
    expect(correction).toMatchObject({
      request_id: null,
      key_id: org.keyId,
      project_id: org.projectId,
      end_user: null,
      model: null,
      charge: '2',
      note: null,
    })
    expect(await spentOf(org.limitId)).toBe('2')
    expect(await spentOf(org.orgLimitId)).toBe('2')
  })

  test('of a project, or of the org, leaves the keys alone', async () => {
    const ofProject = await create(root, '/adjustments', { project_id: org.projectId, charge: '1' })
    const ofOrg = await create(root, '/adjustments', { org: org.slug, charge: 1e-9 })
    expect(ofProject).toMatchObject({ key_id: null, project_id: org.projectId })
    expect(ofOrg).toMatchObject({ key_id: null, project_id: null, charge: '0.000000001' })
    expect(await spentOf(org.limitId)).toBe('0')
    expect(await spentOf(org.orgLimitId)).toBe('1.000000001')
  })

  test('is listed, newest first', async () => {
    const ids: string[] = []
    for (const charge of ['1', '-1', '3'])
      ids.push((await create(root, '/adjustments', { org: org.slug, charge })).id)
    const own = adminClient(admin.url, org.readKey)
    const first = pageOf(await own('GET', '/adjustments?limit=2'))
    expect(first.data.map(({ id }) => id)).toEqual([ids[2], ids[1]])
    const rest = pageOf(await own('GET', `/adjustments?limit=2&after=${first.next}`))
    expect(rest.data.map(({ id }) => id)).toEqual([ids[0]])
    expect(rest.has_more).toBe(false)
  })

  test('is made once for each Idempotency-Key', async () => {
    const sent = { body: { key_id: org.keyId, charge: '-1' }, headers: { 'idempotency-key': 'once' } }
    const first = await root('POST', '/adjustments', sent)
    expect(first).toMatchObject({ status: 201 })
    expect(await root('POST', '/adjustments', sent)).toMatchObject({ status: 200, body: first.body })
    expect(await charged()).toBe('-1')
    const other = await root('POST', '/adjustments', { ...sent, body: { ...sent.body, charge: '1' } })
    expect(errorOf(other)).toMatchObject({ status: 409, code: 'conflict' })
  })

  test('is root’s alone to make: an org’s own admin gets 403', async () => {
    const own = adminClient(admin.url, org.adminKey)
    for (const body of [{ charge: '-1' }, { key_id: org.keyId, charge: '-1' }])
      expect(errorOf(await own('POST', '/adjustments', { body }))).toMatchObject({
        status: 403,
        code: 'forbidden',
      })
  })

  test('of a call that never was is 404', async () => {
    const call = await postCall(admin.ledger, org)
    const body = { request_id: `${call.slice(0, -4)}0000`, charge: '-1' }
    expect(errorOf(await root('POST', '/adjustments', { body }))).toMatchObject({ status: 404 })
  })

  test('of a key of another org than the one that is named is 404', async () => {
    const body = { org: 'adjust0', key_id: org.keyId, charge: '-1' }
    expect(errorOf(await root('POST', '/adjustments', { body }))).toMatchObject({ status: 404 })
  })
})

describe('400 naming the field', () => {
  const charges = ['0', '-0', 0, '-4000000.000000001', '4000001', '0.0000000001', '+1', '1e3', '', '−1', null]
  for (const charge of charges)
    test(`a charge of ${JSON.stringify(charge)}`, async () => {
      const answer = await root('POST', '/adjustments', { body: { org: org.slug, charge } })
      expect(errorOf(answer)).toMatchObject({ status: 400, param: 'charge' })
    })

  test('two of a call, a key and a project', async () => {
    const body = { key_id: org.keyId, project_id: org.projectId, charge: '1' }
    expect(errorOf(await root('POST', '/adjustments', { body }))).toMatchObject({
      status: 400,
      param: 'project_id',
    })
  })

  test('root names no org, nor anything in one', async () => {
    expect(errorOf(await root('POST', '/adjustments', { body: { charge: '1' } }))).toMatchObject({
      status: 400,
      param: 'org',
    })
  })
})

test('the largest correction either way comes out as it went in', async () => {
  for (const charge of ['4000000', '-4000000', '-3999999.999999999', '0.000000001'])
    expect(await create(root, '/adjustments', { org: org.slug, charge })).toMatchObject({ charge })
  for (const charge of [-0.25, 0.25])
    expect(await create(root, '/adjustments', { org: org.slug, charge })).toMatchObject({
      charge: `${charge}`,
    })
  expect(await create(root, '/adjustments', { org: org.slug, charge: -1.5e-7 })).toMatchObject({
    charge: '-0.00000015',
  })
})
