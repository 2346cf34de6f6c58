import type { ChatEvent, Finish } from '../../core/chat/answer.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamEncoder, Telling } from '../../core/dialect.ts'
import { noUsage, type Usage } from '../../core/usage.ts'
import { BlockSequence } from './block-sequence.ts'
import { printEvent } from './events.ts'
import { cutNotice, printStart, printStop, receiptOf } from './message.ts'
import { printEnding, stopDelta, type StopDelta } from './stop-reason.ts'
import { printFinalUsage } from './usage.ts'

interface Ending {
  readonly usage: Usage
  readonly weir?: object | undefined
}

/** Writes a stream of a message, one block after the other, whatever the order in which they come. */
export class MessageStreamEncoder implements StreamEncoder {
  readonly #telling: Telling
  readonly #holdEnd: boolean
  readonly #blocks = new BlockSequence()
  #usage: Usage | undefined
  #finish: Finish = 'stop'
  #stopSequence: string | undefined
  #began = false
  #closed = false

  constructor(telling: Telling, { holdEnd = false }: ScanOptions = {}) {
    this.#telling = telling
    this.#holdEnd = holdEnd
  }

  push(events: readonly ChatEvent[]): string {
    if (events.length === 0 || this.#closed) return ''
    for (const event of events) if (event.type === 'seal') this.#blocks.expectSeal(event.index, event.seal)
    for (const event of events) this.#usage = usageIn(event) ?? this.#usage
    return this.#start() + events.map((event) => this.#print(event)).join('')
  }

  cut(cut: StreamCut): string {
    return this.#stop(stopDelta('max_tokens'), { usage: cut.usage, weir: cutNotice(cut) })
  }

  close(closing: StreamClosing): string {
    return this.#stop(this.#delta(), { usage: closing.usage, weir: receiptOf(closing) })
  }

  #start(): string {
    if (this.#began) return ''
    this.#began = true
    return printStart({ ...this.#telling, usage: this.#usage }) + printEvent({ type: 'ping' })
  }

  #print(event: ChatEvent): string {
    if ('index' in event) return this.#blocks.push(event)
    if (event.type === 'finish') {
      this.#finish = event.finish
      this.#stopSequence = event.stopSequence
    }
    if (event.type !== 'end' || this.#holdEnd) return ''
    return this.#stop(this.#delta(), { usage: this.#usage ?? noUsage })
  }

  #delta(): StopDelta {
    const ending = { finish: this.#finish, stopSequence: this.#stopSequence }
    return printEnding({ ...ending, callsTools: this.#blocks.callsTools }, this.#telling.request)
  }

  #stop(delta: StopDelta, { usage, weir }: Ending): string {
    if (this.#closed) return ''
    this.#closed = true
    return this.#start() + this.#blocks.end() + printStop({ delta, usage: printFinalUsage(usage), weir })
  }
}

/** What the prompt came to may be known from the start, also where nothing more is told after it. */
function usageIn(event: ChatEvent): Usage | undefined {
  if (event.type === 'usage') return event.usage
  return event.type === 'start' ? event.input : undefined
}
