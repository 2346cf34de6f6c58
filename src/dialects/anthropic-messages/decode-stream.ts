import type { BlockStart, ChatEvent, Finish } from '../../core/chat/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { countOf, fieldsOf, isFields, parseJson, textOf, type Fields } from '../fields.ts'
import { said } from '../said.ts'
import { dataOf, EventSplitter, nameOf } from '../server-sent-events.ts'
import { readCitation } from './citations.ts'
import { finishWith } from './decode-answer.ts'
import { errorFactsOf } from './errors.ts'
import { readRedacted, readSignature } from './seals.ts'
import { readFinish } from './stop-reason.ts'
import { answerTool } from './tool-input.ts'
import { convertUsage, learnUsage, type KnownUsage } from './usage.ts'

/** A block that is under way. */
interface OpenBlock {
  readonly type: BlockStart['type']
  /** What came with the start; of a tool its input, unless its deltas tell another. */
  readonly input?: string
  hasInput: boolean
  signature: string
}

/** Reads a stream of a message. */
export class MessageStreamDecoder implements StreamDecoder {
  readonly #splitter = new EventSplitter()
  readonly #open = new Map<number, OpenBlock>()
  #known: KnownUsage = {}
  #callsTools = false
  #finished = false
  /** Whether nothing more is told: the stream ended, or failed. */
  #over = false
  readonly #readers: Readonly<Record<string, (event: Fields) => ChatEvent[]>> = {
    message_start: (event) => this.#readStart(event),
    content_block_start: (event) => this.#readBlockStart(event),
    content_block_delta: (event) => this.#readDelta(event),
    content_block_stop: (event) => this.#readBlockStop(event),
    message_delta: (event) => this.#readMessageDelta(event),
    message_stop: () => this.#end(),
    error: (event) => this.#fail(event),
  }

  push(bytes: Uint8Array): ChatEvent[] {
    return this.#splitter.push(bytes).flatMap((event) => this.#read(event))
  }

  rest(): ChatEvent[] {
    const events = this.#read(this.#splitter.rest())
    return this.#finished ? [...events, ...this.#end()] : events
  }

  #read(bytes: Uint8Array): ChatEvent[] {
    const data = this.#over ? undefined : dataOf(bytes)
    if (data === undefined) return []
    const event = parseJson(data)
    const fields = isFields(event) ? event : {}
    const type = textOf(fields, 'type') ?? nameOf(bytes) ?? ''
    return Object.hasOwn(this.#readers, type) ? (this.#readers[type]?.(fields) ?? []) : []
  }

  #readStart(event: Fields): ChatEvent[] {
    const message = fieldsOf(event, 'message')
    this.#known = learnUsage(this.#known, message['usage'])
    const id = textOf(message, 'id')
    const model = textOf(message, 'model')
    const input = convertUsage({ output: 0, ...this.#known })
    return [{ type: 'start', ...said({ id, model, input }) }]
  }

  #readBlockStart(event: Fields): ChatEvent[] {
    const index = countOf(event, 'index')
    const block = fieldsOf(event, 'content_block')
    const start = readStart(block)
    if (index === undefined || !start) return []
    if (start.type === 'tool_call') this.#callsTools = true
    const open = openBlock(block, start)
    this.#open.set(index, open)
    const text = textOf(block, 'text') ?? textOf(block, 'thinking') ?? ''
    return [
      { type: 'block', index, block: start },
      ...(text === '' ? [] : [{ type: 'delta' as const, index, text }]),
      ...(block['type'] === 'redacted_thinking' ? readData(index, block) : []),
    ]
  }

  #readDelta(event: Fields): ChatEvent[] {
    const index = countOf(event, 'index')
    const open = index === undefined ? undefined : this.#open.get(index)
    if (index === undefined || !open) return []
    const delta = fieldsOf(event, 'delta')
    if (delta['type'] === 'citations_delta') return readCitationDelta(index, delta)
    open.signature = textOf(delta, 'signature') ?? open.signature
    const json = textOf(delta, 'partial_json')
    if (json) open.hasInput = true
    const text = textOf(delta, 'text') ?? textOf(delta, 'thinking') ?? json ?? ''
    return text === '' ? [] : [{ type: 'delta', index, text }]
  }

  #readBlockStop(event: Fields): ChatEvent[] {
    const index = countOf(event, 'index')
    return index === undefined ? [] : this.#close(index)
  }

  #close(index: number): ChatEvent[] {
    const open = this.#open.get(index)
    if (!open) return []
    this.#open.delete(index)
    const seal = readSignature(open.signature)
    const needsInput = open.input !== undefined && !open.hasInput
    return [
      ...(needsInput ? [{ type: 'delta' as const, index, text: open.input ?? '' }] : []),
      ...(seal ? [{ type: 'seal' as const, index, seal }] : []),
      { type: 'block_end', index },
    ]
  }

  #readMessageDelta(event: Fields): ChatEvent[] {
    this.#known = learnUsage(this.#known, event['usage'])
    const delta = fieldsOf(event, 'delta')
    const reason = textOf(delta, 'stop_reason')
    const finish = reason === undefined ? undefined : finishWith(readFinish(reason), this.#callsTools)
    if (finish) this.#finished = true
    // Before the end, and without a count of its own, the output that is known is that of the beginning.
    const isFinal = this.#finished && countOf(fieldsOf(event, 'usage'), 'output_tokens') !== undefined
    const usage = isFinal ? convertUsage(this.#known) : undefined
    return [
      ...(finish ? [...this.#closeAll(), finishEvent(finish, delta)] : []),
      ...(usage ? [{ type: 'usage' as const, usage }] : []),
    ]
  }

  #closeAll(): ChatEvent[] {
    return [...this.#open.keys()].flatMap((index) => this.#close(index))
  }

  #end(): ChatEvent[] {
    if (this.#over) return []
    this.#over = true
    return [...this.#closeAll(), { type: 'end' }]
  }

  #fail(event: Fields): ChatEvent[] {
    this.#over = true
    this.#finished = false
    const { code } = errorFactsOf(event)
    return [{ type: 'error', ...(code !== undefined && { code }) }]
  }
}

function readStart(block: Fields): BlockStart | undefined {
  const type = block['type']
  if (type === 'text') return { type: 'text' }
  if (type === 'thinking' || type === 'redacted_thinking') return { type: 'reasoning' }
  const id = textOf(block, 'id')
  const name = textOf(block, 'name')
  if (type !== 'tool_use' || id === undefined || name === undefined) return undefined
  return name === answerTool ? { type: 'text' } : { type: 'tool_call', id, name, kind: 'function' }
}

function openBlock(block: Fields, { type }: BlockStart): OpenBlock {
  const input = block['type'] === 'tool_use' ? JSON.stringify(block['input'] ?? {}) : undefined
  const signature = textOf(block, 'signature') ?? ''
  return { type, ...(input !== undefined && { input }), hasInput: false, signature }
}

function readData(index: number, block: Fields): ChatEvent[] {
  const data = textOf(block, 'data')
  return data === undefined ? [] : [{ type: 'seal', index, seal: readRedacted(data) }]
}

function readCitationDelta(index: number, delta: Fields): ChatEvent[] {
  const citation = readCitation(delta['citation'])
  return citation ? [{ type: 'citation', index, citation }] : []
}

function finishEvent(finish: Finish, delta: Fields): ChatEvent {
  const stopSequence = textOf(delta, 'stop_sequence')
  return { type: 'finish', finish, ...(stopSequence !== undefined && { stopSequence }) }
}
