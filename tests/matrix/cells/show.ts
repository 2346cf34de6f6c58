import { expect } from 'vitest'
import { addressOf, expectReceipt, play, type Cell } from '../call.ts'
import { plain, png, schema, spoken, usage } from '../scenes.ts'

/** A picture by its bytes. */
export async function image(cell: Cell): Promise<void> {
  const ask = { ...plain, image: { mediaType: 'image/png', data: png } }
  const body = cell.client.body(ask, addressOf(cell))
  const { told, seen, answered } = await play(cell, { text: spoken, usage }, { body })
  expect(told.text).toBe(spoken)
  expect(JSON.stringify(seen.body)).toContain(png)
  expect(answered.headers.get('x-weir-dropped')).toBeNull()
  await expectReceipt(cell, answered.id, usage)
}

/** An answer that fits a schema: the provider makes one up for the schema that it got. */
export async function structured(cell: Cell): Promise<void> {
  const body = cell.client.body({ ...plain, schema }, addressOf(cell))
  const { told, seen, answered } = await play(cell, { usage }, { body })
  expect(JSON.parse(told.text)).toEqual({ title: 'text', year: 1 })
  expect(JSON.stringify(seen.body)).toContain('title')
  expect(answered.headers.get('x-weir-dropped')).toBeNull()
  await expectReceipt(cell, answered.id, usage)
}

/** The same of a model that keeps to no schema but that of a tool: the tool's arguments are the answer. */
export async function structuredByTool(cell: Cell): Promise<void> {
  const { client } = cell
  const body = client.body({ ...plain, schema }, addressOf(cell))
  const values = { title: 'text', year: 1 }
  const scene = { calls: [{ name: 'weir_json_answer', arguments: values }], usage }
  const { told, answered } = await play(cell, scene, { body })
  expect(JSON.parse(told.text)).toEqual(values)
  expect(told).toMatchObject({ calls: [], finish: client.finishes.stop })
  await expectReceipt(cell, answered.id, usage)
}
