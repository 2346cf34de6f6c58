import { expect } from 'vitest'
import type { Json } from '../../support/simulator/json.ts'
import type { Told, ToolOutput } from '../ask.ts'
import { addressOf, expectReceipt, play, type Cell } from '../call.ts'
import { calls, spoken, usage, withTools } from '../scenes.ts'

const [weather, time] = calls

/** What is told of a call beside its id. */
function named({ calls }: Told) {
  return calls.map(({ name, arguments: values }) => ({ name, arguments: values }))
}

/** Two tools at once. */
export async function parallel(cell: Cell): Promise<void> {
  const { client } = cell
  const body = client.body(withTools, addressOf(cell))
  const { told, answered } = await play(cell, { text: 'Looking', calls, usage }, { body })
  expect(named(told)).toEqual(calls)
  expect(told).toMatchObject({ text: 'Looking', finish: client.finishes.tool_calls })
  expect(answered.headers.get('x-weir-dropped')).toBeNull()
  await expectReceipt(cell, answered.id, usage)
}

/** A tool without arguments, and nothing said. */
export async function bare(cell: Cell): Promise<void> {
  const { client } = cell
  const tools = [{ name: 'now', description: 'The time.', schema: { type: 'object', properties: {} } }]
  const body = client.body({ ...withTools, tools }, addressOf(cell))
  const { told, answered } = await play(cell, { calls: [{ name: 'now', arguments: {} }], usage }, { body })
  expect(named(told)).toEqual([{ name: 'now', arguments: {} }])
  expect(told).toMatchObject({ text: '', finish: client.finishes.tool_calls })
  const next = client.next(body, told, outputsFor(told, 'It is noon.'))
  const second = await play(cell, { text: spoken, usage }, { body: next })
  expect(second.told.text).toBe(spoken)
  await expectReceipt(cell, answered.id, usage)
}

export function outputsFor({ calls }: Told, text: string): ToolOutput[] {
  return calls.map((call) => ({ call, text: `${text} (${call.name})` }))
}

/** Three turns: tools, a tool again, words. */
export async function loop(cell: Cell): Promise<void> {
  const { client } = cell
  const body = client.body(withTools, addressOf(cell))
  const first = await play(cell, { text: 'Looking', calls, usage }, { body })
  const second = await goOn(cell, { body, told: first.told, said: 'Sunny.' }, [weather])
  const third = await goOn(cell, { body: second.next, told: second.told, said: 'Noon.' }, [time])
  const outputs = outputsFor(third.told, 'Late.')
  const last = await play(
    cell,
    { text: spoken, usage },
    { body: client.next(third.next, third.told, outputs) },
  )
  expect(last.told).toMatchObject({ text: spoken, calls: [], finish: client.finishes.stop })
  const up = JSON.stringify(last.seen.body)
  for (const said of ['Looking', 'Sunny. (get_weather)', 'Sunny. (get_time)', 'Noon. (get_weather)', '東京'])
    expect(up).toContain(said)
  expect(last.answered.headers.get('x-weir-dropped')).toBeNull()
  await expectReceipt(cell, last.answered.id, usage)
}

interface Going {
  readonly body: Json
  readonly told: Told
  readonly said: string
}

async function goOn(cell: Cell, { body, told, said }: Going, calls: readonly (typeof weather | undefined)[]) {
  const next = cell.client.next(body, told, outputsFor(told, said))
  const wanted = calls.flatMap((call) => call ?? [])
  const turn = await play(cell, { calls: wanted, usage }, { body: next })
  expect(named(turn.told)).toEqual(wanted)
  return { ...turn, next }
}
