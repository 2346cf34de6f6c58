import { expect } from 'vitest'
import type { Client } from '../ask.ts'
import { addressOf, passes, play, requestsTo, send, type Cell } from '../call.ts'
import { plain, usage } from '../scenes.ts'
import { anthropicWishes } from './anthropic.ts'
import { chatWishes } from './chat.ts'
import { geminiWishes } from './gemini.ts'
import { lossOf, refusedByProvider } from './losses.ts'
import { responsesWishes } from './responses.ts'
import { marks, type WishName, type Wishes } from './wish.ts'

const wishes: Readonly<Record<Client['dialect'], Wishes>> = {
  'openai-chat': chatWishes,
  'openai-responses': responsesWishes,
  'anthropic-messages': anthropicWishes,
  gemini: geminiWishes,
}

/** All that a dialect has words for. */
export function wishesOf({ dialect }: Client): WishName[] {
  return Object.keys(wishes[dialect]) as WishName[]
}

/** A wish is carried; or named as dropped, and refused where nothing may be dropped; or refused. */
export async function tryWish(cell: Cell, name: WishName): Promise<void> {
  const { client } = cell
  const body = wishes[client.dialect][name]?.(client.body(plain, addressOf(cell))) ?? {}
  const loss = lossOf(cell, name)
  if (passes(cell) && refusedByProvider[client.dialect]?.includes(name)) {
    expect((await send(cell, body)).status).toBe(400)
    return
  }
  if (loss?.as === 'refused') {
    await expectRefusal(cell, body)
    return
  }
  const { answered, seen, told } = await play(cell, { text: 'Ja.', usage }, { body })
  expect(told.text).toBe('Ja.')
  expect(answered.headers.get('x-weir-dropped')).toBe(loss ? loss.as.dropped : null)
  if (loss) await expectRefusal(cell, body, { 'x-weir-strict': 'true' })
  else expect(JSON.stringify(seen.body)).toContain(marks[name] ?? '')
}

/** Refused before the provider hears of it, and free of charge. */
async function expectRefusal(cell: Cell, body: object, headers: Record<string, string> = {}): Promise<void> {
  const before = requestsTo(cell).length
  const answered = await send(cell, { ...body }, { headers })
  const error: unknown = JSON.parse(answered.text)
  expect({ status: answered.status, code: cell.client.errorCode(error) }).toEqual({
    status: 400,
    code: 'cannot_translate',
  })
  expect(requestsTo(cell).length).toBe(before)
}
