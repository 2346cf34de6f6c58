import { expect } from 'vitest'
import type { WireEvent } from './openai-responses-wire.ts'

/** What is known of the items and parts of a stream while it is read. */
interface Reading {
  readonly items: Map<number, unknown>
  readonly parts: Map<string, string>
}

/** Checks the order of a stream: what began ends, once, and nothing is told of what is not open. */
export function expectLegal(events: readonly WireEvent[]): void {
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at))
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
  const reading: Reading = { items: new Map(), parts: new Map() }
  for (const event of events.slice(2, -1)) expectItemEvent(event, reading)
  const end = events.at(-1)
  expect(end?.type).toMatch(/^response\.(completed|incomplete|failed)$/)
  expect(end?.response?.output).toEqual([...reading.items.values()])
}

function expectItemEvent(event: WireEvent, { items, parts }: Reading): void {
  if (!('output_index' in event)) throw new Error(`${event.type} is of no item.`)
  const index = event.output_index
  if (event.type === 'response.output_item.added') {
    expect(index).toBe(items.size)
    items.set(index, 'open')
    return
  }
  expect(items.get(index)).toBe('open')
  if (event.type === 'response.output_item.done') {
    items.set(index, event.item)
    if (event.item.type.endsWith('tool_call') || event.item.type === 'function_call')
      expect(parts.get(`${index}:call`)).toBe('done')
    const states = [...parts].filter(([key]) => key.startsWith(`${index}:`)).map(([, state]) => state)
    expect(states).toEqual(states.map(() => 'done'))
  }
  if (/(arguments|input)\.done$/.test(event.type)) parts.set(`${index}:call`, 'done')
  const part =
    'content_index' in event
      ? event.content_index
      : 'summary_index' in event
        ? event.summary_index
        : undefined
  if (part !== undefined) expectPartEvent(event.type, `${index}:${part}`, parts)
}

/** Where a part stands after an event: before it, it stands one step further back. */
function expectPartEvent(type: string, key: string, parts: Map<string, string>): void {
  const ends: readonly (readonly [RegExp, string | undefined, string])[] = [
    [/part\.added$/, undefined, 'open'],
    [/part\.done$/, 'text done', 'done'],
    [/\.done$/, 'open', 'text done'],
    [/./, 'open', 'open'],
  ]
  const [, before, after] = ends.find(([pattern]) => pattern.test(type)) ?? []
  expect(parts.get(key)).toBe(before)
  parts.set(key, after ?? '')
}
