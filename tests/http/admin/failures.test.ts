import { describe, expect, test } from 'vitest'
import type { LogFields } from '../../../src/core/log.ts'
import { adminApi } from '../../../src/http/admin/admin-api.ts'
import type { AdminDeps } from '../../../src/http/admin/deps.ts'
import { connectLedger } from '../../../src/ledger/connect.ts'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import { nodeEdge } from '../../../src/platform/node/node-edge.ts'

/** What admins see, and operators read in the log, when the gateway itself cannot. */

const rootKey = 'wradm_0123456789abcdef'
const down = async () => {
  throw new Error(`no answer for ${rootKey} or wr_acme_secret_check`)
}

function startBroken(changes: Partial<AdminDeps> = {}) {
  const lines: [string, string, LogFields | undefined][] = []
  const app = adminApi({
    ledger: connectLedger({ book: () => down, directory: down, close: down }),
    rootKeyHash: async () => hashKey(rootKey),
    log: (...line) => lines.push([line[0], line[1], line[2]]),
    catalogue: { models: new Map(), routes: new Map() },
    edge: nodeEdge({ maxBodyBytes: 1024, idleSeconds: 1 }),
    listProviders: () => [],
    ...changes,
  })
  return {
    lines,
    get: (path: string) => app.request(path, { headers: { authorization: `Bearer ${rootKey}` } }),
  }
}

describe('a ledger out of reach', () => {
  test('is 503 ledger_unavailable, and logged without secrets', async () => {
    const { get, lines } = startBroken()
    const response = await get('/orgs/acme')
    expect(response.status).toBe(503)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({ error: { code: 'ledger_unavailable' } })
    expect(lines).toMatchObject([
      ['error', 'admin-request-failed', { code: 'ledger_unavailable', method: 'GET' }],
    ])
    expect(JSON.stringify(lines)).toContain('no answer')
    expect(JSON.stringify(lines)).not.toMatch(/0123456789|secret/)
  })

  test('also where the root key is kept', async () => {
    const response = await startBroken({ rootKeyHash: down }).get('/models')
    expect(await response.json()).toMatchObject({ error: { code: 'ledger_unavailable' } })
  })
})

test('without a root key every route is 503 admin_disabled', async () => {
  const { get, lines } = startBroken({ rootKeyHash: async () => undefined })
  for (const path of ['/orgs', '/models', '/nothing']) {
    const response = await get(path)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('WEIR_ADMIN_KEY')
  }
  expect(lines).toEqual([])
})

test('a mistake of ours is 500 and says nothing of itself', async () => {
  const { get, lines } = startBroken({
    listProviders: () => {
      throw new TypeError('x is not a function')
    },
  })
  const response = await get('/providers')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('is not a function')
  expect(lines).toMatchObject([
    ['error', 'admin-request-failed', { reason: 'TypeError: x is not a function' }],
  ])
})
