import type { ModelRequest } from '../../core/dialect.ts'
import { fieldsOf, keyOf, type Fields } from '../fields.ts'
import { itemEnd } from './closing.ts'
import { endedResponse, itemStatusOf, type Ending } from './ending.ts'
import { messageBegin, partBegin } from './opening.ts'
import { OutputAssembly } from './output-assembly.ts'

/** What has been told in a stream: its events are numbered, and its output is put together from them. */
export class StreamLog {
  readonly output = new OutputAssembly()
  /** The response as the last event told it that told it whole. */
  response: Fields | undefined
  /** The number of the next event. */
  next = 0

  /** Takes note of an event that went by. */
  note(event: Fields): void {
    const number = event['sequence_number']
    this.next = typeof number === 'number' ? number + 1 : this.next + 1
    if (event['response'] !== undefined) this.response = fieldsOf(event, 'response')
    this.output.apply(event)
  }

  /** Writes events of ours under the next numbers. */
  print(...events: readonly Fields[]): string {
    return events.map((event) => this.#printOne(event)).join('')
  }

  printBegin(response: Fields): string {
    return this.print({ type: 'response.created', response }, { type: 'response.in_progress', response })
  }

  /** Writes the ends of all that is open, in the order of the output, and the end of the response, which must have begun. */
  printEnd(ending: Ending, emptyMessageId: string): string {
    const status = itemStatusOf(ending)
    const message = this.#printMessage(emptyMessageId)
    const ends = this.print(...this.output.slots.flatMap((slot) => itemEnd(slot, status)))
    const response = endedResponse(this.response ?? {}, ending, this.output.items)
    return message + ends + this.print({ type: `response.${ending.status}`, response })
  }

  /** A message in which nothing is said, where there is no output at all: clients read the first item. */
  #printMessage(id: string): string {
    if (this.output.slots.length > 0) return ''
    const place = { item_id: id, output_index: 0, content_index: 0 }
    return this.print(messageBegin(0, id), partBegin(place, 'output_text'))
  }

  #printOne(event: Fields): string {
    const { type, ...rest } = event
    const numbered = { type, sequence_number: this.next, ...rest }
    this.note(numbered)
    return printEvent(numbered)
  }
}

const logs = new WeakMap<ModelRequest, StreamLog>()

/** The log of a new stream that answers a request. */
export function beginLog(request: ModelRequest): StreamLog {
  const log = new StreamLog()
  logs.set(request, log)
  return log
}

/** The number of the next event in the last stream that answers a request: what ends it in other words goes on with that. */
export function nextNumber(request: ModelRequest | undefined): number {
  return (request && logs.get(request)?.next) ?? 0
}

/** An event as it goes over the wire. */
export function printEvent(event: Fields): string {
  return `event: ${keyOf(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`
}
