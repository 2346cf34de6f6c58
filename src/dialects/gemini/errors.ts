import type { ErrorFacts } from '../../core/dialect.ts'
import type { WeirError } from '../../core/errors.ts'
import { isFields, listOf, parseJson, textOf, type Fields } from '../fields.ts'

/** Google's word for each of our statuses. */
const wordOfStatus: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** An error in Google's envelope, with the limit that refused where there is one. */
export function errorEnvelope(error: WeirError, requestId?: string) {
  const { limit } = error.details
  return {
    error: {
      code: error.status,
      message: error.message,
      status: wordOfStatus[error.status] ?? 'UNKNOWN',
      details: [infoOf(error, requestId), ...retryOf(error)],
      ...(limit && { weir: { limit } }),
    },
  }
}

function infoOf({ code, details: { param, limit } }: WeirError, requestId: string | undefined) {
  const limitId = limit?.['id']
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code.toUpperCase(),
    domain: 'weir',
    metadata: {
      ...(requestId && { request_id: requestId }),
      ...(param !== undefined && { param }),
      ...(typeof limitId === 'string' && { limit: limitId }),
    },
  }
}

function retryOf({ retryable, details: { retryAfterSeconds } }: WeirError): object[] {
  if (!retryable || retryAfterSeconds === undefined) return []
  return [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` }]
}

/** Codes by which Google says that the operator's account is at fault, whatever the status. */
export const geminiOperatorErrors: readonly string[] = [
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  // Of a region or an account that is not served.
  'FAILED_PRECONDITION',
  'API_KEY_INVALID',
  'API_KEY_SERVICE_BLOCKED',
  'API_KEY_HTTP_REFERRER_BLOCKED',
  'API_KEY_IP_ADDRESS_BLOCKED',
  'SERVICE_DISABLED',
  'BILLING_DISABLED',
  'CONSUMER_INVALID',
  'CONSUMER_SUSPENDED',
]

/** Reads an error of the provider: alone, or as an element of the array that an unfinished stream is. */
export function readError(body: Uint8Array): ErrorFacts {
  return factsOf(parseJson(body))
}

export function factsOf(value: unknown): ErrorFacts {
  const error = errorOf(value)
  if (!error) return {}
  const code = accountReasonOf(error) ?? textOf(error, 'status')
  const message = textOf(error, 'message')
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) }
}

function errorOf(value: unknown): Fields | undefined {
  if (Array.isArray(value)) return value.map(errorOf).find((error) => error !== undefined)
  if (!isFields(value)) return undefined
  return isFields(value['error']) ? value['error'] : undefined
}

/** Whether a chunk of a stream is an error. */
export function isError(chunk: Fields): boolean {
  return (chunk['error'] ?? null) !== null
}

/** A bad key is a 400 like any other bad argument: only a detail tells it apart. */
function accountReasonOf(error: Fields): string | undefined {
  return listOf(error, 'details')
    .map((detail) => (isFields(detail) ? textOf(detail, 'reason') : undefined))
    .find((reason) => reason !== undefined && geminiOperatorErrors.includes(reason))
}
