import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../simulator/json.ts'
import { check, fail, must, parseJson } from './check.ts'
import { readEvents } from './events.ts'
import type { StreamReport } from './report.ts'
import { hostedEvent, responseEvent, type ResponseEvent } from './response-events.ts'
import { ItemOrder } from './response-item-order.ts'
import type { Item } from './response-items.ts'
import { mustFitStatus, type Response } from './response.ts'

const endings = ['response.completed', 'response.incomplete', 'response.failed']

type Lifecycle = Extract<ResponseEvent, { response: Response }>

/** A response as it is written: created, its items, its end. */
class ResponseOrder {
  readonly events: unknown[] = []
  ended: string | undefined
  hasError = false
  readonly #items: ItemOrder[] = []
  readonly #told = new Set<string>()
  #created: Response | undefined

  push(value: unknown, what: string): void {
    must(isObject(value), what, 'is no object')
    must(
      value.sequence_number === this.events.length,
      what,
      `has sequence_number ${String(value.sequence_number)}`,
    )
    must(this.ended === undefined, what, `comes after ${this.ended}`)
    must(!this.hasError || value.type === 'response.failed', what, 'comes after an error')
    this.events.push(value)
    if (hostedEvent.safeParse(value).success) return
    this.#dispatch(check(responseEvent, value, what), what)
  }

  #dispatch(event: ResponseEvent, what: string): void {
    if (event.type === 'error') {
      this.hasError = true
      return
    }
    must(
      this.#created !== undefined || event.type === 'response.created',
      what,
      'comes before response.created',
    )
    if ('response' in event) this.#pushLifecycle(event, what)
    else if (event.type === 'response.output_item.added') this.#add(event.output_index, event.item, what)
    else if (event.type === 'response.output_item.done')
      this.#item(event.output_index, what).finish(event.item, what)
    else this.#item(event.output_index, what).push(event, what)
  }

  #pushLifecycle({ type, response }: Lifecycle, what: string): void {
    const isFirst = this.#created === undefined
    must(
      isFirst === (type === 'response.created') && !this.#told.has(type),
      what,
      'is not the first, or a second one',
    )
    this.#told.add(type)
    must(response.id === (this.#created ?? response).id, what, 'has another id')
    this.#created = response
    mustFitStatus(response, what)
    const isEnd = endings.includes(type)
    const status = type === 'response.created' ? response.status : type.slice('response.'.length)
    must(response.status === status, what, `has the status ${response.status}`)
    if (isEnd) this.#end(type, response, what)
    else must(response.output.length === 0 && this.#items.length === 0, what, 'has output already')
  }

  #add(index: number, item: Item, what: string): void {
    must(index === this.#items.length, what, `adds item ${index} after ${this.#items.length} items`)
    this.#items.push(new ItemOrder(item, what))
  }

  #item(index: number, what: string): ItemOrder {
    return this.#items[index] ?? fail(what, `is of item ${index}, which was not added`)
  }

  #end(type: string, { output, usage }: Response, what: string): void {
    this.ended = type
    if (type === 'response.failed') return
    must(usage !== null, what, 'has no usage')
    const done = this.#items.map(({ done }, at) => done ?? fail(what, `comes before item ${at} is done`))
    must(isDeepStrictEqual(output, done), what, 'has other output than its items were')
  }
}

/** A stream of a response: each event in its place, and its end tells what was written. */
export function validateResponseStream(bytes: Uint8Array): StreamReport {
  const order = new ResponseOrder()
  for (const [at, { event, data }] of readEvents(bytes).entries()) {
    const what = `event ${at}`
    const value = parseJson(data, what)
    must(isObject(value) && value.type === event, what, `is named ${event} and is of another type`)
    order.push(value, `${what} (${event})`)
  }
  const failed = order.hasError || order.ended === 'response.failed'
  if (!failed && order.ended === undefined) fail('stream', 'ends without its last event')
  return { events: order.events, failed }
}
