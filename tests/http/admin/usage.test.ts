import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { toCsv } from '../../../src/http/admin/csv.ts'
import { adminClient, callModel, errorOf, pageOf, seedOrg, type Seeded, type Send } from './client.ts'

/** What was used can be read, summed, and taken into a spreadsheet. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let org: Seeded
const calls: string[] = []

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  org = await seedOrg(root, 'usage')
  for (let i = 0; i < 3; i++) calls.push(await callModel(gateway.url, { root, key: org.callKey }))
})
afterAll(() => gateway.stop())

test('each call has a receipt, newest first', async () => {
  const { data } = pageOf(await root('GET', '/requests?org=usage'))
  expect(data.map(({ id }) => id)).toEqual(calls.toReversed())
  const receipt = await root('GET', `/requests/${calls[0]}`)
  expect(receipt.body).toEqual(data.at(-1))
  expect(receipt.body).toMatchObject({
    key_id: org.keyId,
    project_id: org.projectId,
    outcome: 'ok',
    charge: expect.stringMatching(/^\d+(\.\d+)?$/),
  })
})

test('receipts are filtered by key, project, model and time', async () => {
  const count = async (query: string) => pageOf(await root('GET', `/requests?org=usage&${query}`)).data.length
  const [row] = pageOf(await root('GET', '/requests?org=usage&limit=1')).data
  expect(await count(`key_id=${org.keyId}&project_id=${org.projectId}`)).toBe(3)
  expect(await count(`model=${String(row?.model)}`)).toBe(3)
  expect(await count('model=another')).toBe(0)
  expect(await count('from=2999-01-01')).toBe(0)
  expect(await count('from=2020-01-01T00:00:00%2B08:00&to=4102444800')).toBe(3)
})

test('usage is summed over the last 30 days', async () => {
  const rows = pageOf(await root('GET', '/requests?org=usage')).data
  const { body } = await root('GET', '/usage?org=usage')
  expect(body).toMatchObject({ data: [{ requests: 3 }], has_more: false, next: null })
  const nano = (usd: unknown) => BigInt(Math.round(Number(usd) * 1e9))
  const charged = rows.reduce((sum, row) => sum + nano(row.charge), 0n)
  expect(nano(Object(body).data[0].charge)).toBe(charged)
})

test('and by bucket and group', async () => {
  const { body } = await root('GET', '/usage?org=usage&bucket=day&group_by=project,key,model,provider')
  expect(body).toMatchObject({
    data: [
      {
        start: expect.stringMatching(/T00:00:00\.000Z$/),
        project_id: org.projectId,
        key_id: org.keyId,
        requests: 3,
      },
    ],
  })
})

test('as CSV where that is asked for', async () => {
  const path = '/usage?org=usage&bucket=month&group_by=key'
  const answer = await root('GET', path, { headers: { accept: 'text/csv' } })
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const [head, line, end] = answer.text.split('\r\n')
  expect(head).toBe(
    'start,key_id,requests,input_tokens,cached_input_tokens,output_tokens,charge,provider_cost',
  )
  expect(line).toMatch(new RegExp(`^\\d{4}-\\d\\d-01T00:00:00.000Z,${org.keyId},3,`))
  expect(end).toBe('')
  const preferred = await root('GET', path, { headers: { accept: 'application/json, text/csv;q=0.5' } })
  expect(preferred.headers.get('content-type')).toContain('application/json')
})

describe('400 naming the field', () => {
  const wrong: [query: string, param: string][] = [
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['from=2026-01-01T00:00:00', 'from'],
    ['from=1767225600000', 'from'],
    ['from=2026-01-02&to=2026-01-01', 'from'],
    ['to=', 'to'],
    ['bucket=week', 'bucket'],
    ['group_by=team', 'group_by'],
    ['group_by=', 'group_by'],
    ['groupby=key', 'groupby'],
  ]
  for (const [query, param] of wrong) {
    test(query, async () => {
      expect(errorOf(await root('GET', `/usage?org=usage&${query}`))).toMatchObject({ status: 400, param })
    })
  }
})

test('a CSV cell is quoted where it must be, and never a formula', () => {
  const cells = [
    'plain',
    'a,b',
    'say "hi"',
    'two\nlines',
    '=1+1',
    '+1',
    '@SUM(A1)',
    '-x',
    '-1.5',
    '＝1',
    '\t=1',
    '=1,"2"',
    null,
    7,
  ]
  const [, ...lines] = toCsv(
    ['cell', 'next'],
    cells.map((cell) => [cell, 1]),
  ).split('\r\n')
  expect(lines).toEqual([
    'plain,1',
    '"a,b",1',
    '"say ""hi""",1',
    '"two\nlines",1',
    "'=1+1,1",
    "'+1,1",
    "'@SUM(A1),1",
    "'-x,1",
    '-1.5,1',
    "'＝1,1",
    "'\t=1,1",
    `"'=1,""2""",1`,
    ',1',
    '7,1',
    '',
  ])
})
