import { expect } from 'vitest'
import { chat, type Tenant } from './tenant.ts'
import { errorSchema, type WireError } from './wire.ts'
import type { World } from './world.ts'

/** An answer that is an error in OpenAI's envelope, with an id that the caller can name to the operator. */
export async function readRefusal(answer: Response): Promise<WireError & { status: number }> {
  const text = await answer.text()
  expect(answer.headers.get('content-type'), text).toBe('application/json')
  expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
  const { error } = errorSchema.parse(JSON.parse(text))
  expect(error.request_id).toBe(answer.headers.get('x-request-id'))
  return { status: answer.status, ...error }
}

/** How many requests the simulators got in all. */
export function sentInAll({ simulators }: World): number {
  return Object.values(simulators).reduce((sum, { requests }) => sum + requests.length, 0)
}

/** A refused call costs nothing: nothing is sent, held or charged, there is no row, and the next call works. */
export async function expectFreeOfCharge(
  world: World,
  tenant: Tenant,
  refused: () => Promise<void>,
): Promise<void> {
  const sent = sentInAll(world)
  const rows = await tenant.rows()
  const limits = await tenant.limits()
  await refused()
  expect(sentInAll(world)).toBe(sent)
  expect(await tenant.rows()).toEqual(rows)
  expect(await tenant.limits()).toEqual(limits)
  const next = await tenant.post(chat({ words: 1 }))
  expect(next.status, await next.text()).toBe(200)
  await tenant.settled(rows.length + 1)
}
