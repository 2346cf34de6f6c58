import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, create, errorOf, pageOf, seedOrg, sendCall, type Seeded, type Send } from './client.ts'

/** What may change of an org, its projects and its keys. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let own: Send
let org: Seeded

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  org = await seedOrg(root, 'changes')
  own = adminClient(gateway.url, org.adminKey)
})
afterAll(() => gateway.stop())

/** The status and body that a call with the org's key is answered with. */
async function callStatus(): Promise<string> {
  const response = await sendCall(gateway.url, { root, key: org.callKey })
  return `${response.status} ${await response.text()}`
}

describe('an org', () => {
  test('that is suspended says so, and its keys may not call until it is let go', async () => {
    expect((await root('GET', '/orgs/changes')).body).toMatchObject({ suspended: false })
    const suspended = await root('PATCH', '/orgs/changes', { body: { suspended: true } })
    expect(suspended.body).toMatchObject({ name: 'Org changes', suspended: true })
    expect(await callStatus()).toMatch(/^403 .*"suspended"/)
    expect((await own('GET', '/orgs/changes')).body).toMatchObject({ suspended: true })
    expect((await root('PATCH', '/orgs/changes', { body: { suspended: false } })).body).toMatchObject({
      suspended: false,
    })
    expect(await callStatus()).toMatch(/^200 /)
  })

  test('keeps what was not sent', async () => {
    const change = async (body: object) => (await root('PATCH', '/orgs/changes', { body })).body
    const rate = { type: 'markup', percent: 20 }
    await change({ name: 'Kept', suspended: true, rate })
    expect(await change({ name: 'Renamed' })).toMatchObject({ name: 'Renamed', suspended: true, rate })
    expect(await change({ suspended: false })).toMatchObject({ name: 'Renamed', suspended: false, rate })
    expect(await change({ rate: { type: 'cost' } })).toMatchObject({
      name: 'Renamed',
      rate: { type: 'cost' },
    })
    expect(pageOf(await root('GET', '/orgs')).data).toMatchObject([{ name: 'Renamed' }])
  })

  test('is at cost until it has a rate', async () => {
    await create(root, '/orgs', { name: 'Plain', slug: 'plain' })
    expect((await root('GET', '/orgs/plain')).body).toMatchObject({ rate: { type: 'cost' } })
  })

  for (const percent of [0, 12.5, 1.15, -8.2, -100, 10_000])
    test(`has a markup of ${percent} %`, async () => {
      const rate = { type: 'markup', percent }
      expect((await root('PATCH', '/orgs/changes', { body: { rate } })).body).toMatchObject({ rate })
      expect((await root('GET', '/orgs/changes')).body).toMatchObject({ rate })
    })

  test('has prices of its own, to the last digit', async () => {
    const perMillion = { input: '0.1', cached_input: 0.000001, output: 1000, output_audio: '12.500000' }
    const prices = [
      { models: ['gpt-*', 'o3'], price: { currency: 'USD', per_million: perMillion } },
      { models: ['*'], price: { currency: 'USD', per_million: { input: 0, output: '7.25' } } },
    ]
    const { body } = await root('PATCH', '/orgs/changes', { body: { rate: { type: 'card', prices } } })
    const first = {
      input: '0.1',
      cached_input: '0.000001',
      cache_write: '0.1',
      input_audio: '0.1',
      output: '1000',
      output_audio: '12.5',
    }
    const second = { ...first, input: '0', cached_input: '0', cache_write: '0', input_audio: '0' }
    const rate = {
      type: 'card',
      prices: [
        { models: ['gpt-*', 'o3'], price: { currency: 'USD', per_million: first } },
        {
          models: ['*'],
          price: { currency: 'USD', per_million: { ...second, output: '7.25', output_audio: '7.25' } },
        },
      ],
    }
    expect(body).toMatchObject({ rate })
    // An answer may be sent back as it came.
    expect((await root('PATCH', '/orgs/changes', { body: { rate } })).body).toMatchObject({ rate })
  })

  const price = { currency: 'USD', per_million: { input: 1, output: 1 } }
  const card = (change: object, models: unknown = ['*']) => ({
    rate: { type: 'card', prices: [{ models, price: { ...price, ...change } }] },
  })
  const wrong: [name: string, body: object, param: string][] = [
    ['nothing', {}, 'body'],
    ['a suspension that is no yes or no', { suspended: 'yes' }, 'suspended'],
    ['another slug', { slug: 'other' }, 'slug'],
    ['an unknown rate', { rate: { type: 'flat' } }, 'rate.type'],
    ['no percent', { rate: { type: 'markup' } }, 'rate.percent'],
    ['a percent of three decimals', { rate: { type: 'markup', percent: 1.005 } }, 'rate.percent'],
    ['a percent below -100', { rate: { type: 'markup', percent: -100.01 } }, 'rate.percent'],
    ['a percent above 10000', { rate: { type: 'markup', percent: 10_000.01 } }, 'rate.percent'],
    ['a percent in quotes', { rate: { type: 'markup', percent: '5' } }, 'rate.percent'],
    ['no prices', { rate: { type: 'card', prices: [] } }, 'rate.prices'],
    ['prices of no models', card({}, []), 'rate.prices[0].models'],
    ['prices in another currency', card({ currency: 'CNY' }), 'rate.prices[0].price.currency'],
    ['no input price', card({ per_million: { output: 1 } }), 'rate.prices[0].price.per_million.input'],
    [
      'a price of seven decimals',
      card({ per_million: { input: '0.0000001', output: 1 } }),
      'rate.prices[0].price.per_million.input',
    ],
    [
      'a price above 1000',
      card({ per_million: { input: 1, output: 1000.01 } }),
      'rate.prices[0].price.per_million.output',
    ],
    [
      'a price below zero',
      card({ per_million: { input: -1, output: 1 } }),
      'rate.prices[0].price.per_million.input',
    ],
  ]
  for (const [name, body, param] of wrong)
    test(`${name} is 400`, async () => {
      const answer = await root('PATCH', '/orgs/changes', { body })
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request', param })
    })
})

test('a project is renamed and suspended by the org’s own admin', async () => {
  const path = `/projects/${org.projectId}`
  expect((await own('GET', path)).body).toMatchObject({ name: 'Search', suspended: false })
  expect((await own('PATCH', path, { body: { suspended: true } })).body).toMatchObject({
    name: 'Search',
    suspended: true,
  })
  expect(await callStatus()).toMatch(/^403 .*"suspended"/)
  expect((await own('PATCH', path, { body: { name: 'Find' } })).body).toMatchObject({
    name: 'Find',
    suspended: true,
  })
  const { body } = await root('PATCH', path, { body: { suspended: false } })
  expect(body).toEqual((await own('GET', path)).body)
  expect(pageOf(await own('GET', '/projects')).data).toMatchObject([{ name: 'Find', suspended: false }])
  expect(await callStatus()).toMatch(/^200 /)
  expect(errorOf(await own('PATCH', path, { body: {} }))).toMatchObject({ status: 400, param: 'body' })
})

describe('a key', () => {
  test('is renamed by the org’s own admin', async () => {
    const path = `/keys/${org.keyId}`
    const renamed = await own('PATCH', path, { body: { name: 'Renamed' } })
    expect(renamed).toMatchObject({ status: 200, body: { id: org.keyId, name: 'Renamed', fail_open: null } })
    expect((await own('GET', path)).body).toEqual(renamed.body)
    expect(errorOf(await own('PATCH', path, { body: {} }))).toMatchObject({ status: 400, param: 'body' })
    expect(errorOf(await own('PATCH', path, { body: { models: ['*'] } }))).toMatchObject({ param: 'models' })
  })

  test('gets an allowance for when the ledger is away, and loses it again', async () => {
    const made = await create(root, '/keys', {
      org: 'changes',
      name: 'Open',
      fail_open: { allowance: '5.00' },
    })
    expect(made).toMatchObject({ fail_open: { allowance: '5' } })
    const change = async (body: object) => (await root('PATCH', `/keys/${made.id}`, { body })).body
    expect(await change({ fail_open: { allowance: 0.000000001 } })).toMatchObject({
      name: 'Open',
      fail_open: { allowance: '0.000000001' },
    })
    expect(await change({ name: 'Still' })).toMatchObject({ fail_open: { allowance: '0.000000001' } })
    expect(await change({ fail_open: null })).toMatchObject({ name: 'Still', fail_open: null })
    expect(pageOf(await root('GET', '/keys?org=changes')).data).toContainEqual(
      expect.objectContaining({ id: made.id, fail_open: null }),
    )
    const plain = await create(own, '/keys', { name: 'Plain', fail_open: null })
    expect(plain).toMatchObject({ fail_open: null })
  })

  for (const allowance of ['0', '-1', '0.0000000001', '4000000.01', 'much', null])
    test(`an allowance of ${allowance} is 400`, async () => {
      const fail_open = { allowance }
      const refused = { status: 400, param: 'fail_open.allowance' }
      const body = { org: 'changes', name: 'K', fail_open }
      expect(errorOf(await root('POST', '/keys', { body }))).toMatchObject(refused)
      expect(errorOf(await root('PATCH', `/keys/${org.keyId}`, { body: { fail_open } }))).toMatchObject(
        refused,
      )
    })
})
