import { expect } from 'vitest'
import { isObject, type Json } from '../../support/simulator/json.ts'
import { validateStream } from '../../support/wire/validators/index.ts'
import type { Client } from '../ask.ts'
import { addressOf, expectReceipt, receiptOf, send, type Answered, type Cell } from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'
import { wide } from './fail.ts'

/** The same client, which does not ask for events: it gets one array that grows. */
function withoutEvents(client: Client): Client {
  return { ...client, path: (addressed) => client.path(addressed).replace('?alt=sse', '') }
}

function elementsOf(cell: Cell, { bytes, text }: Answered): { failed: boolean; elements: readonly Json[] } {
  const { failed } = validateStream(cell.client.dialect, bytes)
  const elements: unknown = JSON.parse(text)
  return { failed, elements: Array.isArray(elements) ? elements.filter(isObject) : [] }
}

export async function array(cell: Cell): Promise<void> {
  const client = withoutEvents(cell.client)
  cell.world.wires[cell.upstream].next({ text: spoken, usage })
  const answered = await send({ ...cell, client }, client.body(plain, addressOf(cell)))
  expect(answered.headers.get('content-type')).toContain('application/json')
  const { failed, elements } = elementsOf(cell, answered)
  expect(failed).toBe(false)
  expect(client.readStream(elements)).toMatchObject({ text: spoken, finish: client.finishes.stop })
  await expectReceipt(cell, answered.id, usage)
}

export async function brokenArray(cell: Cell): Promise<void> {
  const client = withoutEvents(cell.client)
  cell.world.wires[cell.upstream].next({ text: wide, usage, cutAfter: 100_000 })
  const answered = await send({ ...cell, client }, client.body(plain, addressOf(cell)))
  expect((await receiptOf(cell.world.tenant, answered.id)).outcome).toBe('failed')
  const { failed, elements } = elementsOf(cell, answered)
  expect(failed).toBe(true)
  expect(client.errorCode(elements.at(-1))).toBe('upstream_failed')
}
