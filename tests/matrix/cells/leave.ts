import { expect } from 'vitest'
import { addressOf, expectNothingHeld, nextRow, receiptOf, request, requestsTo, type Cell } from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'

const tellsInput: readonly string[] = ['anthropic', 'gemini']

/** The caller goes away: the provider is left at once, and the call is settled. */
export async function leaving(cell: Cell): Promise<void> {
  const { client, stream, world, upstream } = cell
  const wire = world.wires[upstream]
  const before = requestsTo(cell).length
  const leave = new AbortController()
  wire.next(stream ? { text: spoken, usage, hangAfter: 6 } : { hang: true })
  const settled = await nextRow(cell)
  const answer = request(cell, client.body(plain, addressOf(cell)), { signal: leave.signal })
  answer.catch(() => {})
  await wire.until(() => requestsTo(cell).length > before)
  if (stream) await (await answer).body?.getReader().read()
  leave.abort()
  await wire.until(() => requestsTo(cell)[before]?.aborted === true)
  const row = await receiptOf(world.tenant, (await settled()).id)
  expect(row).toMatchObject({ outcome: 'cancelled', usage_source: 'counted', model: addressOf(cell).model })
  // What the prompt came to is not guessed where the stream began with it.
  if (stream && tellsInput.includes(upstream)) expect(row.usage.input_tokens).toBe(usage.input)
  await expectNothingHeld(cell)
}
