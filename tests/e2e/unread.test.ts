import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { chat } from '../support/tenant.ts'
import { startWorld } from '../support/world.ts'

/** On Node only: on Workers the platform looks after its callers' connections. */
let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld({ host: 'node', start: startGateway }, { WEIR_IDLE_SECONDS: '0.5' })
}, 30_000)
afterAll(() => world.stop())

test('an unstreamed answer that nobody reads is cut, so that it does not stay in memory', async () => {
  const tenant = await world.tenant()
  world.simulators.acme.next({ text: 'x'.repeat(30_000_000) })
  const body = JSON.stringify(chat({}, { max_tokens: 9_000_000 }))
  const { hostname, port } = new URL(world.gateway.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  await once(socket, 'readable')
  expect(await tenant.onlyRow()).toMatchObject({ outcome: 'ok' })
  // Not reading, a socket learns of its end only by reading on.
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  socket.resume()
  await closed
  expect(socket.bytesRead).toBeLessThan(30_000_000)
})
