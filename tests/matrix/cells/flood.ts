import { readFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { addressOf, expectNothingHeld, receiptOf, requestsTo, type Cell } from '../call.ts'
import { plain } from '../scenes.ts'

const megabyte = 1_000_000

/** Memory of a process, in bytes. */
function memoryOf(pid: number | undefined): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** An answer of which nothing is read, and how to leave it. */
function startUnread(cell: Cell): Promise<{ answer: IncomingMessage; leave: () => void }> {
  const { client, world } = cell
  return new Promise((resolve, reject) => {
    const sending = request(world.gateway.url + client.path(addressOf(cell)), {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...client.headers(world.tenant.key) },
    })
    sending.on('error', reject)
    sending.on('response', (answer) => {
      answer.on('error', () => {})
      resolve({ answer, leave: () => sending.destroy() })
    })
    sending.end(JSON.stringify(client.body(plain, addressOf(cell))))
  })
}

/** How much the provider had sent once it sent no more. */
async function standstill(cell: Cell): Promise<number> {
  for (let last = -1, still = 0; ;) {
    await setTimeout(50)
    const sent = requestsTo(cell).at(-1)?.sentBytes ?? 0
    still = sent === last ? still + 1 : 0
    if (still >= 10) return sent
    last = sent
  }
}

/** A caller that does not read is waited for, and nothing piles up meanwhile. */
export async function flood(cell: Cell): Promise<void> {
  const { world, upstream } = cell
  const { pid } = world.gateway.process
  world.wires[upstream].next({ flood: 400 * megabyte })
  const before = memoryOf(pid)
  const { answer, leave } = await startUnread(cell)
  const sent = await standstill(cell)
  // What sockets of this machine hold on two ways, and no more.
  expect(sent).toBeLessThan(40 * megabyte)
  expect(memoryOf(pid) - before).toBeLessThan(100 * megabyte)
  expect(requestsTo(cell).at(-1)).toMatchObject({ aborted: false, finished: false })
  leave()
  await world.wires[upstream].until(() => requestsTo(cell).at(-1)?.aborted === true)
  const row = await receiptOf(world.tenant, String(answer.headers['x-request-id']))
  expect(row).toMatchObject({ outcome: 'cancelled', usage_source: 'counted' })
  await expectNothingHeld(cell)
}
