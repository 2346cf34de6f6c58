import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { Log, LogFields } from '../../../src/core/log.ts'
import type { Usage } from '../../../src/core/usage.ts'
import { adminApi } from '../../../src/http/admin/admin-api.ts'
import type { OpenCall, Settlement } from '../../../src/ledger/call.ts'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { nodeEdge } from '../../../src/platform/node/node-edge.ts'
import { sqliteLedger } from '../../../src/platform/node/sqlite-ledger.ts'
import { candidateOf, settlementOf } from '../../contracts/ledger/harness.ts'
import { testAdminKey } from '../../support/gateway.ts'
import { adminClient, type Seeded } from './client.ts'

type Line = readonly [level: string, event: string, fields: LogFields | undefined]

interface AdminOptions {
  /** Stands between the API and its ledger. */
  readonly around?: (ledger: Ledger) => Ledger
}

/** The admin API on a real socket and real SQLite files, in this process: so that a test can put rows into its books. */
export async function startAdmin({ around = (ledger) => ledger }: AdminOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'))
  const lines: Line[] = []
  const log: Log = (level, event, fields) => lines.push([level, event, fields])
  const ledger = sqliteLedger({ folder, durability: 'normal', leaseMs: 60_000, now: Date.now, log })
  const edge = nodeEdge({ maxBodyBytes: 1 << 20, idleSeconds: 60 })
  const admin = adminApi({
    ledger: around(ledger),
    rootKeyHash: async () => hashKey(testAdminKey),
    log,
    edge,
    catalogue: { models: new Map(), routes: new Map() },
    listProviders: () => [],
  })
  const app = new Hono().route('/admin/v1', admin)
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    key: testAdminKey,
    ledger,
    lines,
    root: adminClient(url, testAdminKey),
    /** Waits until no answer is being written any more. */
    drain: () => edge.drain(),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await ledger.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Posted extends Partial<Pick<OpenCall, 'id' | 'endUser' | 'tags'>> {
  /** Tokens, and nanoUSD in `cost`. */
  readonly used?: Partial<Usage & { cost: number }>
  readonly settlement?: Partial<Settlement>
  readonly openedAt?: number
}

/** Puts a call of the org's key into the books, as if it had just been made; answers with its id. */
export async function postCall(ledger: Ledger, org: Seeded, posted: Posted = {}): Promise<string> {
  const { used = {}, settlement = {}, openedAt = Date.now(), ...call } = posted
  const id = call.id ?? newId('req', org.slug)
  const receipt = await ledger.book.post(org.slug, {
    call: {
      keyHash: hashKey(org.callKey),
      policyVersion: '1',
      candidates: [candidateOf({})],
      ...call,
      id,
    },
    openedAt,
    settlement: settlementOf(id, used, settlement),
  })
  expect(receipt).toMatchObject({ kind: 'receipt', id })
  return id
}
