import { type Fault, typeName } from '../fault.ts'
import { Refusal } from '../refusal.ts'

const kinds: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** The error as it stands in bodies and events. */
export function errorObject(status: number, message: string, kind?: string) {
  return { type: 'error', error: { type: kind ?? kinds[status] ?? 'api_error', message } }
}

const typeWords: Record<string, string> = {
  array: 'Input should be a valid list',
  object: 'Input should be a valid dictionary',
  record: 'Input should be a valid dictionary',
  string: 'Input should be a valid string',
  boolean: 'Input should be a valid boolean',
  number: 'Input should be a valid number',
  int: 'Input should be a valid integer',
}

function wordsOf({ why, expected, message, value }: Fault): string {
  if (why === 'unknown') return 'Extra inputs are not permitted'
  if (why === 'missing') return 'Field required'
  if (why === 'value') return `Input should be ${expected}`
  if (why === 'type')
    return typeWords[expected] ?? `Input should be a valid ${expected}, not ${typeName(value)}`
  return message
}

/** What the vendor says of a body that it cannot read. */
export function refusalOf(fault: Fault): Refusal {
  const where = fault.path.join('.')
  return new Refusal(400, where === '' ? wordsOf(fault) : `${where}: ${wordsOf(fault)}`)
}
