import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create, errorOf, seedOrg, type Seeded, type Send } from './client.ts'
import { postCall, startAdmin } from './in-process.ts'

/** What was used, by whom and for what, in whole hours. */

let admin: Awaited<ReturnType<typeof startAdmin>>
let root: Send
let org: Seeded

const hour = 3_600_000
/** Two hours ago, at half past. */
const past = Math.floor(Date.now() / hour) * hour - 2 * hour + hour / 2

beforeAll(async () => {
  admin = await startAdmin()
  root = admin.root
  org = await seedOrg(root, 'groups')
  const post = (endUser: string | undefined, tags: Record<string, string>, cost: number) =>
    postCall(admin.ledger, org, { ...(endUser && { endUser }), tags, used: { cost }, openedAt: past })
  await post('alice', { team: 'search', env: 'prod' }, 1)
  await post('alice', { team: 'ads' }, 10)
  await post('=bob', {}, 100)
  await post(undefined, { team: 'search' }, 1000)
})
afterAll(() => admin.stop())

async function lines(query: string) {
  const answer = await root('GET', `/usage?org=groups&${query}`)
  expect(answer, answer.text).toMatchObject({ status: 200 })
  return Object(answer.body).data
}

test('by end user', async () => {
  expect(await lines('group_by=end_user')).toMatchObject([
    { end_user: '=bob', requests: 1, charge: '0.0000001' },
    { end_user: 'alice', requests: 2, charge: '0.000000011' },
  ])
})

test('by tag: a call counts under each that it has', async () => {
  expect(await lines('group_by=tag')).toMatchObject([
    { tag: 'env=prod', requests: 1, charge: '0.000000001' },
    { tag: 'team=ads', requests: 1, charge: '0.00000001' },
    { tag: 'team=search', requests: 2, charge: '0.000001001' },
  ])
  expect(await lines('')).toMatchObject([{ requests: 4, charge: '0.000001111' }])
})

test('by tag and model and hour, as CSV', async () => {
  const path = '/usage?org=groups&bucket=hour&group_by=tag,model'
  const answer = await root('GET', path, { headers: { accept: 'text/csv' } })
  const [head, first] = answer.text.split('\r\n')
  expect(head).toMatch(/^start,tag,model,requests,/)
  expect(first).toMatch(/^[\d-]+T\d\d:00:00.000Z,env=prod,gpt-5\.2,1,/)
  const byUser = await root('GET', '/usage?org=groups&group_by=end_user', { headers: { accept: 'text/csv' } })
  expect(byUser.text).toContain(`\r\n'=bob,1,`)
})

for (const groups of ['key,end_user', 'key,tag', 'end_user,tag', 'model,tag,end_user'])
  test(`by ${groups} at once is 400`, async () => {
    const answer = await root('GET', `/usage?org=groups&group_by=${groups}`)
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' })
  })

describe('the time that is asked for', () => {
  const iso = (time: number) => new Date(time).toISOString()
  const start = past - hour / 2

  test('is widened to whole hours, and the answer says to which', async () => {
    const { body } = await root('GET', `/usage?org=groups&from=${iso(past + 1)}&to=${iso(past + 2)}`)
    expect(body).toMatchObject({
      data: [{ requests: 4 }],
      from: iso(start),
      to: iso(start + hour),
      has_more: false,
      next: null,
    })
  })

  test('is left as it is where its hours are whole', async () => {
    const { body } = await root('GET', `/usage?org=groups&from=${iso(start)}&to=${iso(start + 2 * hour)}`)
    expect(body).toMatchObject({ from: iso(start), to: iso(start + 2 * hour), data: [{ requests: 4 }] })
    const before = await root('GET', `/usage?org=groups&from=${iso(start - hour)}&to=${iso(start)}`)
    expect(before.body).toMatchObject({ from: iso(start - hour), to: iso(start), data: [] })
  })

  test('is the last 30 days, up to the end of this hour, where nothing is said', async () => {
    const asked = Date.now()
    const body = Object((await root('GET', '/usage?org=groups')).body)
    const [from, to] = [Date.parse(body.from), Date.parse(body.to)]
    expect(to % hour).toBe(0)
    expect(to).toBeGreaterThan(asked)
    expect(from % hour).toBe(0)
    expect(to - from).toBeGreaterThanOrEqual(30 * 24 * hour)
    expect(to - from).toBeLessThanOrEqual((30 * 24 + 1) * hour)
  })
})

test('receipts say whom a call was for', async () => {
  const { body } = await root('GET', '/requests?org=groups')
  expect(Object(body).data.map((row: { end_user: unknown }) => row.end_user)).toEqual([
    null,
    '=bob',
    'alice',
    'alice',
  ])
})

test('corrections are in the sums', async () => {
  const own = await seedOrg(root, 'corrected')
  await create(root, '/adjustments', { key_id: own.keyId, charge: '-2' })
  const { body } = await root('GET', '/usage?org=corrected&group_by=key')
  expect(body).toMatchObject({ data: [{ key_id: own.keyId, requests: 0, charge: '-2', provider_cost: '0' }] })
})
