import type { ChatEvent, Finish } from '../../core/chat/answer.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamEncoder, Telling } from '../../core/dialect.ts'
import type { Usage } from '../../core/usage.ts'
import { BlockOrder } from './block-order.ts'
import { cutWords, receiptWords } from './closing-words.ts'
import { isOld } from './decode-call.ts'
import { DeltaPrinter, type Delta } from './delta-printer.ts'
import { answerId } from './encode-answer.ts'
import { encodeFinish, type FinishReason } from './finish.ts'
import type { ChatRequest } from './read-request.ts'
import { printUsage } from './usage.ts'

/** Writes a chat stream for a caller. */
export class ChatStreamEncoder implements StreamEncoder {
  readonly #order = new BlockOrder()
  readonly #printer: DeltaPrinter
  /** What all chunks say alike. */
  readonly #head: object
  readonly #old: boolean
  readonly #holdEnd: boolean
  /** Whether the caller is to get a usage chunk. */
  readonly #tellsUsage: boolean
  #begun = false
  #over = false
  #finish: Finish | undefined
  #usage: Usage | undefined

  constructor(telling: Telling, { holdEnd = false }: ScanOptions = {}) {
    const { values, wantsUsage } = telling.request as ChatRequest
    const id = answerId(telling)
    this.#head = { id, object: 'chat.completion.chunk', created: telling.created, model: telling.model }
    this.#old = isOld(values)
    this.#printer = new DeltaPrinter({ id, old: this.#old })
    this.#holdEnd = holdEnd
    this.#tellsUsage = holdEnd || wantsUsage
  }

  push(events: readonly ChatEvent[]): string {
    return events.map((event) => this.#push(event)).join('')
  }

  /** Ends the answer as one that reached its cap, unless it had finished. */
  cut(cut: StreamCut): string {
    if (this.#over) return ''
    const weir = cutWords(cut)
    const end = this.#finish
      ? this.#finishChunk(this.#reason(this.#finish))
      : this.#finishChunk('length', weir)
    return end + this.#terminate(cut)
  }

  close(closing: StreamClosing): string {
    if (this.#over) return ''
    return this.#finishChunk(this.#reason(this.#finish ?? 'stop')) + this.#terminate(closing)
  }

  #push(event: ChatEvent): string {
    if (this.#over) return ''
    switch (event.type) {
      case 'start':
        return this.#begin()
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        this.#finish = event.finish
        return ''
      case 'end':
        return this.#holdEnd ? '' : this.#end()
      case 'error':
        return ''
      default:
        return this.#begin() + this.#printBlocks(this.#order.push(event))
    }
  }

  /** Whose message it is: clients put none together without that. */
  #begin(): string {
    if (this.#begun) return ''
    this.#begun = true
    return this.#chunk({ delta: { role: 'assistant', content: '' } }, null)
  }

  #printBlocks(events: ReturnType<BlockOrder['push']>): string {
    const deltas = events.flatMap((event) => this.#printer.print(event))
    return deltas.map((delta) => this.#chunk(delta, null)).join('')
  }

  #end(): string {
    const end = this.#finishChunk(this.#reason(this.#finish ?? 'stop'))
    this.#over = true
    return end + (this.#tellsUsage && this.#usage ? this.#usageChunk(this.#usage) : '') + doneEvent
  }

  #reason(finish: Finish): FinishReason {
    return encodeFinish(finish, { any: this.#printer.callsTools, old: this.#old })
  }

  #finishChunk(reason: FinishReason, weir?: object): string {
    const open = this.#begin() + this.#printBlocks(this.#order.end())
    return open + this.#chunk({ delta: {} }, reason, weir)
  }

  #terminate(closing: StreamClosing): string {
    this.#over = true
    return (this.#tellsUsage ? this.#usageChunk(closing.usage, receiptWords(closing)) : '') + doneEvent
  }

  /** Where a usage chunk follows, all others say that it is not they. */
  #chunk({ delta, logprobs }: Delta, reason: FinishReason | null, weir?: object): string {
    const choice = { index: 0, delta, ...(logprobs && { logprobs }), finish_reason: reason }
    const usage = this.#tellsUsage && { usage: null }
    return printEvent({ ...this.#head, choices: [choice], ...usage, ...(weir && { weir }) })
  }

  #usageChunk(usage: Usage, weir?: object): string {
    return printEvent({ ...this.#head, choices: [], usage: printUsage(usage), ...(weir && { weir }) })
  }
}

const doneEvent = 'data: [DONE]\n\n'

function printEvent(chunk: object): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}
