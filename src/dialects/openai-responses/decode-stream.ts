import type { ChatEvent } from '../../core/chat/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { fieldsOf, isFields, keyOf, listOf, parseJson, textOf, type Fields } from '../fields.ts'
import { dataOf, EventSplitter, nameOf } from '../server-sent-events.ts'
import { decodeCitation } from './annotations.ts'
import { BlockBook } from './block-book.ts'
import { callStart, finishOf } from './decode-output.ts'
import { failureCode } from './errors.ts'
import { decodeLogprobs } from './logprobs.ts'
import { summaryBreak } from './reasoning.ts'
import { said } from '../said.ts'
import { convertUsage } from './usage.ts'

type Step = (book: BlockBook, event: Fields) => ChatEvent[]

/** What each event tells. All others are passed over. */
const steps: Readonly<Record<string, Step>> = {
  'response.created': (book, event) => book.start(startOf(event)),
  'response.in_progress': (book, event) => book.start(startOf(event)),
  'response.output_item.added': (book, event) => {
    const item = fieldsOf(event, 'item')
    if (item['type'] === 'reasoning') book.expectThought(itemKey(event))
    const block = callStart(item)
    return block ? book.open(itemKey(event), block) : []
  },
  'response.output_item.done': (book, event) => book.finishItem(event, fieldsOf(event, 'item')),
  'response.content_part.added': (book, event) => {
    const type = partBlocks[keyOf(fieldsOf(event, 'part'), 'type')]
    return type ? book.open(partKey(event), { type }) : []
  },
  'response.content_part.done': (book, event) => book.finishPart(event, fieldsOf(event, 'part')),
  'response.output_text.delta': (book, event) => [
    ...book.open(partKey(event), { type: 'text' }),
    ...book.grow(
      partKey(event),
      textOf(event, 'delta'),
      said({ logprobs: decodeLogprobs(event['logprobs']) }),
    ),
  ],
  'response.refusal.delta': (book, event) => [
    ...book.open(partKey(event), { type: 'refusal' }),
    ...book.grow(partKey(event), textOf(event, 'delta')),
  ],
  'response.output_text.annotation.added': (book, event) => {
    const citation = decodeCitation(event['annotation'])
    return citation ? book.cite(partKey(event), citation) : []
  },
  'response.function_call_arguments.delta': growItem,
  'response.custom_tool_call_input.delta': growItem,
  'response.reasoning_text.delta': growThought,
  'response.reasoning_summary_text.delta': growThought,
  'response.reasoning_summary_part.added': (book, event) =>
    book.hasText(itemKey(event)) ? book.grow(itemKey(event), summaryBreak) : [],
  'response.completed': end,
  'response.incomplete': end,
  'response.failed': fail,
  error: fail,
}

const partBlocks: Readonly<Record<string, 'text' | 'refusal'>> = { output_text: 'text', refusal: 'refusal' }

function growItem(book: BlockBook, event: Fields): ChatEvent[] {
  return book.grow(itemKey(event), textOf(event, 'delta'))
}

function growThought(book: BlockBook, event: Fields): ChatEvent[] {
  return [...book.open(itemKey(event), { type: 'reasoning' }), ...growItem(book, event)]
}

function itemKey(event: Fields): string {
  return keyOf(event, 'output_index')
}

function partKey(event: Fields): string {
  return `${itemKey(event)}:${keyOf(event, 'content_index') || '0'}`
}

function startOf(event: Fields): ChatEvent {
  const response = fieldsOf(event, 'response')
  return { type: 'start', ...said({ id: textOf(response, 'id'), model: textOf(response, 'model') }) }
}

/** Some servers say all of an answer in their last event only. */
function end(book: BlockBook, event: Fields): ChatEvent[] {
  const response = fieldsOf(event, 'response')
  const status = event['type'] === 'response.incomplete' ? 'incomplete' : 'completed'
  const usage = convertUsage(response['usage'])
  const late = listOf(response, 'output').flatMap((item, index) =>
    isFields(item) ? book.finishItem({ output_index: index }, item) : [],
  )
  return [
    ...book.start(startOf(event)),
    ...late,
    ...book.endAll(),
    ...(usage ? [{ type: 'usage' as const, usage }] : []),
    { type: 'finish', finish: finishOf({ ...response, status }, book.hasCalls) },
    { type: 'end' },
  ]
}

function fail(_: BlockBook, event: Fields): ChatEvent[] {
  return [{ type: 'error', ...said({ code: failureCode(event) }) }]
}

/** Reads the stream of a response. */
export class ResponsesStreamDecoder implements StreamDecoder {
  readonly #splitter = new EventSplitter()
  readonly #book = new BlockBook()
  #over = false

  push(bytes: Uint8Array): ChatEvent[] {
    return this.#splitter.push(bytes).flatMap((event) => this.#read(event))
  }

  rest(): ChatEvent[] {
    const rest = this.#splitter.rest()
    return rest.length > 0 ? this.#read(rest) : []
  }

  #read(event: Uint8Array): ChatEvent[] {
    const data = dataOf(event)
    const told = data === undefined ? undefined : parseJson(data)
    if (!isFields(told) || this.#over) return []
    const type = typeOf(told, event)
    const events = Object.hasOwn(steps, type) ? (steps[type]?.(this.#book, told) ?? []) : []
    this.#over = events.some(({ type }) => type === 'end' || type === 'error')
    return events
  }
}

/** The type of an event, which some servers tell in its name only. An error may have none. */
function typeOf(told: Fields, event: Uint8Array): string {
  const type = textOf(told, 'type') ?? nameOf(event) ?? ''
  const isError =
    nameOf(event) === 'error' || (!Object.hasOwn(steps, type) && (told['error'] ?? null) !== null)
  return isError ? 'error' : type
}
