import type { ScanOptions, StreamClosing, StreamCut, StreamScanner } from '../../core/dialect.ts'
import { concatBytes } from '../../core/bytes.ts'
import type { Usage } from '../../core/usage.ts'
import { dataOf, EventSplitter } from '../server-sent-events.ts'
import { readHead, type ChunkHead } from './chunk-head.ts'
import { cutEvents, endEvents, type OpenAnswer } from './closing-events.ts'
import { DeltaFrame } from './delta-frame.ts'
import { errorCodeOf, isErrorEvent } from './read-error.ts'
import { outputBytesOf } from './output-bytes.ts'
import { isFields, parseJson } from '../fields.ts'
import { convertUsage } from './usage.ts'

const nothing = new Uint8Array()
const blankLine = new TextEncoder().encode('\n\n')

interface ScannerOptions extends ScanOptions {
  readonly dropUsageChunk: boolean
  readonly answers: number
  readonly operatorErrors: readonly string[]
}

/** Follows a chat stream. Takes out its end and the usage chunk with empty `choices` when told to; all else goes through as it came. */
export class ChatStreamScanner implements StreamScanner {
  usage: Usage | undefined
  outputBytes = 0
  finished = false
  ended = false
  failed = false
  hidError = false
  /** What the chunks say of the whole stream, as far as they do. */
  head: ChunkHead = {}
  /** Whether the caller is to get a usage chunk. */
  readonly tellsUsage: boolean
  readonly #splitter = new EventSplitter()
  readonly #dropUsageChunk: boolean
  readonly #holdEnd: boolean
  readonly #operatorErrors: readonly string[]
  readonly #answers: number
  /** By index. */
  readonly #answersWithRole = new Set<number>()
  readonly #finishedAnswers = new Set<number>()
  /** What the events look like that only bring text. */
  #frame: DeltaFrame | undefined

  constructor({ dropUsageChunk, holdEnd = false, answers, operatorErrors }: ScannerOptions) {
    this.tellsUsage = holdEnd || !dropUsageChunk
    this.#dropUsageChunk = dropUsageChunk
    this.#holdEnd = holdEnd
    this.#operatorErrors = operatorErrors
    this.#answers = answers
  }

  get openAnswers(): OpenAnswer[] {
    const all = Array.from({ length: this.#answers }, (_, index) => index)
    return all
      .filter((index) => !this.#finishedAnswers.has(index))
      .map((index) => ({ index, hasRole: this.#answersWithRole.has(index) }))
  }

  push(bytes: Uint8Array): Uint8Array {
    const events = this.#splitter.push(bytes)
    const kept = events.filter((event) => this.#passes(event))
    return kept.length > 0 ? concatBytes(joinNeighbours(kept)) : nothing
  }

  /**
   * An event that never ended is one that no client reads, unless the provider leaves out the last blank line. Where our own end
   * follows it needs one.
   */
  rest(): Uint8Array {
    const rest = this.#splitter.rest()
    if (rest.length === 0 || !this.#passes(rest)) return nothing
    return this.#holdEnd ? concatBytes([rest, blankLine]) : rest
  }

  cut(cut: StreamCut): Uint8Array {
    return cutEvents(this, cut)
  }

  close(closing: StreamClosing): Uint8Array {
    if (this.#holdEnd) return endEvents(this, closing)
    const lacksUsage = this.tellsUsage && !this.usage
    return this.ended ? nothing : endEvents({ head: this.head, tellsUsage: lacksUsage }, closing)
  }

  #passes(event: Uint8Array): boolean {
    const textBytes = this.#frame?.textBytesOf(event)
    if (textBytes === undefined) return this.#read(event)
    this.outputBytes += textBytes
    // A usage that was told before this text does not count it.
    this.usage = undefined
    return true
  }

  #read(event: Uint8Array): boolean {
    const data = dataOf(event)
    if (data === undefined) return true
    if (data === '[DONE]') {
      this.finished = true
      this.ended = true
      return !this.#holdEnd
    }
    const chunk = parseJson(data)
    if (isErrorEvent(chunk, event)) return this.#readError(chunk)
    return !isFields(chunk) || this.#readChunk(chunk, event)
  }

  #readError(chunk: unknown): boolean {
    this.failed = true
    this.hidError = this.#operatorErrors.includes(errorCodeOf(chunk) ?? '')
    return !this.hidError
  }

  #readChunk(chunk: Readonly<Record<string, unknown>>, event: Uint8Array): boolean {
    // Azure's first chunk tells of its filters only, under an empty id.
    if (this.head.id === undefined) this.head = { ...readHead(chunk), ...this.head }
    const hasChoices = Array.isArray(chunk['choices'])
    const choices = hasChoices ? (chunk['choices'] as unknown[]) : []
    const before = this.outputBytes
    for (const choice of choices) this.#readChoice(choice)
    const usage = convertUsage(chunk['usage'])
    if (usage) this.usage = usage
    else if (this.outputBytes > before) this.usage = undefined
    if (!usage && !this.finished && !this.failed) this.#learn(event, choices, this.outputBytes - before)
    return !(hasChoices && choices.length === 0 && this.#dropsUsage(chunk['usage']))
  }

  /** Where ours follows, a usage that cannot be read is not wanted either. */
  #dropsUsage(usage: unknown): boolean {
    return this.#holdEnd ? isFields(usage) : this.#dropUsageChunk && convertUsage(usage) !== undefined
  }

  #learn(event: Uint8Array, choices: readonly unknown[], textBytes: number): void {
    const [choice] = choices
    const plain = choices.length === 1 && isFields(choice) && (choice['finish_reason'] ?? null) === null
    if (plain) this.#frame = DeltaFrame.of(event, textBytes) ?? this.#frame
  }

  #readChoice(choice: unknown): void {
    if (!isFields(choice)) return
    const { delta, finish_reason: reason } = choice
    const index = typeof choice['index'] === 'number' ? choice['index'] : 0
    this.outputBytes += outputBytesOf(delta)
    if (isFields(delta) && typeof delta['role'] === 'string') this.#answersWithRole.add(index)
    if (typeof reason !== 'string' || reason === '') return
    this.#finishedAnswers.add(index)
    if (this.#finishedAnswers.size >= this.#answers) this.finished = true
  }
}

/** Puts bytes together that lie side by side in memory, without a copy. */
function joinNeighbours(parts: readonly Uint8Array[]): Uint8Array[] {
  const runs: { readonly buffer: ArrayBufferLike; readonly start: number; end: number }[] = []
  for (const { buffer, byteOffset: start, length } of parts) {
    const last = runs.at(-1)
    if (last?.buffer === buffer && last.end === start) last.end += length
    else runs.push({ buffer, start, end: start + length })
  }
  return runs.map(({ buffer, start, end }) => new Uint8Array(buffer, start, end - start))
}
