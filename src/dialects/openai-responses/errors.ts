import type { ModelRequest } from '../../core/dialect.ts'
import type { WeirError } from '../../core/errors.ts'
import { fieldsOf, isFields, type Fields } from '../fields.ts'
import { errorEnvelope } from '../openai-chat/errors.ts'
import { errorCodeOf } from '../openai-chat/read-error.ts'
import { nextNumber, printEvent } from './stream-log.ts'

const encoder = new TextEncoder()

export function errorBody(error: WeirError, requestId?: string): Uint8Array {
  return encoder.encode(JSON.stringify(errorEnvelope(error, requestId)))
}

/** An error within a stream is flat, and numbered like all its events. */
export function errorEvent(error: WeirError, requestId: string, request?: ModelRequest): Uint8Array {
  const { error: told } = errorEnvelope(error, requestId)
  return encoder.encode(printEvent({ ...told, type: 'error', sequence_number: nextNumber(request) }))
}

/** The code of an event that tells of a failure: a failed response, or an error as it stands. */
export function failureCode(event: Fields): string | undefined {
  const failed = fieldsOf(event, 'response')
  // The type of an event is no word for what went wrong.
  return errorCodeOf(isFields(failed['error']) ? failed : { ...event, type: undefined })
}
