import { WeirError } from '../../core/errors.ts'
import { isFields, keyOf, type Fields } from '../../dialects/fields.ts'
import type { Turn } from '../response-archive.ts'

type Item = Fields & { readonly id: string }

/** All that a response was given, as items of OpenAI's: the turns before it, and what was sent for it. Oldest first. */
export function inputItems(turns: readonly Turn[]): readonly Item[] {
  const seen = new Set<unknown>()
  return turns.flatMap(({ id, items, output }, at) => {
    const isLast = at === turns.length - 1
    return [...items, ...(isLast ? [] : output)].filter(isFields).map((item, index) => {
      const whole = wholeItem(item, `${callOf(id)}_in_${index}`, seen)
      seen.add(whole.id)
      return whole
    })
  })
}

/** What ids are made of that every item of a response has alike. */
function callOf(responseId: string): string {
  return responseId.slice(responseId.lastIndexOf('_') + 1).replaceAll('-', '')
}

/** How the ids of an item begin, by its type. */
const prefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
}

/** Callers may leave out what can only be one thing, and say an id twice; of what is listed no two have the same. */
function wholeItem(item: Fields, place: string, seen: ReadonlySet<unknown>): Item {
  const { id, type = 'message', ...rest } = item
  const prefix = prefixes[String(type)]
  const own = typeof id === 'string' && !seen.has(id) ? id : `${prefix ?? 'item'}_${place}`
  const isMessage = type === 'message'
  return {
    id: own,
    type,
    ...(prefix !== undefined && type !== 'reasoning' && { status: 'completed' }),
    ...rest,
    ...(isMessage && { content: partsOf(item) }),
  }
}

function partsOf({ role, content }: Fields): readonly unknown[] {
  const type = role === 'assistant' ? 'output_text' : 'input_text'
  const parts = typeof content === 'string' ? [{ type, text: content }] : content
  return Array.isArray(parts) ? parts.map(wholePart) : []
}

const standardPart: Readonly<Record<string, Fields>> = {
  output_text: { annotations: [] },
  input_image: { detail: 'auto' },
}

function wholePart(part: unknown): unknown {
  return isFields(part) ? { ...standardPart[keyOf(part, 'type')], ...part } : part
}

type Query = Readonly<Record<string, string>>

/** A page of items, the newest first unless `order` says otherwise. Throws WeirError `invalid_request`, naming what is wrong in the query. */
export function pageOfItems(oldestFirst: readonly Item[], query: Query) {
  const items = readOrder(query) === 'asc' ? oldestFirst : oldestFirst.toReversed()
  const start = readStart(items, query)
  const end = start + readLimit(query)
  const data = items.slice(start, end)
  const [first, last] = [data[0]?.id ?? '', data.at(-1)?.id ?? '']
  return { object: 'list', data, first_id: first, last_id: last, has_more: end < items.length }
}

function readOrder({ order = 'desc' }: Query): 'asc' | 'desc' {
  if (order === 'asc' || order === 'desc') return order
  throw wrong('order', 'order must be asc or desc.')
}

const mostItems = 100

function readLimit({ limit = '20' }: Query): number {
  const count = Number(limit)
  if (/^\d+$/.test(limit) && count >= 1 && count <= mostItems) return count
  throw wrong('limit', `limit must be a whole number from 1 to ${mostItems}.`)
}

function readStart(items: readonly Item[], { after }: Query): number {
  if (after === undefined) return 0
  const at = items.findIndex(({ id }) => id === after)
  if (at < 0) throw wrong('after', 'after must be the id of an item in this list.')
  return at + 1
}

function wrong(param: string, message: string): WeirError {
  return new WeirError('invalid_request', message, { param })
}
