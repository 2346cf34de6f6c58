import { isDeepStrictEqual } from 'node:util'
import { must } from './check.ts'
import type { ItemEvent } from './response-events.ts'
import type { Item } from './response-items.ts'

/** Which events belong to which item. */
const homes: readonly (readonly [start: string, type: Item['type'] | readonly Item['type'][]])[] = [
  ['response.output_text.', 'message'],
  ['response.refusal.', 'message'],
  ['response.content_part.', ['message', 'reasoning']],
  ['response.reasoning_', 'reasoning'],
  ['response.function_call_arguments.', 'function_call'],
  ['response.custom_tool_call_input.', 'custom_tool_call'],
]

/** A text that is written piece by piece, and then told whole. */
class Text {
  said = ''
  isDone = false

  add(delta: string, what: string): void {
    must(!this.isDone, what, 'writes on after the text was done')
    this.said += delta
  }

  finish(text: string, what: string): void {
    must(!this.isDone, what, 'is done twice')
    must(text === this.said, what, `is ${JSON.stringify(text)}, but ${JSON.stringify(this.said)} was written`)
    this.isDone = true
  }
}

interface Part {
  readonly text: Text
  isDone: boolean
}

/** Parts of an item, in the order of their indices. */
class Parts {
  readonly #parts: Part[] = []

  add(index: number, what: string): void {
    must(index === this.#parts.length, what, `adds part ${index} after ${this.#parts.length} parts`)
    must(this.isDone, what, 'adds a part while another is open')
    this.#parts.push({ text: new Text(), isDone: false })
  }

  text(index: number, what: string): Text {
    const part = this.#parts[index]
    must(part !== undefined && !part.isDone, what, `writes to part ${index}, which is not open`)
    return part.text
  }

  finish(index: number, said: string, what: string): void {
    const part = this.#parts[index]
    must(part !== undefined && !part.isDone, what, `finishes part ${index}, which is not open`)
    must(
      part.text.isDone && part.text.said === said,
      what,
      'finishes a part whose text is not done, or another',
    )
    part.isDone = true
  }

  get isDone(): boolean {
    return this.#parts.every(({ isDone }) => isDone)
  }

  get texts(): string[] {
    return this.#parts.map(({ text }) => text.said)
  }
}

function textOf(part: { text?: string; refusal?: string }): string {
  return part.text ?? part.refusal ?? ''
}

/** An item as it is written. */
export class ItemOrder {
  done: Item | undefined
  readonly #begun: Item
  readonly #content = new Parts()
  readonly #summary = new Parts()
  readonly #written = new Text()

  constructor(begun: Item, what: string) {
    const isEmpty = begun.type !== 'message' || begun.content.length === 0
    must(isEmpty && writtenOf(begun) === '', what, 'begins with what is still to be written')
    this.#begun = begun
  }

  push(event: ItemEvent, what: string): void {
    must(!this.done, what, 'comes after its item was done')
    must(event.item_id === this.#begun.id, what, `is of item ${event.item_id}, not ${this.#begun.id}`)
    const home = homes.find(([start]) => event.type.startsWith(start))?.[1] ?? []
    must([home].flat().includes(this.#begun.type), what, `is an event of no ${this.#begun.type}`)
    if ('summary_index' in event) this.#pushSummary(event, what)
    else if ('content_index' in event) this.#pushContent(event, what)
    else if ('delta' in event) this.#written.add(event.delta, what)
    else this.#written.finish('arguments' in event ? event.arguments : event.input, what)
  }

  #pushSummary(event: Extract<ItemEvent, { summary_index: number }>, what: string): void {
    const { summary_index: index } = event
    if (event.type === 'response.reasoning_summary_part.added') this.#summary.add(index, what)
    else if ('part' in event) this.#summary.finish(index, event.part.text, what)
    else if ('delta' in event) this.#summary.text(index, what).add(event.delta, what)
    else this.#summary.text(index, what).finish(event.text, what)
  }

  #pushContent(event: Extract<ItemEvent, { content_index: number }>, what: string): void {
    const { content_index: index } = event
    if (event.type === 'response.content_part.added') this.#content.add(index, what)
    else if ('part' in event) this.#content.finish(index, textOf(event.part), what)
    else if ('delta' in event) this.#content.text(index, what).add(event.delta, what)
    else if (!('annotation' in event)) this.#content.text(index, what).finish(textOf(event), what)
  }

  finish(item: Item, what: string): void {
    must(!this.done, what, 'is done twice')
    must(item.id === this.#begun.id && item.type === this.#begun.type, what, 'is another item than was added')
    must(this.#content.isDone && this.#summary.isDone, what, 'is done while a part is open')
    must(isDeepStrictEqual(contentOf(item), this.#content.texts), what, 'has other content than was written')
    must(
      isDeepStrictEqual(summaryOf(item), this.#summary.texts),
      what,
      'has another summary than was written',
    )
    const isWritten = item.type === 'function_call' || item.type === 'custom_tool_call'
    must(!isWritten || this.#written.isDone, what, 'is done before its arguments')
    must(writtenOf(item) === this.#written.said, what, 'has other arguments than were written')
    this.done = item
  }
}

function contentOf(item: Item): string[] {
  if (item.type !== 'message' && item.type !== 'reasoning') return []
  return (item.content ?? []).map(textOf)
}

function summaryOf(item: Item): string[] {
  return item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []
}

function writtenOf(item: Item): string {
  if (item.type === 'function_call') return item.arguments
  return item.type === 'custom_tool_call' ? item.input : ''
}
