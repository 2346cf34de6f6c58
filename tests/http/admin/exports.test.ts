import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { settlementOf } from '../../contracts/ledger/harness.ts'
import { adminClient, create, errorOf, seedOrg, type Seeded, type Send } from './client.ts'
import { postCall, startAdmin } from './in-process.ts'

/** Every row can be taken out of the gateway, in the order of writing, however many there are. */

let admin: Awaited<ReturnType<typeof startAdmin>>
let root: Send
let org: Seeded
let reads: number[] = []
const calls: string[] = []
let correction: string

beforeAll(async () => {
  admin = await startAdmin({
    around: (ledger) => ({
      ...ledger,
      book: {
        ...ledger.book,
        exportRows(slug, query) {
          reads.push(query.limit)
          return ledger.book.exportRows(slug, query)
        },
      },
    }),
  })
  root = admin.root
  org = await seedOrg(root, 'exports')
  const used = { inputTokens: 12, cachedInputTokens: 5, outputTokens: 7, reasoningTokens: 3, cost: 1500 }
  calls.push(await postCall(admin.ledger, org, { used, endUser: '=1+1', tags: { team: '"a", b' } }))
  calls.push(await postCall(admin.ledger, org, { used, settlement: { outcome: 'cut', source: 'counted' } }))
  const body = { request_id: calls[0], charge: '-0.000001', note: '@SUM(A1), they said' }
  correction = (await create(root, '/adjustments', body)).id
  reads = []
})
afterAll(() => admin.stop())

const line = z.looseObject({ mark: z.int(), type: z.string(), id: z.string() })

async function exported(query: string) {
  const answer = await root('GET', `/exports/rows?org=${query}`)
  expect(answer, answer.text).toMatchObject({ status: 200 })
  expect(answer.text === '' || answer.text.endsWith('\n')).toBe(true)
  return answer.text
    .split('\n')
    .slice(0, -1)
    .map((text) => line.parse(JSON.parse(text)))
}

test('each row is a JSON object on a line: a receipt or a correction, with a mark that rises', async () => {
  const lines = await exported('exports')
  expect(lines.map(({ type, id }) => [type, id])).toEqual([
    ['request', calls[0]],
    ['request', calls[1]],
    ['adjustment', correction],
  ])
  const marks = lines.map(({ mark }) => mark)
  expect(marks).toEqual(marks.toSorted((a, b) => a - b))
  expect(new Set(marks).size).toBe(3)
  const { mark: _mark, type: _type, ...receipt } = lines[0] ?? {}
  expect(receipt).toEqual((await root('GET', `/requests/${calls[0]}`)).body)
  const listed = Object((await root('GET', '/adjustments?org=exports')).body).data
  expect(lines[2]).toEqual({ mark: marks[2], type: 'adjustment', ...listed[0] })
  const answer = await root('GET', '/exports/rows?org=exports')
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="rows-exports.ndjson"')
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('as CSV where that is asked for, and no cell is a formula', async () => {
  const answer = await root('GET', '/exports/rows?org=exports', { headers: { accept: 'text/csv' } })
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="rows-exports.csv"')
  const [first, second, third] = await exported('exports')
  const when = (row: unknown) => `${Object(row).started_at},${Object(row).ended_at}`
  const place = `${org.keyId},${org.projectId}`
  const tags = `"{""team"":""\\""a\\"", b""}"`
  expect(answer.text.split('\r\n')).toEqual([
    'mark,type,id,request_id,key_id,project_id,end_user,model,provider,outcome,usage_source,input_tokens,' +
      'cached_input_tokens,output_tokens,reasoning_tokens,charge,provider_cost,price_card,tags,note,started_at,ended_at',
    `${first?.mark},request,${calls[0]},,${place},'=1+1,gpt-5.2,openai,ok,exact,12,5,7,3,0.0000015,0.0000015,,${tags},,${when(first)}`,
    `${second?.mark},request,${calls[1]},,${place},,gpt-5.2,openai,cut,counted,12,5,7,3,0.0000015,0.0000015,,{},,${when(second)}`,
    `${third?.mark},adjustment,${correction},${calls[0]},${place},'=1+1,gpt-5.2,openai,,,,,,,-0.000001,,,${tags},` +
      `"'@SUM(A1), they said",${third?.['posted_at']},${third?.['created_at']}`,
    '',
  ])
})

test('goes on after the last mark that was kept', async () => {
  const [first, ...rest] = await exported('exports')
  expect(await exported(`exports&after=${first?.mark}`)).toEqual(rest)
  expect(await exported(`exports&after=${first?.mark}&limit=1`)).toEqual(rest.slice(0, 1))
  expect(await exported(`exports&after=${rest.at(-1)?.mark}`)).toEqual([])
  expect(await exported('exports&limit=2')).toHaveLength(2)
})

test('a row that changed comes again under a later mark, and no longer under its old one', async () => {
  const own = await seedOrg(root, 'better')
  const floor = { source: 'floor', outcome: 'swept' } as const
  const id = await postCall(admin.ledger, own, { used: { cost: 10 }, settlement: floor })
  await postCall(admin.ledger, own)
  const [before, other] = await exported('better')
  expect(before).toMatchObject({ id, usage_source: 'floor', charge: '0.00000001' })
  await admin.ledger.book.settle('better', settlementOf(id, { cost: 40 }))
  const [now, last] = await exported('better')
  expect(now).toEqual(other)
  expect(last).toMatchObject({ id, usage_source: 'exact', charge: '0.00000004' })
  expect(last?.mark).toBeGreaterThan(other?.mark ?? 0)
  expect(await exported(`better&after=${other?.mark}`)).toEqual([last])
})

test('an org without rows gives no lines, and CSV its head', async () => {
  await create(root, '/orgs', { name: 'Empty', slug: 'empty' })
  expect(await exported('empty')).toEqual([])
  const csv = await root('GET', '/exports/rows?org=empty', { headers: { accept: 'text/csv' } })
  expect(csv.text).toMatch(/^mark,type,[^\r\n]+\r\n$/)
})

describe('more rows than a page', () => {
  const count = 1234
  let own: Seeded

  beforeAll(async () => {
    own = await seedOrg(root, 'many')
    await Promise.all(Array.from({ length: count }, () => postCall(admin.ledger, own)))
  })

  test('come each once, read page by page', async () => {
    reads = []
    const lines = await exported('many')
    expect(lines).toHaveLength(count)
    expect(new Set(lines.map(({ id }) => id)).size).toBe(count)
    expect(reads).toEqual([500, 500, 500])
  })

  test('up to as many as are asked for', async () => {
    reads = []
    expect(await exported('many&limit=501')).toEqual((await exported('many')).slice(0, 501))
    expect(reads.slice(0, 2)).toEqual([500, 1])
  })

  test('to the last, also where they fill their pages', async () => {
    const lines = await exported('many')
    expect(await exported(`many&after=${lines.at(-501)?.mark}`)).toEqual(lines.slice(-500))
  })

  test('are not read for who asks for the head alone', async () => {
    reads = []
    const answer = await root('HEAD', '/exports/rows?org=many')
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    expect(reads).toEqual([500])
  })
})

test('an org’s read key exports its own org without naming it', async () => {
  const own = adminClient(admin.url, org.readKey)
  expect((await own('GET', '/exports/rows')).text).toBe((await root('GET', '/exports/rows?org=exports')).text)
})

describe('400 naming the field', () => {
  for (const query of [
    'after=',
    'after=-1',
    'after=x',
    'after=1.5',
    'limit=0',
    'limit=',
    'limit=1e3',
    'from=1',
  ])
    test(query, async () => {
      const answer = await root('GET', `/exports/rows?org=exports&${query}`)
      expect(errorOf(answer)).toMatchObject({ status: 400, param: query.split('=')[0] })
    })
})
