import { expect } from 'vitest'
import type { Json } from '../../support/simulator/json.ts'
import type { Client } from '../ask.ts'
import { addressOf, play, type Cell } from '../call.ts'
import { calls, spoken, usage, withTools } from '../scenes.ts'
import { modelsOf, type UpstreamName } from '../upstreams.ts'
import { sharedSeals } from '../world.ts'
import { outputsFor } from './call-tools.ts'
import { isSealed, newSeal } from './think.ts'

/** A model that thinks by its own measure, where there is one: a budget would have it refuse what others did not think about. */
export function thinkerOf(client: Client, upstream: UpstreamName): string {
  const { thinking } = modelsOf(upstream, client)
  return thinking.find((model) => /opus-4-6/.test(model)) ?? thinking[0] ?? ''
}

/** What Claude seals, it takes back wherever it runs. */
function isClaude({ model }: Cell): boolean {
  return model.includes('claude')
}

let taken = 0

function nextShared(): string {
  return sharedSeals[taken++ % sharedSeals.length] ?? ''
}

/** The same body for another model: where the dialect has it in the body. */
function forModel(cell: Cell, body: Json): Json {
  return 'model' in body ? { ...body, model: addressOf(cell).model } : body
}

/**
 * A loop that begins at one provider, goes on at another and comes back: each gets its own thoughts back as it sealed them, and
 * none of the other's.
 */
export async function switching(here: Cell, other: UpstreamName): Promise<void> {
  const { client } = here
  const there = { ...here, upstream: other, model: thinkerOf(client, other) }
  const isOneMaker = isClaude(here) && isClaude(there)
  const [ours, theirs] = isOneMaker ? [nextShared(), nextShared()] : [newSeal(), newSeal()]
  const body = client.body({ ...withTools, think: 'adaptive' }, addressOf(here))
  const reasoning = (signature: string) => ({ text: 'I see.', signature })
  const first = await play(here, { calls, reasoning: reasoning(ours), usage }, { body })
  const second = client.next(body, first.told, outputsFor(first.told, 'Sunny.'))
  const away = await play(
    there,
    { calls: calls.slice(0, 1), reasoning: reasoning(theirs), usage },
    { body: forModel(there, second) },
  )
  const up = JSON.stringify(away.seen.body)
  expect(up).toContain('Sunny. (get_time)')
  expect(up.includes(ours)).toBe(isOneMaker)
  const third = client.next(second, away.told, outputsFor(away.told, 'Rainy.'))
  const back = await play(here, { text: spoken, usage }, { body: forModel(here, third) })
  expect(back.told.text).toBe(spoken)
  const upAgain = JSON.stringify(back.seen.body)
  expect(upAgain).toContain('Rainy. (get_weather)')
  if (isSealed(here)) expect(upAgain).toContain(ours)
  expect(upAgain.includes(theirs)).toBe(isOneMaker)
}
