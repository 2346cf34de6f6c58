import { expect } from 'vitest'
import { nanoOf, usdOf } from '../../support/prices.ts'
import { Tenant } from '../../support/tenant.ts'
import { validateStream } from '../../support/wire/validators/index.ts'
import { addressOf, eventsOf, receiptOf, requestsTo, send, type Cell } from '../call.ts'
import { at } from '../clients/json.ts'
import { plain } from '../scenes.ts'
import { chargeOf } from '../upstreams.ts'

/** NanoUSD. */
const cent = 10_000_000n
const noTokens = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 }
/** From so many on it is known how long the answers of a key usually are. */
const usualCalls = 24

/** The cell with a caller whose answers were short so far, and who has a cent left. */
async function withCentLeft(cell: Cell): Promise<Cell> {
  const budget = { metric: 'cost', per: 'lifetime', amount: '100' }
  const tenant = await Tenant.create(cell.world.gateway, { keyLimits: [budget] })
  const poor = { ...cell, world: { ...cell.world, tenant } }
  const short = Array.from({ length: usualCalls }, () => ({ text: 'Ja.', usage: { input: 20, output: 3 } }))
  cell.world.wires[cell.upstream].next(short)
  const body = cell.client.body(plain, addressOf(cell))
  await Promise.all(short.map(() => send(poor, body)))
  await tenant.settled(usualCalls)
  const limit = (await tenant.limits()).find(({ scope }) => scope.type === 'key')
  const amount = usdOf(nanoOf(limit?.spent ?? 0) + cent)
  await tenant.admin('PATCH', `/limits/${limit?.id}`, { amount })
  // The habit is told with the policy, which is asked for now.
  await tenant.get('/v1/key')
  return poor
}

/** A budget covers no more: the stream ends as one that reached its cap, in the caller's dialect, and says why. */
export async function cut(cell: Cell): Promise<void> {
  const poor = await withCentLeft(cell)
  const { client, world, upstream } = poor
  world.wires[upstream].next({ flood: 4_000_000 })
  const answered = await send(poor, client.body(plain, addressOf(poor)))
  expect(answered.status).toBe(200)
  expect(validateStream(client.dialect, answered.bytes).failed).toBe(false)
  const told = client.readStream(eventsOf(answered.text))
  expect(told.finish).toBe(client.finishes.length)
  expect(told.text.length).toBeGreaterThan(100)
  const words = eventsOf(answered.text).map((event) => event.weir ?? at(event, 'response', 'weir'))
  expect(words.find(Boolean)).toMatchObject({ reason: 'budget', limit: { metric: 'cost' } })
  const row = await receiptOf(world.tenant, answered.id)
  // What the caller got is what is counted, and what is charged.
  const output = Math.ceil(Buffer.byteLength(told.text) / 4)
  expect(row).toMatchObject({
    outcome: 'cut',
    usage_source: 'counted',
    usage: { output_tokens: output, cached_input_tokens: 0, cache_write_tokens: 0 },
  })
  const counted = { ...noTokens, input: row.usage.input_tokens, output }
  expect(nanoOf(row.charge)).toBe(chargeOf(upstream, counted))
  await world.wires[upstream].until(() => requestsTo(poor).at(-1)?.aborted === true)
  expect(await world.tenant.held()).toBe(0)
}
