import { concatBytes } from '../../core/bytes.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamScanner } from '../../core/dialect.ts'
import type { Usage } from '../../core/usage.ts'
import { countOf, fieldsOf, isFields, parseJson, textOf, type Fields } from '../fields.ts'
import { dataOf, EventSplitter, nameOf } from '../server-sent-events.ts'
import { DeltaFrame } from './delta-frame.ts'
import { errorFactsOf } from './errors.ts'
import {
  cutNotice,
  printBlockStop,
  printStart,
  printStop,
  receiptOf,
  stopEvent,
  type Stopping,
} from './message.ts'
import { stopDelta } from './stop-reason.ts'
import { deltaBytes, startBytes } from './output-bytes.ts'
import { convertUsage, learnUsage, printFinalUsage, type KnownUsage } from './usage.ts'

const nothing = new Uint8Array()
const blankLine = new TextEncoder().encode('\n\n')
const encoder = new TextEncoder()

interface ScannerOptions extends ScanOptions {
  readonly operatorErrors: readonly string[]
}

/** Follows a stream of a message. Takes out its end when told to; all else goes through as it came. */
export class MessageStreamScanner implements StreamScanner {
  outputBytes = 0
  webSearches = 0
  finished = false
  ended = false
  failed = false
  hidError = false
  readonly #splitter = new EventSplitter()
  readonly #operatorErrors: readonly string[]
  readonly #holdEnd: boolean
  #known: KnownUsage = {}
  /** Whether the counts are those of the end: a stream begins with what little there is by then. */
  #isFinal = false
  #began = false
  readonly #openBlocks = new Set<number>()
  /** The provider's word of how the message ends. */
  #stopEvent: Fields | undefined
  /** What the events look like that only bring text. */
  #frame: DeltaFrame | undefined
  /** By type of event: notes it, and tells whether it goes down. */
  readonly #readers: Readonly<Record<string, (event: Fields, bytes: Uint8Array) => boolean>> = {
    message_start: (event) => this.#readStart(event),
    content_block_start: (event) => this.#readBlockStart(event),
    content_block_delta: (event, bytes) => this.#readDelta(event, bytes),
    content_block_stop: (event) => this.#readBlockStop(event),
    message_delta: (event) => this.#readMessageDelta(event),
    message_stop: () => this.#readStop(),
    error: (event) => this.#readError(event),
  }

  constructor({ holdEnd = false, operatorErrors }: ScannerOptions) {
    this.#holdEnd = holdEnd
    this.#operatorErrors = operatorErrors
  }

  get usage(): Usage | undefined {
    return this.#isFinal ? convertUsage(this.#known) : undefined
  }

  /** A message begins with what it brought in. */
  get usageSoFar(): Usage | undefined {
    return convertUsage({ output: 0, ...this.#known })
  }

  push(bytes: Uint8Array): Uint8Array {
    const kept = this.#splitter.push(bytes).filter((event) => this.#passes(event))
    return kept.length > 0 ? concatBytes(kept) : nothing
  }

  /** The provider may have left out the last blank line; what has no end at all is of no use to anybody. */
  rest(): Uint8Array {
    const rest = this.#splitter.rest()
    const data = dataOf(rest)
    if (data === undefined || !isFields(parseJson(data)) || !this.#passes(rest)) return nothing
    return concatBytes([rest, blankLine])
  }

  cut(cut: StreamCut): Uint8Array {
    return this.#printEnd(cut, { delta: stopDelta('max_tokens'), weir: cutNotice(cut) })
  }

  close(closing: StreamClosing): Uint8Array {
    return this.#printEnd(closing, { delta: stopDelta('end_turn'), weir: receiptOf(closing) })
  }

  /** What is missing for a whole message; the provider's own word of how it ends goes before ours. */
  #printEnd(closing: StreamClosing, ours: Pick<Stopping, 'delta' | 'weir'>): Uint8Array {
    if (!this.#holdEnd && this.ended) return nothing
    if (!this.#holdEnd && this.finished) return encoder.encode(stopEvent)
    const start = this.#began ? '' : printStart(closing)
    const stops = [...this.#openBlocks].map(printBlockStop).join('')
    const theirs = this.#stopEvent ?? {}
    const usage = { ...fieldsOf(theirs, 'usage'), ...printFinalUsage(closing.usage) }
    return encoder.encode(start + stops + printStop({ ...ours, ...theirs, usage }))
  }

  #passes(event: Uint8Array): boolean {
    const textBytes = this.#frame?.textBytesOf(event)
    if (textBytes === undefined) return this.#read(event)
    this.outputBytes += textBytes
    return true
  }

  #read(bytes: Uint8Array): boolean {
    const data = dataOf(bytes)
    if (data === undefined) return true
    const event = parseJson(data)
    const fields = isFields(event) ? event : {}
    const type = textOf(fields, 'type') ?? nameOf(bytes) ?? ''
    const read = Object.hasOwn(this.#readers, type) ? this.#readers[type] : undefined
    return read?.(fields, bytes) ?? true
  }

  #readStart(event: Fields): boolean {
    this.#began = true
    this.#known = learnUsage(this.#known, fieldsOf(event, 'message')['usage'])
    return true
  }

  #readBlockStart(event: Fields): boolean {
    if (typeof event['index'] === 'number') this.#openBlocks.add(event['index'])
    const block = fieldsOf(event, 'content_block')
    this.outputBytes += startBytes(block)
    if (block['type'] === 'server_tool_use' && block['name'] === 'web_search') this.webSearches++
    return true
  }

  #readDelta(event: Fields, bytes: Uint8Array): boolean {
    const textBytes = deltaBytes(event)
    this.outputBytes += textBytes
    if (textBytes > 0 && !this.finished && !this.failed) this.#frame = DeltaFrame.of(bytes) ?? this.#frame
    return true
  }

  #readBlockStop(event: Fields): boolean {
    if (typeof event['index'] === 'number') this.#openBlocks.delete(event['index'])
    return true
  }

  #readMessageDelta(event: Fields): boolean {
    this.#known = learnUsage(this.#known, event['usage'])
    if (typeof fieldsOf(event, 'delta')['stop_reason'] === 'string') this.finished = true
    if (!this.finished) return true
    if (countOf(fieldsOf(event, 'usage'), 'output_tokens') !== undefined) this.#isFinal = true
    this.#stopEvent = mergeKnown(this.#stopEvent ?? {}, event)
    return !this.#holdEnd
  }

  #readStop(): boolean {
    this.finished = true
    this.ended = true
    return !this.#holdEnd
  }

  #readError(event: Fields): boolean {
    this.failed = true
    this.hidError = this.#operatorErrors.includes(errorFactsOf(event).code ?? '')
    return !this.hidError
  }
}

/** Fields that are absent or null leave what is known. */
function mergeKnown(known: Fields, more: Fields): Fields {
  const merged: Record<string, unknown> = { ...known }
  for (const [name, value] of Object.entries(more)) {
    const before = merged[name]
    if (isFields(before) && isFields(value)) merged[name] = mergeKnown(before, value)
    else if (value !== null || !Object.hasOwn(merged, name)) merged[name] = value
  }
  return merged
}
