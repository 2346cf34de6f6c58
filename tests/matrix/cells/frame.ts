import { expect } from 'vitest'
import type { Scene } from '../../support/wire/scene.ts'
import {
  addressOf,
  eventsOf,
  expectNothingHeld,
  expectReceipt,
  play,
  receiptOf,
  send,
  type Cell,
} from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'

/** However the provider's bytes come, the caller reads the same. */
async function framed(cell: Cell, scene: Scene): Promise<string> {
  const body = cell.client.body(plain, addressOf(cell))
  const { told, answered } = await play(cell, { text: spoken, usage, ...scene }, { body })
  expect(told).toMatchObject({ text: spoken, finish: cell.client.finishes.stop })
  return answered.id
}

export async function dribbled(cell: Cell): Promise<void> {
  await expectReceipt(cell, await framed(cell, { dribble: true }), usage)
}

export async function lined(cell: Cell): Promise<void> {
  await expectReceipt(cell, await framed(cell, { crlf: true, comments: true, dribble: true }), usage)
}

/** The provider leaves out what only marks the end. */
export async function unmarked(cell: Cell): Promise<void> {
  await expectReceipt(cell, await framed(cell, { noDone: true }), usage)
}

/** On Bedrock the usage is told in what may be missing: it is counted then, and the caller is not told any. */
export async function unmetered(cell: Cell): Promise<void> {
  const { world, client, upstream } = cell
  world.wires[upstream].next({ text: spoken, noDone: true })
  const answered = await send(cell, client.body(plain, addressOf(cell)))
  const told = client.readStream(eventsOf(answered.text))
  expect(told).toMatchObject({ text: spoken, finish: client.finishes.stop })
  expect(told.usage?.output ?? 0).toBe(0)
  const row = await receiptOf(world.tenant, answered.id)
  const output_tokens = Math.ceil(Buffer.byteLength(spoken) / 4)
  expect(row).toMatchObject({ outcome: 'ok', usage_source: 'counted', usage: { output_tokens } })
  await expectNothingHeld(cell)
}
