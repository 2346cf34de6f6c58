import { Hono } from 'hono'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { clientDialects } from '../../../src/dialects/index.ts'
import { BodyBudget } from '../../../src/http/body-budget.ts'
import type { CallerEnv } from '../../../src/http/deps.ts'
import type { Edge } from '../../../src/http/edge.ts'
import { callModel } from '../../../src/http/v1/call.ts'
import { sqliteStore } from '../../../src/platform/node/sqlite-store.ts'
import { request, stream, worldWith } from '../../pipeline/two-providers.ts'

test('a stream that cannot be handed to the caller ends at the provider, is settled, and gives back what it held', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const world = await worldWith([stream])
  const caller = world.callerWith()
  const bytes = new Uint8Array(Buffer.from(JSON.stringify({ ...request, stream: true })))
  const edge: Edge = {
    maxBytesInFlight: 1e6,
    caller: () => caller,
    readBody: async (_, take) => take(bytes),
    deliver: () => {
      throw new TypeError('Invalid character in header content')
    },
  }
  const deps = {
    ...world.deps,
    edge,
    bodies: new BodyBudget(edge, 1e6),
    store: sqliteStore(folder, Date.now),
  }
  const app = new Hono<CallerEnv>().post('/', callModel(deps, clientDialects['openai-chat']))
  app.onError((_, c) => c.body(null, 500))
  expect((await app.request('/', { method: 'POST', body: bytes })).status).toBe(500)
  await caller.finished()
  expect(await world.rows()).toMatchObject([{ outcome: 'cancelled' }])
  expect(await world.counts()).toMatchObject({ cost: { held: 0 }, concurrency: { held: 0 } })
  expect(world.sent[0]?.exchange.aborted).toBeDefined()
})
