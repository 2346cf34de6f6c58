import type { ErrorFacts } from '../../core/dialect.ts'
import type { WeirError } from '../../core/errors.ts'
import { fieldsOf, isFields, parseJson, textOf, type Fields } from '../fields.ts'
import { errorEnvelope } from '../openai-chat/errors.ts'
import { said } from './said.ts'

const encoder = new TextEncoder()

export function errorBody(error: WeirError, requestId?: string): Uint8Array {
  return encoder.encode(JSON.stringify(errorEnvelope(error, requestId)))
}

/** An error within a stream is flat. What number it has in its stream is not known here. */
export function errorEvent(error: WeirError, requestId: string): Uint8Array {
  const event = { ...errorEnvelope(error, requestId).error, type: 'error', sequence_number: 0 }
  return encoder.encode(`event: error\ndata: ${JSON.stringify(event)}\n\n`)
}

/** What an error says: in OpenAI's envelope, or without one. */
export function readError(body: Uint8Array): ErrorFacts {
  const answer = parseJson(body)
  return isFields(answer) ? errorFacts(answer) : {}
}

function errorFacts(answer: Fields): ErrorFacts {
  const error = isFields(answer['error']) ? answer['error'] : answer
  return said({ code: codeOf(error), message: textOf(error, 'message') })
}

/** Others have numbers for codes, or none: then the error's type stands for it, unless it is that of an event. */
function codeOf({ code, type }: Fields): string | undefined {
  if (typeof code === 'string' || typeof code === 'number') return String(code)
  const isEvent = type === 'error' || (typeof type === 'string' && type.startsWith('response.'))
  return typeof type === 'string' && !isEvent ? type : undefined
}

/** The code of an event that tells of a failure: a failed response, or an error as it stands. */
export function failureCode(event: Fields): string | undefined {
  const failed = fieldsOf(event, 'response')
  return errorFacts(isFields(failed['error']) ? failed : event).code
}
