import { expect } from 'vitest'
import type { Scene } from '../../support/wire/scene.ts'
import { validateError, validateStream } from '../../support/wire/validators/index.ts'
import { nanoOf } from '../../support/prices.ts'
import {
  addressOf,
  eventsOf,
  expectNothingHeld,
  passes,
  receiptOf,
  requestsTo,
  send,
  type Cell,
} from '../call.ts'
import { plain, usage } from '../scenes.ts'

/** Few events, none of which comes in one read with the end. */
export const wide = `${' '.repeat(20_000)}weir`.repeat(10)

const secret = 'Words of the provider.'

async function failing(cell: Cell, status: number) {
  cell.world.wires[cell.upstream].next({ error: { status, message: secret } })
  const answered = await send(cell, cell.client.body(plain, addressOf(cell)))
  const row = await receiptOf(cell.world.tenant, answered.id)
  expect({ ...row, charge: nanoOf(row.charge) }).toMatchObject({ outcome: 'failed', charge: 0n })
  await expectNothingHeld(cell)
  validateError(cell.client.dialect, JSON.parse(answered.text))
  return answered
}

/** What the caller did wrong is told in the caller's dialect. */
export async function refused(cell: Cell): Promise<void> {
  const answered = await failing(cell, 400)
  expect(answered.status).toBe(400)
  expect(answered.text).toContain(secret)
}

export async function limited(cell: Cell): Promise<void> {
  const answered = await failing(cell, 429)
  expect(answered.status).toBe(429)
  expect(answered.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(cell.client.errorCode(JSON.parse(answered.text))).toBe('provider_rate_limited')
  expect(answered.text).not.toContain(secret)
}

export async function broken(cell: Cell): Promise<void> {
  const answered = await failing(cell, 500)
  expect(answered.status).toBe(502)
  expect(cell.client.errorCode(JSON.parse(answered.text))).toBe('upstream_failed')
  expect(answered.text).not.toContain(secret)
}

/** The provider gives up in mid-stream, by an error of its own or by hanging up. */
async function interrupted(cell: Cell, scene: Scene): Promise<void> {
  const { client, world, upstream, stream } = cell
  world.wires[upstream].next({ text: wide, usage, ...scene })
  const answered = await send(cell, client.body(plain, addressOf(cell)))
  const row = await receiptOf(world.tenant, answered.id)
  expect(row.outcome).toBe('failed')
  await expectNothingHeld(cell)
  expect(requestsTo(cell).at(-1)?.status).toBe(200)
  expect(answered.status).toBe(stream ? 200 : 502)
  const error: unknown = stream ? eventsOf(answered.text).at(-1) : JSON.parse(answered.text)
  if (stream) expect(validateStream(client.dialect, answered.bytes).failed).toBe(true)
  else validateError(client.dialect, error)
  const words = JSON.stringify(error)
  if (scene.error && passes(cell)) {
    // The provider's own words, which the caller's program knows.
    expect(words).toContain(secret)
    return
  }
  expect(client.errorCode(error), words).toBe('upstream_failed')
  expect(answered.text.includes(secret)).toBe(false)
}

export function midway(cell: Cell): Promise<void> {
  if (!cell.stream) return interrupted(cell, { cutAfter: 400 })
  return interrupted(cell, { error: { status: 500, message: secret }, errorAfter: 9 })
}

export function hungUp(cell: Cell): Promise<void> {
  return interrupted(cell, { cutAfter: cell.stream ? 100_000 : 0 })
}
