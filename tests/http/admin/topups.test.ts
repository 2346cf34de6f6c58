import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, create, errorOf, pageOf, seedOrg, type Seeded, type Send } from './client.ts'

/** A prepaid balance is a lifetime limit on cost; money paid in raises it, and stays in the books. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let org: Seeded
let balance: Awaited<ReturnType<typeof create>>

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  org = await seedOrg(root, 'topups')
  const scope = { type: 'key', id: org.keyId }
  balance = await create(root, '/limits', {
    org: 'topups',
    metric: 'cost',
    per: 'lifetime',
    amount: '10',
    scope,
  })
})
afterAll(() => gateway.stop())

test('raises the balance, and can be read again', async () => {
  const first = await create(root, '/topups', { limit_id: balance.id, amount: '0.000000001', note: ' Paid ' })
  expect(first).toEqual({
    id: expect.stringMatching(/^top_topups_/),
    limit_id: balance.id,
    amount: '0.000000001',
    note: 'Paid',
    created_at: expect.any(String),
  })
  const second = await create(root, '/topups', { org: 'topups', limit_id: balance.id, amount: 2.5 })
  expect(second).toMatchObject({ amount: '2.5', note: null })
  expect((await root('GET', `/limits/${balance.id}`)).body).toMatchObject({
    amount: '12.500000001',
    remaining: '12.500000001',
  })
  expect(pageOf(await root('GET', `/topups?limit_id=${balance.id}`)).data).toEqual([first, second])
  const own = adminClient(gateway.url, org.readKey)
  expect(pageOf(await own('GET', '/topups?limit=1'))).toMatchObject({
    data: [first],
    has_more: true,
    next: first.id,
  })
  expect(pageOf(await own('GET', `/topups?after=${first.id}`)).data).toEqual([second])
  expect(pageOf(await own('GET', `/topups?limit_id=${org.limitId}`)).data).toEqual([])
})

test('is made once for each Idempotency-Key', async () => {
  const sent = { body: { limit_id: balance.id, amount: '1' }, headers: { 'idempotency-key': 'paid once' } }
  const before = (await root('GET', `/limits/${balance.id}`)).body
  const first = await root('POST', '/topups', sent)
  expect(first).toMatchObject({ status: 201 })
  expect(await root('POST', '/topups', sent)).toMatchObject({ status: 200, body: first.body })
  const other = await root('POST', '/topups', { ...sent, body: { ...sent.body, amount: '2' } })
  expect(errorOf(other)).toMatchObject({ status: 409, code: 'conflict' })
  const after = (await root('GET', `/limits/${balance.id}`)).body
  expect(Number(Object(after).amount) - Number(Object(before).amount)).toBeCloseTo(1, 9)
})

describe('400', () => {
  const wrong: [name: string, change: object, param: string][] = [
    ['nothing paid', { amount: '0' }, 'amount'],
    ['money taken out', { amount: '-1' }, 'amount'],
    ['part of a nanoUSD', { amount: 1e-10 }, 'amount'],
    ['no amount', { amount: undefined }, 'amount'],
    ['no limit', { limit_id: undefined }, 'limit_id'],
    ['an empty note', { note: ' ' }, 'note'],
    ['a note of 501 characters', { note: 'x'.repeat(501) }, 'note'],
    ['a note of two lines', { note: 'a\nb' }, 'note'],
    ['another currency', { currency: 'EUR' }, 'currency'],
  ]
  for (const [name, change, param] of wrong)
    test(name, async () => {
      const body = { limit_id: balance.id, amount: '1', ...change }
      expect(errorOf(await root('POST', '/topups', { body }))).toMatchObject({ status: 400, param })
    })

  test('a limit that is no prepaid balance', async () => {
    const answer = await root('POST', '/topups', { body: { limit_id: org.limitId, amount: '1' } })
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(errorOf(answer).message).toContain('lifetime')
  })

  test('a balance above 4 million USD', async () => {
    const answer = await root('POST', '/topups', { body: { limit_id: balance.id, amount: '4000000' } })
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  test('root names neither an org nor a limit', async () => {
    expect(errorOf(await root('GET', '/topups'))).toMatchObject({ status: 400, param: 'org' })
  })
})

test('a limit of another org than the one that is named is 404', async () => {
  await create(root, '/orgs', { name: 'Else', slug: 'elsewhere' })
  const body = { org: 'elsewhere', limit_id: balance.id, amount: '1' }
  expect(errorOf(await root('POST', '/topups', { body }))).toMatchObject({ status: 404 })
  const listed = await root('GET', `/topups?org=elsewhere&limit_id=${balance.id}`)
  expect(errorOf(listed)).toMatchObject({ status: 404 })
})

test('is root’s alone to make: an org’s own admin gets 403', async () => {
  const own = adminClient(gateway.url, org.adminKey)
  const answer = await own('POST', '/topups', { body: { limit_id: balance.id, amount: '1' } })
  expect(errorOf(answer)).toMatchObject({ status: 403, code: 'forbidden' })
})
