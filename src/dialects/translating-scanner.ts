import type { ChatEvent } from '../core/chat/answer.ts'
import type {
  StreamClosing,
  StreamCut,
  StreamDecoder,
  StreamEncoder,
  StreamScanner,
} from '../core/dialect.ts'
import type { Usage } from '../core/usage.ts'
import { utf8Length } from './fields.ts'

const encoder = new TextEncoder()

/** Follows a stream in the provider's dialect, and gives it back in the caller's. What the provider says of its errors is kept back. */
export class TranslatingScanner implements StreamScanner {
  usage: Usage | undefined
  outputBytes = 0
  finished = false
  ended = false
  failed = false
  #input: Usage | undefined
  readonly #from: StreamDecoder
  readonly #to: StreamEncoder

  constructor(from: StreamDecoder, to: StreamEncoder) {
    this.#from = from
    this.#to = to
  }

  get usageSoFar(): Usage | undefined {
    return this.usage ?? this.#input
  }

  get hidError(): boolean {
    return this.failed
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#translate(this.#from.push(bytes))
  }

  rest(): Uint8Array {
    return this.#translate(this.#from.rest())
  }

  cut(cut: StreamCut): Uint8Array {
    return encoder.encode(this.#to.cut(cut))
  }

  close(closing: StreamClosing): Uint8Array {
    return encoder.encode(this.#to.close(closing))
  }

  #translate(events: readonly ChatEvent[]): Uint8Array {
    if (this.failed) return new Uint8Array()
    const good = events.filter((event) => this.#note(event))
    return encoder.encode(this.#to.push(good))
  }

  /** Notes what an event tells of the call. False for an error, an output that is of no use among them, and for whatever follows it. */
  #note(event: ChatEvent): boolean {
    if (event.type === 'error' || (event.type === 'finish' && event.finish === 'error')) this.failed = true
    if (this.failed) return false
    if (event.type === 'start') this.#input = event.input
    if (event.type === 'usage') this.usage = event.usage
    if (event.type === 'finish') this.finished = true
    if (event.type === 'end') this.ended = true
    this.outputBytes += bytesOf(event)
    return true
  }
}

/** Bytes of the text that an event brings. */
function bytesOf(event: ChatEvent): number {
  if (event.type === 'delta') return utf8Length(event.text)
  return event.type === 'block' && event.block.type === 'tool_call' ? utf8Length(event.block.name) : 0
}
