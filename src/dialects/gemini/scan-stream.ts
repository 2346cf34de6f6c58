import { concatBytes } from '../../core/bytes.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamScanner } from '../../core/dialect.ts'
import type { Usage } from '../../core/usage.ts'
import { isFields, listOf, parseJson, textOf, type Fields } from '../fields.ts'
import { dataOf, EventSplitter } from '../server-sent-events.ts'
import { cappedCandidate, closingChunk, cutChunk, emptyContent, type ChunkHead } from './closing-chunks.ts'
import { factsOf, isError } from './errors.ts'
import { reasonOf } from './finish.ts'
import { outputBytesOf } from './output-bytes.ts'
import { StreamForm } from './stream-form.ts'
import { UsageTally } from './usage.ts'

const nothing = new Uint8Array()
const encoder = new TextEncoder()

interface ScannerOptions extends ScanOptions {
  readonly sse: boolean
  readonly answers: number
  readonly operatorErrors: readonly string[]
}

/** Follows a stream of Google's, event by event. For a caller that wants an array, each event becomes an element of it. */
export class GeminiStreamScanner implements StreamScanner {
  outputBytes = 0
  finished = false
  /** Nothing in the stream says that no more comes. */
  readonly ended = false
  failed = false
  hidError = false
  readonly #splitter = new EventSplitter()
  readonly #tally = new UsageTally()
  readonly #form: StreamForm
  readonly #holdEnd: boolean
  readonly #answers: number
  readonly #operatorErrors: readonly string[]
  /** Why each answer that ended did, by its index. */
  readonly #finishedAnswers = new Map<number, string>()
  #head: Partial<ChunkHead> = {}

  constructor({ sse, holdEnd = false, answers, operatorErrors }: ScannerOptions) {
    this.#form = new StreamForm(sse)
    this.#holdEnd = holdEnd
    this.#answers = answers
    this.#operatorErrors = operatorErrors
  }

  get usage(): Usage | undefined {
    return this.#tally.usage(this.finished)
  }

  get usageSoFar(): Usage | undefined {
    return this.#tally.soFar
  }

  push(bytes: Uint8Array): Uint8Array {
    const passed = this.#splitter.push(bytes).map((event) => this.#pass(event))
    return concatBytes(passed.filter((event) => event.length > 0))
  }

  /** An event that never ended counts too: a provider may leave out the last blank line, which ours needs in front of it. */
  rest(): Uint8Array {
    const rest = this.#splitter.rest()
    const passed = rest.length > 0 ? this.#pass(rest) : nothing
    const blank = passed.length > 0 && this.#form.sse && this.#holdEnd ? '\n\n' : ''
    return concatBytes([passed, encoder.encode(blank + (this.#isOver() ? this.#form.end() : ''))])
  }

  cut(cut: StreamCut): Uint8Array {
    const open = Array.from({ length: this.#answers }, (_, index) => index).filter(
      (index) => !this.#finishedAnswers.has(index),
    )
    return this.#last(cutChunk(this.#headOf(cut), open.map(cappedCandidate), cut))
  }

  /** Without a hold there is nothing to end but the array. */
  close(closing: StreamClosing): Uint8Array {
    if (!this.#holdEnd) return encoder.encode(this.#form.end())
    const finishReason = this.#finishedAnswers.get(0)
    const candidates = [{ content: emptyContent, ...(finishReason && { finishReason }), index: 0 }]
    return this.#last(closingChunk(this.#headOf(closing), candidates, closing))
  }

  /** Whether nothing of ours follows what the provider sent. */
  #isOver(): boolean {
    return this.failed ? !this.hidError : this.finished && !this.#holdEnd
  }

  #last(chunk: object): Uint8Array {
    return encoder.encode(this.#form.print(JSON.stringify(chunk)) + this.#form.end())
  }

  /** What the stream's own chunks said; ours where they said nothing. */
  #headOf({ requestId, model }: StreamClosing): ChunkHead {
    return { modelVersion: model, responseId: requestId, ...this.#head }
  }

  /** What goes down of an event. */
  #pass(event: Uint8Array): Uint8Array {
    const data = dataOf(event)
    const chunk = data === undefined ? undefined : parseJson(data)
    if (isFields(chunk) && !this.#read(chunk)) return nothing
    if (this.#form.sse) return event
    return isFields(chunk) && data !== undefined ? encoder.encode(this.#form.print(data)) : nothing
  }

  /** Whether the chunk may go down. */
  #read(chunk: Fields): boolean {
    if (isError(chunk)) {
      this.failed = true
      this.hidError = this.#operatorErrors.includes(factsOf(chunk).code ?? '')
      return !this.hidError
    }
    this.#readHead(chunk)
    const before = this.outputBytes
    for (const candidate of listOf(chunk, 'candidates')) this.#readCandidate(candidate)
    const feedback = chunk['promptFeedback']
    if (isFields(feedback) && reasonOf(feedback['blockReason'])) this.finished = true
    if (isFields(chunk['usageMetadata'])) this.#tally.note(chunk['usageMetadata'])
    else if (this.outputBytes > before) this.#tally.expire()
    return true
  }

  #readHead(chunk: Fields): void {
    const modelVersion = textOf(chunk, 'modelVersion')
    const responseId = textOf(chunk, 'responseId')
    this.#head = { ...(modelVersion && { modelVersion }), ...(responseId && { responseId }), ...this.#head }
  }

  #readCandidate(candidate: unknown): void {
    if (!isFields(candidate)) return
    this.outputBytes += outputBytesOf(candidate)
    const reason = reasonOf(candidate['finishReason'])
    if (!reason) return
    this.#finishedAnswers.set(typeof candidate['index'] === 'number' ? candidate['index'] : 0, reason)
    if (this.#finishedAnswers.size >= this.#answers) this.finished = true
  }
}
