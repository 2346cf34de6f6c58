import type { ChatEvent } from '../../core/chat/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { fieldsOf, isFields, listOf, parseJson, textOf, type Fields } from '../fields.ts'
import { said } from '../said.ts'
import { dataOf, EventSplitter } from '../server-sent-events.ts'
import { readAnnotations } from './annotations.ts'
import { readHead } from './chunk-head.ts'
import { decodeFinish } from './finish.ts'
import { readLogprobs } from './logprobs.ts'
import { readContent, readImages } from './message-text.ts'
import { OpenBlocks } from './open-blocks.ts'
import { errorCodeOf, isErrorEvent } from './read-error.ts'
import { readCallSeal, readDetail, thoughtTextOf } from './reasoning-details.ts'
import { readCall } from './tool-calls.ts'
import { convertUsage } from './usage.ts'

/** Reads a chat stream, the first of several answers. */
export class ChatStreamDecoder implements StreamDecoder {
  readonly #splitter = new EventSplitter()
  readonly #blocks = new OpenBlocks()
  #begun = false
  #finished = false
  /** Whether nothing that may still come counts. */
  #over = false

  push(bytes: Uint8Array): ChatEvent[] {
    return this.#splitter.push(bytes).flatMap((event) => this.#read(event))
  }

  /** Some providers leave out the last blank line, or the whole end. */
  rest(): ChatEvent[] {
    const rest = this.#splitter.rest()
    const events = rest.length > 0 ? this.#read(rest) : []
    return this.#finished && !this.#over ? [...events, ...this.#end()] : events
  }

  #read(event: Uint8Array): ChatEvent[] {
    const data = this.#over ? undefined : dataOf(event)
    if (data === undefined) return []
    if (data === '[DONE]') return [...this.#finish(undefined), ...this.#end()]
    const chunk = parseJson(data)
    if (isErrorEvent(chunk, event)) return this.#fail(errorCodeOf(chunk))
    return isFields(chunk) ? this.#readChunk(chunk) : []
  }

  #fail(code: string | undefined): ChatEvent[] {
    this.#over = true
    return [{ type: 'error', ...(code !== undefined && { code }) }]
  }

  #end(): ChatEvent[] {
    this.#over = true
    return [{ type: 'end' }]
  }

  #readChunk(chunk: Fields): ChatEvent[] {
    const choices = listOf(chunk, 'choices').filter(isFields)
    const choice = choices.find(({ index }) => (index ?? 0) === 0)
    const usage = convertUsage(chunk['usage'])
    return [
      ...this.#begin(chunk, choices.length > 0),
      ...(choice ? this.#readChoice(choice) : []),
      ...(usage ? [{ type: 'usage' as const, usage }] : []),
    ]
  }

  /** Azure's first chunk tells of its filters only, under an empty id. */
  #begin(chunk: Fields, hasChoices: boolean): ChatEvent[] {
    const { id, model } = readHead(chunk)
    if (this.#begun || (id === undefined && !hasChoices)) return []
    this.#begun = true
    this.#blocks.answerId = id
    return [{ type: 'start', ...said({ id, model }) }]
  }

  #readChoice(choice: Fields): ChatEvent[] {
    if (this.#finished) return []
    const reason = textOf(choice, 'finish_reason') ?? ''
    return [...readDelta(choice, this.#blocks), ...(reason === '' ? [] : this.#finish(reason))]
  }

  #finish(reason: string | undefined): ChatEvent[] {
    if (this.#finished) return []
    this.#finished = true
    const finish = decodeFinish(reason, this.#blocks.callsTools)
    return [...this.#blocks.endAll(), { type: 'finish', finish }]
  }
}

function readDelta(choice: Fields, blocks: OpenBlocks): ChatEvent[] {
  const delta = fieldsOf(choice, 'delta')
  const { text, thought } = readContent(delta['content'])
  return [
    ...blocks.speak('reasoning', thoughtTextOf(delta) || thought),
    ...readSeals(delta, blocks),
    ...blocks.speak('text', text, readLogprobs(choice, 'content')),
    ...readAnnotations(delta).flatMap((citation) => blocks.cite(citation)),
    ...blocks.speak('refusal', textOf(delta, 'refusal') ?? '', readLogprobs(choice, 'refusal')),
    ...readImages(delta).flatMap((image) => blocks.show(image)),
    ...readCalls(delta, blocks),
  ]
}

function readSeals(delta: Fields, blocks: OpenBlocks): ChatEvent[] {
  return listOf(delta, 'reasoning_details').flatMap((detail) => {
    const thought = readDetail(detail)
    return thought ? blocks.seal(thought.seal, thought.text) : []
  })
}

function readCalls(delta: Fields, blocks: OpenBlocks): ChatEvent[] {
  const calls = listOf(delta, 'tool_calls').filter(isFields)
  const old = delta['function_call']
  return [
    ...calls.flatMap((call) => blocks.call(keyOf(call), readCall(call), readCallSeal(call))),
    ...(isFields(old) ? blocks.call('old', readCall({ function: old })) : []),
  ]
}

function keyOf({ index }: Fields): string | undefined {
  return typeof index === 'number' ? String(index) : undefined
}
