import type { ErrorFacts } from '../../core/dialect.ts'
import type { ErrorCode, WeirError } from '../../core/errors.ts'
import { fieldsOf, isFields, parseJson, textOf } from '../fields.ts'

/** Anthropic's `type` of an error, by status; where a code has a word of its own, by code. */
const typeOfStatus: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
}
const typeOfCode: Partial<Record<ErrorCode, string>> = { overloaded: 'overloaded_error' }

/** By this Anthropic's SDK knows to send the whole conversation itself. */
const noThreads = { error_code: 'thread_unsupported_request', unsupported: ['thread'] }

/** An error in Anthropic's envelope, with our code and the limit that refused where there is one. */
export function errorEnvelope(error: WeirError, requestId?: string) {
  const { param, limit } = error.details
  return {
    type: 'error',
    error: {
      type: typeOfCode[error.code] ?? typeOfStatus[error.status] ?? 'api_error',
      message: error.message,
      code: error.code,
      ...(param !== undefined && { param }),
      ...(limit && { limit }),
      ...(param === 'thread' && { details: noThreads }),
    },
    ...(requestId !== undefined && { request_id: requestId }),
  }
}

/** What goes wrong with the operator's account, whatever type and status it comes with. */
const accountCodes: ReadonlySet<string> = new Set([
  'organization_on_hold',
  'contract_spend_limit_reached',
  'enforced_spend_limit_reached',
  'linked_organization_billing_unavailable',
  'linked_organization_spend_limit_reached',
  'cmek_key_disabled',
  'cmek_key_network_blocked',
  'claude_code_key_creator_not_member',
])

/** Error codes that mean that the operator's account is at fault: for the quirks of a provider that speaks like Anthropic. */
export const accountErrors: readonly string[] = [
  'authentication_error',
  'billing_error',
  'permission_error',
  ...accountCodes,
]

export function readError(body: Uint8Array): ErrorFacts {
  return errorFactsOf(parseJson(body))
}

/** What an error in Anthropic's envelope says, or one without an envelope. */
export function errorFactsOf(answer: unknown): ErrorFacts {
  if (!isFields(answer)) return {}
  const error = isFields(answer['error']) ? answer['error'] : answer
  const message = textOf(error, 'message')
  const type = textOf(error, 'type')
  const code = textOf(fieldsOf(error, 'details'), 'error_code')
  const told = code !== undefined && accountCodes.has(code) ? code : type
  const facts = message !== undefined && isUnpaid(message) ? 'billing_error' : told
  return { ...(facts !== undefined && { code: facts }), ...(message !== undefined && { message }) }
}

/** An account without credit is told as an invalid request: only its words tell it apart. */
function isUnpaid(message: string): boolean {
  return message.startsWith('Your credit balance is too low')
}
