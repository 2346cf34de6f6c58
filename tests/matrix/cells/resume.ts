import { expect } from 'vitest'
import type { Json } from '../../support/simulator/json.ts'
import { addressOf, eventsOf, play, type Answered, type Cell } from '../call.ts'
import { objectAt, textAt } from '../clients/json.ts'
import { calls, spoken, usage, withTools } from '../scenes.ts'
import { outputsFor } from './call-tools.ts'
import { isSealed, newSeal } from './think.ts'

/** The id of the response, which the gateway keeps. */
function idOf({ stream }: Cell, { text }: Answered): string {
  if (!stream) return textAt(JSON.parse(text), 'id')
  return textAt(eventsOf(text)[0], 'response', 'id')
}

/** The next request, which only names the response that it goes on from. */
function goOn(body: Json, id: string, input: readonly Json[]): Json {
  return { ...body, previous_response_id: id, input }
}

/** A loop in which the caller sends back nothing of what came: no provider keeps it, the gateway does. */
export async function resuming(cell: Cell): Promise<void> {
  const { store: _, ...body } = cell.client.body({ ...withTools, think: 'budget' }, addressOf(cell))
  const seal = newSeal()
  const reasoning = { text: 'I see.', signature: seal }
  const first = await play(cell, { text: 'Looking', calls, reasoning, usage }, { body })
  const outputs = outputsFor(first.told, 'Sunny.').map(({ call, text }) => ({
    type: 'function_call_output',
    call_id: call.id,
    output: text,
  }))
  const next = goOn(body, idOf(cell, first.answered), outputs)
  const second = await play(cell, { text: 'Sun.', usage }, { body: next })
  const up = JSON.stringify(second.seen.body)
  for (const said of ['Weather and time', 'Looking', '東京', 'Sunny. (get_time)']) expect(up).toContain(said)
  if (isSealed(cell)) expect(up).toContain(seal)
  expect(objectAt(second.seen.body).previous_response_id).toBeUndefined()
  const asked = [{ role: 'user', content: 'And tomorrow?' }]
  const last = goOn(body, idOf(cell, second.answered), asked)
  const third = await play(cell, { text: spoken, usage }, { body: last })
  const whole = JSON.stringify(third.seen.body)
  for (const said of ['Weather and time', 'Sunny. (get_time)', 'Sun.', 'And tomorrow?'])
    expect(whole).toContain(said)
}
