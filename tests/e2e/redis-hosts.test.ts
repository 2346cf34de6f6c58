import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { gather, sendAll } from '../support/burst.ts'
import { startRedis, type RunningRedis } from '../support/redis.ts'
import { chat } from '../support/tenant.ts'
import { startWorkerGateway } from '../support/worker-gateway.ts'
import { startWorld } from '../support/world.ts'

const budget = { metric: 'requests', per: 'day', amount: 30 }

describe('gateways that share a Redis: one on Node, one in workerd', () => {
  let redis: RunningRedis
  let world: Awaited<ReturnType<typeof startWorld>>
  let worker: Awaited<ReturnType<typeof startWorkerGateway>>

  beforeAll(async () => {
    redis = await startRedis()
    const { url } = redis
    const env = { WEIR_LEDGER: url }
    world = await startWorld({ host: 'node', start: (options) => startGateway(options) }, env)
    worker = await startWorkerGateway({ ...world.options, redis: url })
  }, 60_000)

  afterAll(async () => {
    await worker.stop()
    await world.stop()
    await redis.stop()
  })

  it('grants a quota once, whichever gateway is asked', async () => {
    const tenant = await world.tenant({ orgLimits: [budget] })
    const elsewhere = tenant.at(worker)
    const { passed, refused } = await gather(
      sendAll(100, (index) => (index % 2 === 0 ? tenant : elsewhere).post(chat())),
    )
    expect(passed).toBe(30)
    for (const { code } of refused) expect(['budget_held', 'quota_exceeded']).toContain(code)
    await tenant.settled(30)
    expect(await tenant.usage()).toMatchObject({ requests: 30 })
  })

  it('says 503 while Redis is away, sends nothing, and goes on when it is back', async () => {
    const tenant = await world.tenant()
    const elsewhere = tenant.at(worker)
    for (const side of [tenant, elsewhere]) expect((await side.post(chat())).status).toBe(200)
    const sent = world.simulators.acme.requests.length
    await redis.kill()
    for (const side of [tenant, elsewhere]) {
      const answer = await side.post(chat())
      expect(answer.status).toBe(503)
      expect(await answer.json()).toMatchObject({ error: { code: 'ledger_unavailable' } })
    }
    expect(world.simulators.acme.requests.length).toBe(sent)
    await redis.restart()
    for (const side of [tenant, elsewhere])
      await expect.poll(async () => (await side.post(chat())).status, { timeout: 10_000 }).toBe(200)
    await tenant.settled(4)
  })

  it('revokes a key at once for both', async () => {
    const tenant = await world.tenant()
    const elsewhere = tenant.at(worker)
    expect((await elsewhere.post(chat())).status).toBe(200)
    await tenant.admin('DELETE', `/keys/${tenant.keyId}`)
    expect((await elsewhere.post(chat())).status).toBe(401)
    expect((await tenant.post(chat())).status).toBe(401)
  })
})
