import { expect } from 'vitest'
import type { Scene } from '../../support/wire/scene.ts'
import { addressOf, expectReceipt, play, receiptOf, type Cell } from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'

/** However the provider's bytes come, the caller reads the same. */
async function framed(cell: Cell, scene: Scene): Promise<string> {
  const body = cell.client.body(plain, addressOf(cell))
  const { told, answered } = await play(cell, { text: spoken, usage, ...scene }, body)
  expect(told).toMatchObject({ text: spoken, finish: cell.client.finishes.stop })
  return answered.id
}

export async function dribbled(cell: Cell): Promise<void> {
  await expectReceipt(cell, await framed(cell, { dribble: true }), usage)
}

export async function lined(cell: Cell): Promise<void> {
  await expectReceipt(cell, await framed(cell, { crlf: true, comments: true, dribble: true }), usage)
}

/** The provider leaves out what only marks the end. On Bedrock that is where the usage is told. */
export async function unmarked(cell: Cell): Promise<void> {
  const id = await framed(cell, { noDone: true })
  if (cell.upstream !== 'bedrock') await expectReceipt(cell, id, usage)
  else expect(await receiptOf(cell.world.tenant, id)).toMatchObject({ outcome: 'ok', usage_source: 'counted' })
}
