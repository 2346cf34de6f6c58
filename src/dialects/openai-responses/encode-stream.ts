import type { ChatEvent, Finish } from '../../core/chat/answer.ts'
import type { Seal } from '../../core/chat/seal.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamEncoder, Telling } from '../../core/dialect.ts'
import { noUsage, type Usage } from '../../core/usage.ts'
import { BlockPrinter } from './block-printer.ts'
import { cutNote, receiptOf, type Ending } from './ending.ts'
import { begunResponse, itemId } from './response-object.ts'
import { beginLog, type StreamLog } from './stream-log.ts'
import { printUsage } from './usage.ts'

type Told<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>
type Steps = { readonly [Type in ChatEvent['type']]: (event: Told<Type>) => string }

/** How a response ends, by why the model did. */
const endings: Readonly<Partial<Record<Finish, Omit<Ending, 'usage'>>>> = {
  length: { status: 'incomplete', reason: 'max_output_tokens' },
  content_filter: { status: 'incomplete', reason: 'content_filter' },
  error: { status: 'failed' },
}

/** Writes the stream of a response. Items may be under way side by side: each event says which one it is of. */
export class ResponsesStreamEncoder implements StreamEncoder {
  readonly #telling: Telling
  readonly #holdEnd: boolean
  readonly #log: StreamLog
  readonly #blocks: BlockPrinter
  /** Clients insist on a usage: of what nobody told, nothing was counted. */
  #usage: Usage = noUsage
  #finish: Finish = 'stop'
  #ended = false

  constructor(telling: Telling, { holdEnd = false }: ScanOptions = {}) {
    this.#telling = telling
    this.#log = beginLog(telling.request)
    this.#holdEnd = holdEnd
    this.#blocks = new BlockPrinter(this.#log, telling.requestId)
  }

  /** The response as it was told in the end; undefined before that. */
  get response(): unknown {
    return this.#ended ? this.#log.response : undefined
  }

  push(events: readonly ChatEvent[]): string {
    this.#blocks.expect(sealsIn(events))
    return events.map((event) => this.#take(event)).join('')
  }

  cut(cut: StreamCut): string {
    return this.#end({
      status: 'incomplete',
      reason: 'max_output_tokens',
      usage: printUsage(cut.usage),
      weir: cutNote(cut),
    })
  }

  close(closing: StreamClosing): string {
    const weir = receiptOf(closing)
    return this.#end({ ...this.#ending(closing.usage), ...(weir && { weir }) })
  }

  readonly #steps: Steps = {
    start: () => '',
    block: ({ index, block }) => this.#blocks.begin(index, block),
    delta: ({ index, text, logprobs }) => this.#blocks.grow(index, text, logprobs),
    seal: ({ index, seal }) => this.#blocks.seal(index, seal),
    citation: ({ index, citation }) => this.#blocks.cite(index, citation),
    block_end: ({ index }) => this.#blocks.end(index),
    usage: ({ usage }) => {
      this.#usage = usage
      return ''
    },
    finish: ({ finish }) => {
      this.#finish = finish
      return ''
    },
    end: () => (this.#holdEnd ? '' : this.#end(this.#ending(this.#usage))),
    // The caller is told by the gateway, in its own words.
    error: () => '',
  }

  #take(event: ChatEvent): string {
    if (this.#ended) return ''
    const begin = this.#begin()
    const step = this.#steps[event.type] as (event: ChatEvent) => string
    return begin + step(event)
  }

  #begin(): string {
    return this.#log.response ? '' : this.#log.printBegin(begunResponse(this.#telling))
  }

  #ending(usage: Usage): Ending {
    const ending = endings[this.#finish] ?? { status: 'completed' }
    return { ...ending, usage: printUsage(usage) }
  }

  #end(ending: Ending): string {
    if (this.#ended) return ''
    const begin = this.#begin()
    const text = this.#log.printEnd(ending, itemId('msg', this.#telling.requestId, 0))
    this.#ended = true
    return begin + text
  }
}

/** The seals that come with these events, by block. */
function sealsIn(events: readonly ChatEvent[]): ReadonlyMap<number, Seal> {
  const seals = events.flatMap((event) => (event.type === 'seal' ? [[event.index, event.seal] as const] : []))
  return new Map(seals)
}
