import type { ChatEvent } from '../../core/chat/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { isFields, parseJson } from '../fields.ts'
import { dataOf, EventSplitter } from '../server-sent-events.ts'
import { AnswerReader } from './answer-reader.ts'
import { factsOf, isError } from './errors.ts'

/** Reads a stream of Google's. Why it ended is told when the connection ends: until then more may come. */
export class GeminiStreamDecoder implements StreamDecoder {
  readonly #splitter = new EventSplitter()
  readonly #reader = new AnswerReader()

  push(bytes: Uint8Array): ChatEvent[] {
    return this.#splitter.push(bytes).flatMap((event) => this.#read(event))
  }

  rest(): ChatEvent[] {
    const rest = this.#splitter.rest()
    const events = rest.length > 0 ? this.#read(rest) : []
    if (!this.#reader.finished) return events
    return [...events, ...this.#reader.end(), { type: 'end' }]
  }

  #read(event: Uint8Array): ChatEvent[] {
    const data = dataOf(event)
    const chunk = data === undefined ? undefined : parseJson(data)
    if (!isFields(chunk)) return []
    if (!isError(chunk)) return this.#reader.read(chunk)
    const { code } = factsOf(chunk)
    return [{ type: 'error', ...(code !== undefined && { code }) }]
  }
}
