import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { adminClient, create, errorOf, type Send } from './client.ts'

/** Limits say exactly what they mean, or are refused. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let base: Record<string, unknown>

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  await create(root, '/orgs', { name: 'Limits', slug: 'limits' })
  const key = await create(root, '/keys', { org: 'limits', name: 'K' })
  base = { org: 'limits', scope: { type: 'key', id: key.id }, metric: 'cost', per: 'month', amount: 1 }
})
afterAll(() => gateway.stop())

describe('money comes out as it went in', () => {
  // A body as text, so that numbers are what the wire says and not what JavaScript would write.
  const amounts: [written: string, answered: string][] = [
    ['"0.1"', '0.1'],
    ['0.1', '0.1'],
    ['0.3', '0.3'],
    ['1e-9', '0.000000001'],
    ['1.5e-7', '0.00000015'],
    ['0.0000012', '0.0000012'],
    ['12.50', '12.5'],
    ['"12.500000000000"', '12.5'],
    ['123456.123456789', '123456.123456789'],
    ['"3999999.999999999"', '3999999.999999999'],
    ['4e6', '4000000'],
    ['"4000000.000000000"', '4000000'],
    ['0', '0'],
    ['"0"', '0'],
  ]
  for (const [written, answered] of amounts) {
    test(`${written} is ${answered}`, async () => {
      const body = JSON.stringify({ ...base, amount: '@' }).replace('"@"', written)
      const made = await root('POST', '/limits', { body })
      expect(made, made.text).toMatchObject({ status: 201, body: { amount: answered } })
      const { id } = JSON.parse(made.text)
      expect((await root('GET', `/limits/${id}`)).body).toMatchObject({
        amount: answered,
        spent: '0',
        held: '0',
        remaining: answered,
      })
    })
  }

  const refused = [
    '"0.0000000001"',
    '1e-10',
    '0.1234567891',
    '4000000.01',
    '"4000000.000000001"',
    '1e21',
    '-1',
    '"-1"',
  ]
  for (const written of [...refused, '"1,5"', '"1e3"', '""', '" 1"', '"١"', 'null', 'true', '[1]']) {
    test(`${written} is refused`, async () => {
      const body = JSON.stringify({ ...base, amount: '@' }).replace('"@"', written)
      expect(errorOf(await root('POST', '/limits', { body }))).toMatchObject({ status: 400, param: 'amount' })
    })
  }
})

const globs = (count: number, length: number) => Array.from({ length: count }, () => 'm'.repeat(length))
const wrong: [name: string, change: Record<string, unknown>, param: string][] = [
  ['no metric', { metric: undefined }, 'metric'],
  ['an unknown metric', { metric: 'images' }, 'metric'],
  ['no period', { per: undefined }, 'per'],
  ['an unknown period', { per: 'year' }, 'per'],
  ['a period for concurrency', { metric: 'concurrency', per: 'day' }, 'per'],
  ['no amount', { amount: undefined }, 'amount'],
  ['a part of a request', { metric: 'requests', amount: 1.5 }, 'amount'],
  ['a number in quotes for a count', { metric: 'requests', amount: '5' }, 'amount'],
  ['fewer than none', { metric: 'tokens', amount: -1 }, 'amount'],
  ['too many', { metric: 'tokens', amount: 1e12 + 1 }, 'amount'],
  ['a burst of a budget', { burst: 1 }, 'burst'],
  ['a burst that is no amount', { metric: 'requests', per: 'minute', amount: 5, burst: 0.5 }, 'burst'],
  ['no scope', { scope: undefined }, 'scope'],
  ['an unknown scope', { scope: { type: 'user', id: '*' } }, 'scope.type'],
  ['a scope without an id', { scope: { type: 'project' } }, 'scope.id'],
  ['an unknown field in the scope', { scope: { type: 'org', name: 'x' } }, 'scope.name'],
  ['an end user without a name', { scope: { type: 'end_user' } }, 'scope.id'],
  ['an end user of no characters', { scope: { type: 'end_user', id: '' } }, 'scope.id'],
  ['an end user of 257 characters', { scope: { type: 'end_user', id: 'x'.repeat(257) } }, 'scope.id'],
  ['half a character as an end user', { scope: { type: 'end_user', id: '\ud83c' } }, 'scope.id'],
  ['an unknown mode', { mode: 'off' }, 'mode'],
  ['an unknown when_short', { when_short: 'queue' }, 'when_short'],
  ['an unknown on_lost', { on_lost: 'refund' }, 'on_lost'],
  ['clamping of requests', { metric: 'requests', amount: 1, when_short: 'clamp' }, 'when_short'],
  ['clamping of input', { metric: 'input_tokens', amount: 1, when_short: 'clamp' }, 'when_short'],
  [
    'clamping of calls under way',
    { metric: 'concurrency', per: undefined, when_short: 'clamp' },
    'when_short',
  ],
  ['a zone of a rate', { metric: 'tokens', per: 'hour', timezone: 'Asia/Shanghai' }, 'timezone'],
  ['a zone of a lifetime', { per: 'lifetime', timezone: 'UTC' }, 'timezone'],
  ['an unknown zone', { timezone: 'Mars/Olympus' }, 'timezone'],
  ['an ambiguous zone', { timezone: 'IST' }, 'timezone'],
  ['an offset for a zone', { timezone: '+08:00' }, 'timezone'],
  ['no models', { models: [] }, 'models'],
  ['51 globs', { models: globs(51, 1) }, 'models'],
  ['a glob of 101 characters', { models: ['ok', ...globs(1, 101)] }, 'models[1]'],
]

describe('400 naming the field', () => {
  for (const [name, change, param] of wrong) {
    test(name, async () => {
      const answer = await root('POST', '/limits', { body: { ...base, ...change } })
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request', param })
      expect(errorOf(answer).message).toContain(param)
    })
  }

  test('in a limit that comes with a key', async () => {
    const limits = [
      { metric: 'requests', per: 'day', amount: 1 },
      { metric: 'requests', amount: 1 },
    ]
    const answer = await root('POST', '/keys', { body: { org: 'limits', name: 'K', limits } })
    expect(errorOf(answer)).toMatchObject({ status: 400, param: 'limits[1].per' })
  })

  test('the most that is allowed is allowed', async () => {
    const terms = { metric: 'tokens', per: 'hour', amount: 1e12, burst: 1e12, models: globs(50, 100) }
    expect(await create(root, '/limits', { ...base, ...terms })).toMatchObject(terms)
    expect(
      await create(root, '/limits', { ...base, metric: 'concurrency', per: undefined, amount: 0 }),
    ).toMatchObject({
      per: null,
      amount: 0,
    })
  })
})

describe('a body', () => {
  test('that is not JSON is 400', async () => {
    expect(errorOf(await root('POST', '/limits', { body: '{"amount":' }))).toMatchObject({ status: 400 })
  })
  test('that is no object is 400', async () => {
    expect(errorOf(await root('POST', '/limits', { body: '[]' }))).toMatchObject({
      status: 400,
      param: 'body',
    })
  })
  test('of another type is 415', async () => {
    const answer = await root('POST', '/limits', { body: 'a=1', headers: { 'content-type': 'text/plain' } })
    expect(errorOf(answer)).toMatchObject({ status: 415, code: 'unsupported_encoding' })
  })
  test('above 1 MiB is 413', async () => {
    const answer = await root('POST', '/limits', { body: { ...base, note: 'x'.repeat(1 << 20) } })
    expect(errorOf(answer)).toMatchObject({ status: 413, code: 'request_too_large' })
  })
})

describe('a change', () => {
  test('of the amount leaves the burst, and the other way round', async () => {
    const { id } = await create(root, '/limits', {
      ...base,
      metric: 'requests',
      per: 'minute',
      amount: 10,
      burst: 4,
    })
    const change = async (body: unknown) => (await root('PATCH', `/limits/${id}`, { body })).body
    expect(await change({ amount: 20 })).toMatchObject({ amount: 20, burst: 4, remaining: 4 })
    expect(await change({ burst: 6 })).toMatchObject({ amount: 20, burst: 6, remaining: 6 })
    expect(await change({ amount: 1, burst: 1 })).toMatchObject({ amount: 1, burst: 1 })
  })

  test('is checked like the limit that it changes', async () => {
    const { id } = await create(root, '/limits', base)
    const change = async (body: unknown) => errorOf(await root('PATCH', `/limits/${id}`, { body }))
    expect(await change({ amount: '0.0000000001' })).toMatchObject({ status: 400, param: 'amount' })
    expect(await change({ burst: 1 })).toMatchObject({ status: 400, param: 'burst' })
    expect(await change({ metric: 'tokens' })).toMatchObject({ status: 400, param: 'metric' })
    expect(await change({ when_short: 'clamp', mode: 'off' })).toMatchObject({ status: 400, param: 'mode' })
    expect(await change({ timezone: 'UTC' })).toMatchObject({ status: 400, param: 'timezone' })
    expect(await change({})).toMatchObject({ status: 400, param: 'body' })
    expect((await root('PATCH', `/limits/${id}`, { body: { amount: 1e-7 } })).body).toMatchObject({
      amount: '0.0000001',
    })
  })
})

test('a deleted limit is gone', async () => {
  const { id } = await create(root, '/limits', base)
  expect(await root('DELETE', `/limits/${id}`)).toMatchObject({ status: 200, body: { id } })
  for (const method of ['GET', 'DELETE']) expect((await root(method, `/limits/${id}`)).status).toBe(404)
})
