import type { ErrorFacts } from '../../core/dialect.ts'
import { fieldsOf, isFields, listOf, parseJson, type Fields } from '../fields.ts'
import { nameOf } from '../server-sent-events.ts'

/** More of a provider's words than this helps nobody. */
const maxMessageLength = 2000

/** Reads an error in OpenAI's envelope, or in one of those that providers use who speak like it. */
export function readError(body: Uint8Array): ErrorFacts {
  const answer = parseJson(body)
  if (answer !== undefined) return errorFactsOf(answer)
  const text = new TextDecoder().decode(body).trim()
  // A page of a proxy on the way says nothing.
  return text === '' || text.startsWith('<') ? {} : { message: text.slice(0, maxMessageLength) }
}

export function errorCodeOf(answer: unknown): string | undefined {
  return errorFactsOf(answer).code
}

function errorFactsOf(answer: unknown): ErrorFacts {
  if (typeof answer === 'string') return answer === '' ? {} : { message: answer.slice(0, maxMessageLength) }
  const root: unknown = Array.isArray(answer) ? answer[0] : answer
  if (!isFields(root)) return {}
  const error = innerError(root)
  const code = firstOf(error, codeNames, codeText)
  const message = firstOf(error, messageNames, messageText)
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) }
}

/** The object that tells: most wrap it in one way or another. */
function innerError(root: Fields): Fields {
  const places = [root['error'], listOf(root, 'error')[0], fieldsOf(root, 'Response')['Error']]
  return [...places, root['base_resp'], listOf(root, 'errors')[0]].find(isFields) ?? root
}

const codeNames = ['code', 'error_code', 'Code', 'status_code', 'status', 'type']
const messageNames = ['message', 'error_msg', 'Message', 'status_msg', 'msg', 'error', 'detail']

function firstOf(
  error: Fields,
  names: readonly string[],
  read: (value: unknown) => string | undefined,
): string | undefined {
  for (const name of names) {
    const text = read(error[name])
    if (text !== undefined) return text
  }
  return undefined
}

/** A number is a code unless it only says the HTTP status once more, or that all is well. */
function codeText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 600 ? String(value) : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** FastAPI lists what is wrong field by field. */
function messageText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  const text = isFields(first) ? first['msg'] : first
  return typeof text === 'string' && text !== '' ? text.slice(0, maxMessageLength) : undefined
}

/** OpenAI's error chunk, the bare one of vLLM, or whatever comes as an event named `error`. */
export function isErrorEvent(chunk: unknown, event: Uint8Array): boolean {
  if (isFields(chunk)) {
    if ((chunk['error'] ?? null) !== null || chunk['object'] === 'error') return true
    if (Array.isArray(chunk['choices'])) return false
  }
  return nameOf(event) === 'error'
}
