import type { Block, ChatAnswer } from '../../core/chat/answer.ts'
import type { ErrorFacts } from '../../core/dialect.ts'
import { fieldsOf, isFields, listOf, parseJson, textOf, type Fields } from '../fields.ts'
import { convertUsage, endingOf, readCitation } from './facts.ts'
import { locked, signed } from './seals.ts'

/** Reads an unstreamed answer; undefined if it is none. */
export function decodeAnswer(body: Uint8Array): ChatAnswer | undefined {
  const answer = parseJson(body)
  if (!isFields(answer)) return undefined
  const message = fieldsOf(answer, 'output')['message']
  if (!isFields(message) || !Array.isArray(message['content'])) return undefined
  const blocks = listOf(message, 'content').flatMap((block) => (isFields(block) ? readBlock(block) : []))
  const usage = convertUsage(answer['usage'])
  const calledTools = blocks.some(({ type }) => type === 'tool_call')
  return { blocks, ...endingOf(answer, calledTools), ...(usage && { usage }) }
}

const readers: Readonly<Record<string, (value: unknown) => Block[]>> = {
  text: (text) => (typeof text === 'string' && text !== '' ? [{ type: 'text', text }] : []),
  reasoningContent: (thought) => (isFields(thought) ? readThought(thought) : []),
  toolUse: (call) => (isFields(call) ? readCall(call) : []),
  citationsContent: (cited) => (isFields(cited) ? readCited(cited) : []),
  image: (image) => (isFields(image) ? readImage(image) : []),
}

/** A block is an object with one field, which says what it is. Blocks that nobody here knows are passed over. */
function readBlock(block: Fields): Block[] {
  return Object.entries(readers).flatMap(([name, read]) => read(block[name]))
}

function readThought(thought: Fields): Block[] {
  const hidden = textOf(thought, 'redactedContent')
  if (hidden !== undefined) return [{ type: 'reasoning', text: '', seal: locked([hidden]) }]
  const told = fieldsOf(thought, 'reasoningText')
  const text = textOf(told, 'text') ?? ''
  const signature = textOf(told, 'signature')
  if (text === '' && signature === undefined) return []
  return [{ type: 'reasoning', text, ...(signature !== undefined && { seal: signed(signature) }) }]
}

function readCall(call: Fields): Block[] {
  const name = textOf(call, 'name')
  if (name === undefined) return []
  const input = call['input'] ?? {}
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  return [{ type: 'tool_call', id: textOf(call, 'toolUseId') ?? '', name, arguments: text, kind: 'function' }]
}

function readCited(cited: Fields): Block[] {
  const text = listOf(cited, 'content')
    .map((part) => (isFields(part) ? (textOf(part, 'text') ?? '') : ''))
    .join('')
  const citations = listOf(cited, 'citations').flatMap((citation) => readCitation(citation) ?? [])
  return text === '' ? [] : [{ type: 'text', text, ...(citations.length > 0 && { citations }) }]
}

function readImage(image: Fields): Block[] {
  const data = textOf(fieldsOf(image, 'source'), 'bytes')
  if (data === undefined) return []
  return [{ type: 'image', mediaType: `image/${textOf(image, 'format') ?? 'png'}`, data }]
}

/**
 * What an error's body says. AWS names the kind of an error in the header `x-amzn-errortype`, which is not seen here, and only
 * sometimes in the body too.
 */
export function readError(body: Uint8Array): ErrorFacts {
  const error = parseJson(body)
  if (!isFields(error)) return {}
  const message = textOf(error, 'message') ?? textOf(error, 'Message')
  const code = kindOf(textOf(error, '__type') ?? textOf(error, 'code')) ?? codeFrom(message)
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) }
}

/** `com.amazon.coral.validate#ValidationException:http://…` is a ValidationException. */
function kindOf(type: string | undefined): string | undefined {
  const kind = type?.split('#').at(-1)?.split(':')[0]
  return kind === '' ? undefined : kind
}

/** What messages without a kind mean. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/too many (requests|tokens)|throttl/i, 'ThrottlingException'],
  [/input is too long|prompt is too long|maximum context|context window/i, 'context_length_exceeded'],
  [/signature|security token|expired token/i, 'InvalidSignatureException'],
  [/not authorized|access denied|don't have access/i, 'AccessDeniedException'],
]

function codeFrom(message = ''): string | undefined {
  return meanings.find(([pattern]) => pattern.test(message))?.[1]
}
