import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startGateway, testAdminKey, type NodeGateway } from '../support/gateway.ts'
import { startCall } from '../support/leaving.ts'
import { rawConnection } from '../support/raw.ts'
import { chat } from '../support/tenant.ts'
import { startWorld } from '../support/world.ts'

/** How a Node gateway goes, and that only one at a time has a folder. */

const startNode = () => startWorld({ host: 'node', start: startGateway })

async function exitOf({ process }: NodeGateway): Promise<unknown> {
  if (process.exitCode !== null) return process.exitCode
  const [code] = (await once(process, 'exit')) as [number | null]
  return code
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s a stream goes on to its end, is settled, and the gateway leaves with 0',
  async (signal) => {
    const world = await startNode()
    const gateway = world.gateway as NodeGateway
    const tenant = await world.tenant()
    const { acme } = world.simulators
    const caller = startCall(gateway, tenant.key, {
      body: chat(
        { wait_for: 'end', wait_after: 4 },
        { stream: true, stream_options: { include_usage: true } },
      ),
    })
    await acme.arrived('end')
    await caller.received(acme.lastAnswer(0).length)
    const exit = exitOf(gateway)
    gateway.process.kill(signal)
    await expect
      .poll(() =>
        fetch(`${gateway.url}/health`).then(
          () => 'answers',
          () => 'refuses',
        ),
      )
      .toBe('refuses')
    expect(gateway.process.exitCode).toBeNull()
    acme.release('end')
    await caller.ended
    expect(caller.body().toString()).toBe(acme.lastAnswer(0).toString())
    expect(await exit).toBe(0)
    const again = await startGateway({ ...world.options, folder: gateway.folder })
    expect(await tenant.at(again).rows()).toMatchObject([{ outcome: 'ok', usage_source: 'exact' }])
    expect(await tenant.at(again).held()).toBe(0)
    await again.stop()
    await world.stop()
  },
)

test('connections that are kept alive, or were never used, hold nobody up', async () => {
  const world = await startNode()
  const gateway = world.gateway as NodeGateway
  const tenant = await world.tenant()
  const unused = await rawConnection(gateway.url)
  const kept = await rawConnection(gateway.url)
  const body = JSON.stringify(chat({ wait_for: 'end', wait_after: 4 }, { stream: true }))
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer ${tenant.key}`
  kept.write(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  await world.simulators.acme.arrived('end')
  const exit = exitOf(gateway)
  gateway.process.kill('SIGTERM')
  await unused.closed
  expect(gateway.process.exitCode).toBeNull()
  world.simulators.acme.release('end')
  expect((await kept.answer()).body.toString()).toContain('[DONE]')
  expect(await exit).toBe(0)
  await world.stop()
})

test('a caller that leaves while the gateway stops is settled, too', async () => {
  const world = await startNode()
  const gateway = world.gateway as NodeGateway
  const tenant = await world.tenant()
  const { acme } = world.simulators
  const caller = startCall(gateway, tenant.key, {
    body: chat({ wait_for: 'never', wait_after: 4 }, { stream: true }),
  })
  await acme.arrived('never')
  await caller.received(acme.lastAnswer(0).length)
  const exit = exitOf(gateway)
  gateway.process.kill('SIGTERM')
  await expect.poll(() => gateway.output()).toContain('shutdown-begun')
  caller.leave()
  expect(await exit).toBe(0)
  const again = await startGateway({ ...world.options, folder: gateway.folder })
  expect(await tenant.at(again).rows()).toMatchObject([{ outcome: 'cancelled', usage_source: 'counted' }])
  await again.stop()
  await world.stop()
})

test('a second gateway on the same folder refuses to start and says why; the first goes on', async () => {
  const world = await startNode()
  const { folder } = world.gateway as NodeGateway
  const second = spawn(process.execPath, ['src/node.ts'], {
    env: { PATH: process.env['PATH'], PORT: '0', WEIR_DATA: folder, WEIR_ADMIN_KEY: testAdminKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [second.stdout, second.stderr])
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [code] = (await once(second, 'close')) as [number]
  expect(code).toBe(1)
  expect(said).toContain(folder)
  expect(said).toMatch(/another (gateway|process)/i)
  expect(said).not.toContain('listens')
  const tenant = await world.tenant()
  expect((await tenant.post(chat())).status).toBe(200)
  await world.stop()
})
