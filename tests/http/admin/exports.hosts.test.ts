import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Gateway } from '../../support/gateway.ts'
import { hosts } from '../../support/hosts.ts'
import { adminClient, callModel, create, errorOf, seedOrg, type Send } from './client.ts'

/** An export is the same wherever the gateway runs. */

describe.each(hosts)('an export ($host)', ({ start }) => {
  let gateway: Gateway
  let root: Send
  const calls: string[] = []
  let correction: string

  beforeAll(async () => {
    gateway = await start({})
    root = adminClient(gateway.url, gateway.adminKey)
    const { callKey } = await seedOrg(root, 'taken')
    for (let i = 0; i < 3; i++) calls.push(await callModel(gateway.url, { root, key: callKey }))
    correction = (await create(root, '/adjustments', { request_id: calls[1], charge: '-0.01' })).id
  }, 30_000)
  afterAll(() => gateway.stop())

  const ids = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).id)

  test('streams every row, and goes on after a mark', async () => {
    const answer = await root('GET', '/exports/rows?org=taken')
    expect(answer, answer.text).toMatchObject({ status: 200 })
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(ids(answer.text)).toEqual([...calls, correction])
    const { mark } = JSON.parse(answer.text.split('\n')[1] ?? '')
    expect(ids((await root('GET', `/exports/rows?org=taken&after=${mark}`)).text)).toEqual([
      calls[2],
      correction,
    ])
  })

  test('is CSV where that is asked for', async () => {
    const answer = await root('GET', '/exports/rows?org=taken', { headers: { accept: 'text/csv' } })
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [head, ...rows] = answer.text.split('\r\n')
    expect(head).toMatch(/^mark,type,id,/)
    expect(rows.slice(0, -1).map((row) => row.split(',')[2])).toEqual([...calls, correction])
  })

  test('of an org without rows is empty, and of none 404', async () => {
    await create(root, '/orgs', { name: 'Empty', slug: 'emptied' })
    expect(await root('GET', '/exports/rows?org=emptied')).toMatchObject({ status: 200, text: '' })
    expect(await root('HEAD', '/exports/rows?org=taken')).toMatchObject({ status: 200, text: '' })
    expect(errorOf(await root('GET', '/exports/rows?org=nobody'))).toMatchObject({ status: 404 })
  })
})
