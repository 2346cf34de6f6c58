import { packSeal, unpackSeal, type Seal } from '../../core/chat/seal.ts'
import { countOf, fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts'

/** How our own details are marked: other gateways' are not ours to read. */
const ownFormat = 'weir-v1'

/** A thought of the model with the seal on it, if there is one. */
export interface Thought {
  readonly text: string
  readonly seal?: Seal
  readonly after?: Place
}

/** Where a thought stands: behind so much of the message's text, in UTF-16 units, and so many of its calls of tools. */
export interface Place {
  readonly text: number
  readonly calls: number
}

/** Callers keep these as they are and send them back with the message. */
interface ReasoningDetail {
  readonly type: 'reasoning.text' | 'reasoning.encrypted'
  readonly text?: string
  /** A seal in addition to the text. */
  readonly signature?: string
  /** A seal in place of the text, or of more than the text. */
  readonly data?: string
  readonly id?: string
  /** What of the message stands in front of it: a message has its thoughts apart from its text and its calls. */
  readonly after?: { readonly text: number; readonly tool_calls: number }
  readonly format: string
  readonly index: number
}

export function printDetail({ text, seal, after }: Thought, index: number): ReasoningDetail {
  return {
    type: text === '' && seal?.locked ? 'reasoning.encrypted' : 'reasoning.text',
    ...((text !== '' || !seal?.locked) && { text }),
    ...(seal && printSeal(seal)),
    ...(after && after.text + after.calls > 0 && { after: { text: after.text, tool_calls: after.calls } }),
    format: ownFormat,
    index,
  }
}

function printSeal(seal: Seal) {
  const value = seal.by === 'openai' ? seal.value : packSeal(seal)
  return {
    ...(seal.locked ? { data: value } : { signature: value }),
    ...(seal.by === 'openai' && seal.id !== undefined && { id: seal.id }),
  }
}

/** Undefined for a detail that is not ours. */
export function readDetail(detail: unknown): Thought | undefined {
  if (!isFields(detail) || detail['format'] !== ownFormat) return undefined
  const seal = readSeal(detail)
  const after = fieldsOf(detail, 'after')
  const [text, calls] = [countOf(after, 'text') ?? 0, countOf(after, 'tool_calls') ?? 0]
  return {
    text: textOf(detail, 'text') ?? '',
    ...(seal && { seal }),
    ...(text + calls > 0 && { after: { text, calls } }),
  }
}

function readSeal(detail: Fields): Seal | undefined {
  const data = textOf(detail, 'data')
  const value = data ?? textOf(detail, 'signature')
  if (value === undefined) return undefined
  const seal = unpackSeal(value, 'openai')
  if (seal.value !== value) return seal
  const id = textOf(detail, 'id')
  return { ...seal, ...(id !== undefined && { id }), ...(data !== undefined && { locked: true }) }
}

/** The details of all thoughts up to the last that is sealed: without a seal there is nothing to keep. */
export function printDetails(thoughts: readonly Thought[]): ReasoningDetail[] {
  const count = thoughts.findLastIndex(({ seal }) => seal !== undefined) + 1
  return thoughts.slice(0, count).map(printDetail)
}

/** The thoughts of a message. Its text holds those of the details, in the same order, and what came after them. */
export function readThoughts(message: Fields): Thought[] {
  const text = thoughtTextOf(message)
  const told = listOf(message, 'reasoning_details').flatMap((detail) => readDetail(detail) ?? [])
  const toldText = told.map((thought) => thought.text).join('')
  const rest = text.startsWith(toldText) ? text.slice(toldText.length) : ''
  return rest === '' ? told : [...told, { text: rest }]
}

/** Vendors use either name, or both at once. */
export function thoughtTextOf(message: Fields): string {
  return textOf(message, 'reasoning_content') ?? textOf(message, 'reasoning') ?? ''
}

/** The place that Google has for a seal on the call of a tool. */
export function printCallSeal(seal: Seal) {
  const plain = seal.by === 'google' && seal.id === undefined && !seal.locked
  return { google: { thought_signature: plain ? seal.value : packSeal(seal) } }
}

export function readCallSeal(call: Fields): Seal | undefined {
  const extra = call['extra_content']
  const google = isFields(extra) ? extra['google'] : undefined
  const text = isFields(google) ? textOf(google, 'thought_signature') : undefined
  return text === undefined || text === '' ? undefined : unpackSeal(text, 'google')
}
