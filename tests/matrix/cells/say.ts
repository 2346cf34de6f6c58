import { expect } from 'vitest'
import type { Scene, WireFinish } from '../../support/wire/scene.ts'
import { cap } from '../ask.ts'
import { addressOf, expectReceipt, passes, play, type Cell } from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'
import { toldBy } from '../upstreams.ts'

/** Words: who asked gets them, with why they ended and what they took. */
export async function text(cell: Cell): Promise<void> {
  const { client, upstream } = cell
  const body = client.body(plain, addressOf(cell))
  const { told, seen, answered } = await play(cell, { text: spoken, usage }, { body })
  expect(told).toMatchObject({ text: spoken, finish: client.finishes.stop, calls: [], reasoning: '' })
  expect(told.model).toBe(passes(cell) ? cell.model : addressOf(cell).model)
  expect(told.usage).toBeDefined()
  expect(toldBy(upstream, usage)).toMatchObject(told.usage ?? {})
  const up = JSON.stringify(seen.body)
  expect(up).toContain(plain.system)
  expect(up).toContain(plain.text)
  expect(up).toContain(String(cap))
  expect(answered.headers.get('x-weir-dropped')).toBeNull()
  await expectReceipt(cell, answered.id, usage)
}

async function ending(cell: Cell, scene: Scene, finish: WireFinish): Promise<void> {
  const { client } = cell
  const body = client.body(plain, addressOf(cell))
  const { told, answered } = await play(cell, { ...scene, usage }, { body })
  expect(told).toMatchObject({ text: scene.text, finish: client.finishes[finish] })
  await expectReceipt(cell, answered.id, usage)
}

export function length(cell: Cell): Promise<void> {
  return ending(cell, { text: 'And then', finish: 'length' }, 'length')
}

export function filtered(cell: Cell): Promise<void> {
  return ending(cell, { text: 'I will', finish: 'content_filter' }, 'content_filter')
}

/** Nothing at all was said. */
export async function silence(cell: Cell): Promise<void> {
  const body = cell.client.body(plain, addressOf(cell))
  const { told, answered } = await play(cell, { text: '', usage }, { body })
  expect(told).toMatchObject({ text: '', calls: [], finish: cell.client.finishes.stop })
  await expectReceipt(cell, answered.id, usage)
}

/** The model will not. Where a dialect has no word for that, the refusal is its text. */
export async function refusal(cell: Cell): Promise<void> {
  const body = cell.client.body(plain, addressOf(cell))
  const { told, answered } = await play(cell, { refusal: 'I will not.', usage }, { body })
  expect(told.text + told.refusal).toBe('I will not.')
  expect(told.finish).toBe(cell.client.finishes.stop)
  await expectReceipt(cell, answered.id, usage)
}

/** Providers that tell that a stop sequence ended the answer, and not only that it ended. */
const tellsStops: readonly string[] = ['anthropic', 'bedrock']

export async function stopped(cell: Cell): Promise<void> {
  const { client, upstream } = cell
  const body = client.body({ ...plain, stop: 'HALT' }, addressOf(cell))
  const { told, seen } = await play(cell, { text: spoken, stopSequence: 'HALT', usage }, { body })
  const finish = tellsStops.includes(upstream) ? 'stop_sequence' : 'stop'
  expect(told).toMatchObject({ text: spoken, finish: client.finishes[finish] })
  expect(JSON.stringify(seen.body)).toContain('HALT')
}
