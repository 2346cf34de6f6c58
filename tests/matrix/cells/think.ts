import { expect } from 'vitest'
import type { Scene } from '../../support/wire/scene.ts'
import type { Told } from '../ask.ts'
import { addressOf, expectReceipt, play, type Cell } from '../call.ts'
import { calls, spoken, usage, withTools } from '../scenes.ts'
import { outputsFor } from './call-tools.ts'

/** How a thought is sealed: by a signature on what is shown, or by a lock. */
export type Sealing = 'signature' | 'encrypted'

const thoughts = ['I need both 🌊.', 'The weather once more.', 'Now I know.']

let made = 0

/** A seal that no other cell has, in base64. */
export function newSeal(): string {
  return Buffer.from(`seal number ${++made} of this run`).toString('base64')
}

interface Turn {
  readonly told: Told
  readonly up: string
}

/** A loop of three turns with a thought before each; the seals that the provider put on them, and each turn. */
async function thinkThrough(cell: Cell, sealing: Sealing): Promise<{ seals: string[]; turns: Turn[] }> {
  const { client } = cell
  const scenes: Scene[] = [{ calls }, { calls: calls.slice(0, 1) }, { text: spoken }]
  const seals = scenes.map(newSeal)
  const turns: Turn[] = []
  const think = /opus-(4-6|5)/.test(cell.model) ? 'adaptive' : 'budget'
  let body = client.body({ ...withTools, think }, addressOf(cell))
  for (const [at, scene] of scenes.entries()) {
    const reasoning = { text: thoughts[at] ?? '', [sealing]: seals[at] }
    const { told, seen, answered } = await play(cell, { ...scene, reasoning, usage }, { body })
    await expectReceipt(cell, answered.id, usage)
    turns.push({ told, up: JSON.stringify(seen.body) })
    body = client.next(body, told, outputsFor(told, 'Sunny.'))
  }
  return { seals, turns }
}

/** Whether this model's thoughts are sealed, and come back. */
export function isSealed({ upstream, model }: Cell): boolean {
  return upstream !== 'chat' && !/nova|oss/.test(model)
}

/** Whether a caller of this dialect gets to read them. */
function shows({ upstream, model, client }: Cell): boolean {
  if (upstream === 'chat') return false
  // It has no word for the wish, and some show them to nobody who does not ask.
  const asks = client.dialect !== 'openai-chat'
  return asks || ['bedrock', 'gemini', 'open'].includes(upstream) || /claude-(sonnet|opus)-4/.test(model)
}

async function thinking(cell: Cell, sealing: Sealing): Promise<void> {
  const { seals: issued, turns } = await thinkThrough(cell, sealing)
  const [, second, third] = turns
  const isShown = shows(cell) && sealing === 'signature'
  expect(turns.map(({ told }) => told.reasoning)).toEqual(isShown ? thoughts : ['', '', ''])
  expect(turns.map(({ told }) => told.calls.length)).toEqual([2, 1, 0])
  expect(turns.map(({ told }) => told.text)).toEqual(['', '', spoken])
  const [one = '', two = ''] = issued
  if (isSealed(cell))
    expect([second?.up.includes(one), third?.up.includes(one), third?.up.includes(two)]).toEqual([
      true,
      true,
      true,
    ])
}

export const signed = (cell: Cell) => thinking(cell, 'signature')
export const locked = (cell: Cell) => thinking(cell, 'encrypted')
