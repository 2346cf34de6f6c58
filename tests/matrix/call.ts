import { expect, vi } from 'vitest'
import { z } from 'zod'
import { nanoOf } from '../support/prices.ts'
import type { Tenant } from '../support/tenant.ts'
import { isObject, type Json } from '../support/simulator/json.ts'
import type { Scene, WireUsage } from '../support/wire/scene.ts'
import type { WireRequest } from '../support/wire/start-wire.ts'
import { validateAnswer, validateStream } from '../support/wire/validators/index.ts'
import { rowSchema, type Row } from '../support/wire.ts'
import type { Addressed, Client, Told } from './ask.ts'
import { chargeOf, toldBy, upstreams, type UpstreamName } from './upstreams.ts'
import { modelName, type World } from './world.ts'

/** One square of the matrix. */
export interface Cell {
  readonly world: World
  readonly client: Client
  readonly upstream: UpstreamName
  /** The provider's name of it. */
  readonly model: string
  readonly stream: boolean
}

/** An answer as it came over the socket. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  readonly text: string
  readonly id: string
}

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export function addressOf({ upstream, model, stream }: Cell): Addressed {
  return { model: modelName(upstream, model), stream }
}

export function request(cell: Cell, body: Json, { headers, signal }: Sending = {}): Promise<Response> {
  const { client, world } = cell
  return fetch(world.gateway.url + client.path(addressOf(cell)), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...client.headers(world.tenant.key), ...headers },
    body: JSON.stringify(body),
    signal: signal ?? null,
  })
}

export async function send(cell: Cell, body: Json, sending?: Sending): Promise<Answered> {
  const response = await request(cell, body, sending)
  const id = response.headers.get('x-request-id') ?? ''
  const bytes = new Uint8Array(await response.arrayBuffer())
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text: new TextDecoder().decode(bytes),
    id,
  }
}

/** The data of a stream's events, without what only marks its end. */
export function eventsOf(text: string): Json[] {
  const data = text.split(/\r?\n/).flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []))
  return data.filter((line) => line !== '[DONE]').map((line) => JSON.parse(line) as Json)
}

/** Reads an answer as the client does, once it is known to be one of its dialect from the first byte to the last. */
export function read({ client, stream }: Cell, { text, bytes, status }: Answered): Told {
  expect(status, text).toBe(200)
  if (stream) {
    expect(validateStream(client.dialect, bytes).failed).toBe(false)
    return client.readStream(eventsOf(text))
  }
  const body: unknown = JSON.parse(text)
  validateAnswer(client.dialect, body)
  if (!isObject(body)) throw new Error(`No answer: ${text}`)
  return client.readWhole(body)
}

/** Whether bytes pass as they are. */
export function passes({ client, upstream }: Cell): boolean {
  return client.dialect === upstreams[upstream].format
}

/** What the provider got, and said to it. */
export function requestsTo({ world, upstream }: Cell): readonly WireRequest[] {
  return world.wires[upstream].requests
}

interface Playing extends Sending {
  readonly body: Json
}

/** A call from its scene to its answer, of which the provider found nothing illegal. */
export async function play(cell: Cell, scene: Scene, { body, ...sending }: Playing) {
  const before = requestsTo(cell).length
  cell.world.wires[cell.upstream].next(scene)
  const answered = await send(cell, body, sending)
  const [seen, ...more] = requestsTo(cell).slice(before)
  if (!seen) throw new Error(`The provider was not asked: ${answered.text}`)
  expect(more, 'further requests').toHaveLength(0)
  if (seen.status !== 200) throw new Error(`Refused: ${answered.text}\n${JSON.stringify(seen.body)}`)
  return { answered, told: read(cell, answered), seen }
}

/** The receipt of a call, once it is settled. */
export function receiptOf(tenant: Tenant, id: string): Promise<Row> {
  return vi.waitFor(
    async () => {
      const response = await tenant.get(`/v1/requests/${id}`)
      expect(response.status, `receipt of ${id}`).toBe(200)
      return rowSchema.parse(await response.json())
    },
    { timeout: 10_000, interval: 10 },
  )
}

/** The row of the next call, of a caller who never got its id. To be asked for before the call. */
export async function nextRow({ world }: Cell): Promise<() => Promise<Row>> {
  const newest = async () => {
    const { body } = await world.tenant.admin('GET', `/requests?org=${world.tenant.org}&limit=1`)
    return z.object({ data: z.array(rowSchema) }).parse(body).data[0]
  }
  const before = await newest()
  return () =>
    vi.waitFor(
      async () => {
        const row = await newest()
        if (!row || row.id === before?.id) throw new Error('There is no new row.')
        return row
      },
      { timeout: 10_000, interval: 10 },
    )
}

/** Nothing is held, by any limit. */
export async function expectNothingHeld({ world }: Cell): Promise<void> {
  const limits = await world.tenant.limits()
  expect(limits.map(({ metric, held }) => [metric, Number(held)])).toEqual(
    limits.map(({ metric }) => [metric, 0]),
  )
}

/** The receipt of a call that went well: every kind of token is exact, and so is the charge. */
export async function expectReceipt(cell: Cell, id: string, scene: WireUsage): Promise<Row> {
  const { upstream, world, model } = cell
  const usage = toldBy(upstream, scene)
  const row = await receiptOf(world.tenant, id)
  const charge = chargeOf(upstream, usage)
  expect({ ...row, charge: nanoOf(row.charge), cost: nanoOf(row.provider_cost) }).toMatchObject({
    model: modelName(upstream, model),
    provider: upstreams[upstream].provider,
    outcome: 'ok',
    usage_source: 'exact',
    usage: {
      input_tokens: usage.input,
      cached_input_tokens: usage.cached,
      cache_write_tokens: usage.cacheWrite,
      output_tokens: usage.output,
      reasoning_tokens: usage.reasoning,
    },
    charge,
    cost: charge,
    attempts: [{ status: 200 }],
  })
  await expectNothingHeld(cell)
  return row
}
