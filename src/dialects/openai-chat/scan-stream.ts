import type { StreamScanner } from '../../core/dialect.ts'
import { concatBytes } from '../../core/bytes.ts'
import type { Usage } from '../../core/usage.ts'
import { dataOf, EventSplitter, nameOf } from '../server-sent-events.ts'
import { DeltaFrame } from './delta-frame.ts'
import { errorCodeOf } from './read-answer.ts'
import { outputBytesOf } from './output-bytes.ts'
import { convertUsage, isFields } from './usage.ts'

const nothing = new Uint8Array()

/** Follows a chat stream. Takes out the usage chunk with empty `choices` when told to; all else goes through as it came. */
export class ChatStreamScanner implements StreamScanner {
  usage: Usage | undefined
  outputBytes = 0
  finished = false
  ended = false
  failed = false
  hidError = false
  readonly #splitter = new EventSplitter()
  readonly #dropUsageChunk: boolean
  readonly #operatorErrors: readonly string[]
  /** How many answers have not finished yet. */
  #unfinished: number
  /** What the events look like that only bring text. */
  #frame: DeltaFrame | undefined

  constructor(options: { dropUsageChunk: boolean; answers: number; operatorErrors: readonly string[] }) {
    this.#dropUsageChunk = options.dropUsageChunk
    this.#operatorErrors = options.operatorErrors
    this.#unfinished = options.answers
  }

  push(bytes: Uint8Array): Uint8Array {
    const events = this.#splitter.push(bytes)
    const kept = events.filter((event) => this.#passes(event))
    return kept.length > 0 ? concatBytes(joinNeighbours(kept)) : nothing
  }

  /** An event that never ended is one that no client reads, unless the provider leaves out the last blank line. */
  rest(): Uint8Array {
    const rest = this.#splitter.rest()
    return rest.length > 0 && this.#passes(rest) ? rest : nothing
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
      return true
    }
    const chunk = parse(data)
    if (isError(chunk, event)) return this.#readError(chunk)
    return !isFields(chunk) || this.#readChunk(chunk, event)
  }

  #readError(chunk: unknown): boolean {
    this.failed = true
    this.hidError = this.#operatorErrors.includes(errorCodeOf(chunk) ?? '')
    return !this.hidError
  }

  #readChunk(chunk: Readonly<Record<string, unknown>>, event: Uint8Array): boolean {
    const hasChoices = Array.isArray(chunk['choices'])
    const choices = hasChoices ? (chunk['choices'] as unknown[]) : []
    const before = this.outputBytes
    for (const choice of choices) this.#readChoice(choice)
    const usage = convertUsage(chunk['usage'])
    if (usage) this.usage = usage
    else if (this.outputBytes > before) this.usage = undefined
    if (!usage && !this.finished && !this.failed) this.#learn(event, choices, this.outputBytes - before)
    return !(this.#dropUsageChunk && usage && hasChoices && choices.length === 0)
  }

  #learn(event: Uint8Array, choices: readonly unknown[], textBytes: number): void {
    const [choice] = choices
    const plain = choices.length === 1 && isFields(choice) && (choice['finish_reason'] ?? null) === null
    if (plain) this.#frame = DeltaFrame.of(event, textBytes) ?? this.#frame
  }

  #readChoice(choice: unknown): void {
    if (!isFields(choice)) return
    this.outputBytes += outputBytesOf(choice['delta'])
    const reason = choice['finish_reason']
    if (typeof reason === 'string' && reason !== '' && --this.#unfinished === 0) this.finished = true
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

/** OpenAI's error chunk, the bare one of vLLM, or whatever comes as an event named `error`. */
function isError(chunk: unknown, event: Uint8Array): boolean {
  if (isFields(chunk)) {
    if ((chunk['error'] ?? null) !== null || chunk['object'] === 'error') return true
    if (Array.isArray(chunk['choices'])) return false
  }
  return nameOf(event) === 'error'
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
