import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import { adminClient, seedOrg, type Seeded, type Send } from './client.ts'

/** A key's text, and what is stored of it, are in no answer but the one that made it. */

let gateway: Awaited<ReturnType<typeof startGateway>>
let root: Send
let org: Seeded

beforeAll(async () => {
  gateway = await startGateway()
  root = adminClient(gateway.url, gateway.adminKey)
  org = await seedOrg(root, 'secrets')
})
afterAll(() => gateway.stop())

test('no answer holds a key or its hash', async () => {
  const ask = adminClient(gateway.url, org.adminKey)
  const answers = [
    await ask('GET', '/keys'),
    await ask('GET', `/keys/${org.keyId}`),
    await ask('GET', '/limits'),
    await ask('GET', '/audit?limit=200'),
    await ask('GET', '/usage?group_by=key'),
    await ask('GET', '/requests'),
    await ask('GET', '/orgs'),
    await ask('GET', '/models'),
    await ask('GET', '/providers'),
    await ask('GET', `/keys/${org.callKey}`),
    await ask('POST', '/keys', { body: { name: 'X', [org.callKey]: 1, project: org.callKey } }),
    await ask('POST', '/keys', { body: { name: 'X', project: org.callKey } }),
    await ask('PATCH', `/keys/${org.keyId}`, { body: { name: 'X' } }),
    await ask('DELETE', `/keys/${org.keyId}`),
    await ask('GET', '/topups'),
    await ask('GET', '/adjustments'),
    await ask('GET', '/exports/rows'),
    await ask('GET', '/exports/rows', { headers: { accept: 'text/csv' } }),
    await ask('GET', `/limits?end_user=${org.callKey}`),
    await ask('POST', '/adjustments', { body: { key_id: org.callKey, charge: '1' } }),
    await ask('POST', '/topups', { body: { limit_id: org.callKey, amount: '1' } }),
  ]
  const unknownField = answers[10]
  const secrets = [gateway.adminKey, org.adminKey, org.readKey, org.callKey]
  for (const answer of answers) {
    for (const secret of secrets) {
      // A field that a caller named after a secret is named back to that caller alone.
      if (answer !== unknownField) expect(answer.text).not.toContain(secret)
      expect(answer.text).not.toContain(hashKey(secret))
    }
    expect(answer.headers.get('cache-control')).toBe('no-store')
  }
})
