import { expect } from 'vitest'
import { addressOf, expectReceipt, play, type Cell } from '../call.ts'
import { plain, spoken, usage } from '../scenes.ts'
import { toldBy, upstreams } from '../upstreams.ts'

/** Who asks what a call costs is told: at the end of a stream, or in a header. */
export async function cost(cell: Cell): Promise<void> {
  const { client, stream, upstream } = cell
  const { stream_options: _, ...body } = client.body(plain, addressOf(cell))
  const headers = { 'x-weir-usage': 'true' }
  const { told, answered } = await play(cell, { text: spoken, usage }, { body, headers })
  const row = await expectReceipt(cell, answered.id, usage)
  expect(told).toMatchObject({ text: spoken, finish: client.finishes.stop })
  expect(told.usage).toBeDefined()
  expect(toldBy(upstream, usage)).toMatchObject(told.usage ?? {})
  if (!stream) {
    expect(answered.headers.get('x-weir-cost')).toBe(row.charge)
    return
  }
  expect(told.weir).toEqual({
    request_id: answered.id,
    provider: upstreams[upstream].provider,
    model: addressOf(cell).model,
    charge: row.charge,
    usage_source: 'exact',
  })
}
