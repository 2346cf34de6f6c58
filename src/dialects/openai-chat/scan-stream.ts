import type { StreamScanner } from '../../core/dialect.ts'
import { concatBytes } from '../../core/json-fields.ts'
import type { Usage } from '../../core/usage.ts'
import { dataOf, EventSplitter, nameOf } from '../server-sent-events.ts'
import { outputBytesOf } from './output-bytes.ts'
import { convertUsage, isFields } from './usage.ts'

const nothing = new Uint8Array()

/** Follows a chat stream. Takes out the usage chunk with empty `choices` when told to; all else goes through as it came. */
export class ChatStreamScanner implements StreamScanner {
  usage: Usage | undefined
  outputBytes = 0
  finished = false
  failed = false
  readonly #splitter = new EventSplitter()
  readonly #dropUsageChunk: boolean
  /** How many answers have not finished yet. */
  #unfinished: number

  constructor(options: { dropUsageChunk: boolean; answers: number }) {
    this.#dropUsageChunk = options.dropUsageChunk
    this.#unfinished = options.answers
  }

  push(bytes: Uint8Array): Uint8Array {
    const events = this.#splitter.push(bytes)
    const kept = events.filter((event) => this.#passes(event))
    return kept.length > 0 ? concatBytes(kept) : nothing
  }

  /** An event that never ended is one that no client reads, unless the provider leaves out the last blank line. */
  rest(): Uint8Array {
    const rest = this.#splitter.rest()
    return rest.length > 0 && this.#passes(rest) ? rest : nothing
  }

  #passes(event: Uint8Array): boolean {
    const data = dataOf(event)
    if (data === undefined) return true
    if (data === '[DONE]') this.finished = true
    const chunk = parse(data)
    if (isError(chunk, event)) this.failed = true
    if (!isFields(chunk)) return true
    const choices = Array.isArray(chunk['choices']) ? (chunk['choices'] as unknown[]) : []
    for (const choice of choices) this.#readChoice(choice)
    const usage = convertUsage(chunk['usage'])
    if (usage) this.usage = usage
    return !(this.#dropUsageChunk && usage && Array.isArray(chunk['choices']) && choices.length === 0)
  }

  #readChoice(choice: unknown): void {
    if (!isFields(choice)) return
    this.outputBytes += outputBytesOf(choice['delta'])
    const reason = choice['finish_reason']
    if (typeof reason === 'string' && reason !== '' && --this.#unfinished === 0) this.finished = true
  }
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
