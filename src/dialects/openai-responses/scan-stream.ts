import { concatBytes } from '../../core/bytes.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamScanner } from '../../core/dialect.ts'
import type { Usage } from '../../core/usage.ts'
import { fieldsOf, isFields, parseJson, textOf, utf8Length, type Fields } from '../fields.ts'
import { dataOf, EventSplitter, nameOf } from '../server-sent-events.ts'
import { cutNote, receiptOf, type Ending } from './ending.ts'
import { failureCode } from './errors.ts'
import type { ResponsesRequest } from './read-request.ts'
import { begunResponse, itemId } from './response-object.ts'
import { beginLog, printEvent, type StreamLog } from './stream-log.ts'
import { convertUsage, mergeUsage, printUsage } from './usage.ts'

const nothing = new Uint8Array()
const encoder = new TextEncoder()
const blankLine = encoder.encode('\n\n')

interface ScannerOptions extends ScanOptions {
  readonly request: ResponsesRequest
  readonly operatorErrors: readonly string[]
}

/** Events that bring text for the first time; those that end in `done` only say it again. */
const textEvents: ReadonlySet<string> = new Set([
  'response.output_text.delta',
  'response.refusal.delta',
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
])

const lastEvents: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete'])

/** Follows the stream of a response. Keeps its end back when told to; all else goes through as it came. */
export class ResponsesStreamScanner implements StreamScanner {
  usage: Usage | undefined
  outputBytes = 0
  finished = false
  ended = false
  failed = false
  hidError = false
  readonly #splitter = new EventSplitter()
  readonly #log: StreamLog
  readonly #request: ResponsesRequest
  readonly #holdEnd: boolean
  readonly #operatorErrors: readonly string[]
  /** The last event of the stream, where it was kept back. */
  #held: Fields | undefined
  #final: unknown

  constructor({ request, operatorErrors, holdEnd = false }: ScannerOptions) {
    this.#log = beginLog(request)
    this.#request = request
    this.#operatorErrors = operatorErrors
    this.#holdEnd = holdEnd
  }

  /** The response as the caller was told it in the end; undefined before that. */
  get response(): unknown {
    return this.#final
  }

  push(bytes: Uint8Array): Uint8Array {
    const kept = this.#splitter.push(bytes).filter((event) => this.#passes(event))
    return kept.length > 0 ? concatBytes(kept) : nothing
  }

  /** An event that never ended is one that no client reads, unless the provider leaves out the last blank line. */
  rest(): Uint8Array {
    const rest = this.#splitter.rest()
    if (rest.length === 0 || !this.#passes(rest)) return nothing
    return this.#holdEnd ? concatBytes([rest, blankLine]) : rest
  }

  cut(cut: StreamCut): Uint8Array {
    const usage = printUsage(cut.usage)
    return this.#end(cut, { status: 'incomplete', reason: 'max_output_tokens', usage, weir: cutNote(cut) })
  }

  close(closing: StreamClosing): Uint8Array {
    const weir = receiptOf(closing)
    if (!this.#held)
      return this.#end(closing, {
        status: 'completed',
        usage: printUsage(closing.usage),
        ...(weir && { weir }),
      })
    const told = fieldsOf(this.#held, 'response')
    const response = { ...told, usage: mergeUsage(told['usage'], closing.usage), ...(weir && { weir }) }
    this.#final = response
    return encoder.encode(printEvent({ ...this.#held, response }))
  }

  /** Ends a stream in our own words: as one that never began, where the provider said nothing. */
  #end({ requestId, model }: StreamClosing, ending: Ending): Uint8Array {
    const telling = { requestId, model, created: 0, request: this.#request }
    const begin = this.#log.response ? '' : this.#log.printBegin(begunResponse(telling))
    const end = this.#log.printEnd(ending, itemId('msg', requestId, 0))
    this.#final = this.#log.response
    return encoder.encode(begin + end)
  }

  #passes(event: Uint8Array): boolean {
    const data = dataOf(event)
    if (data === undefined) return true
    if (data === '[DONE]') return !this.#holdEnd
    const told = parseJson(data)
    if (isFailure(told, event)) return this.#readFailure(told)
    return !isFields(told) || this.#read(told)
  }

  #readFailure(told: unknown): boolean {
    const event = isFields(told) ? told : {}
    this.failed = true
    this.hidError = this.#operatorErrors.includes(failureCode(event) ?? '')
    if (textOf(event, 'type') === 'response.failed') this.#readEnd(event)
    return !this.hidError
  }

  #read(event: Fields): boolean {
    const type = textOf(event, 'type') ?? ''
    this.#log.note(event)
    if (textEvents.has(type)) this.outputBytes += utf8Length(event['delta'])
    if (!lastEvents.has(type)) return true
    this.finished = true
    this.#readEnd(event)
    if (this.#holdEnd) this.#held = event
    return !this.#holdEnd
  }

  #readEnd(event: Fields): void {
    this.ended = true
    this.#final = event['response']
    this.usage = convertUsage(fieldsOf(event, 'response')['usage'])
  }
}

/** A response that failed, an error as an event of that name, or an error as it stands. */
function isFailure(told: unknown, event: Uint8Array): boolean {
  const type = isFields(told) ? (textOf(told, 'type') ?? '') : ''
  if (type === 'response.failed' || type === 'error' || nameOf(event) === 'error') return true
  return isFields(told) && !type.startsWith('response.') && (told['error'] ?? null) !== null
}
