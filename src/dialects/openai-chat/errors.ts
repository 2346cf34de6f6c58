import { errorTable, type ErrorCode, type WeirError } from '../../core/errors.ts'

/** OpenAI's `type` of an error, by status where a code has no word of its own there. */
const typeOfCode: Partial<Record<ErrorCode, string>> = {
  budget_exceeded: 'insufficient_quota',
  quota_exceeded: 'insufficient_quota',
}

function typeOf(code: ErrorCode): string {
  const { status } = errorTable[code]
  if (typeOfCode[code]) return typeOfCode[code]
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

/** An error in OpenAI's envelope, with the limit that refused where there is one. The admin API uses it too. */
export function errorEnvelope(error: WeirError, requestId?: string) {
  const { param, limit } = error.details
  return {
    error: {
      message: error.message,
      type: typeOf(error.code),
      param: param ?? null,
      code: error.code,
      ...(limit && { limit }),
      ...(requestId && { request_id: requestId }),
    },
  }
}

/** The headers that tell an SDK whether and when to try again. */
export function retryHeaders(error: WeirError): Record<string, string> {
  const headers: Record<string, string> = {}
  if (!error.retryable) headers['x-should-retry'] = 'false'
  else if (error.details.retryAfterSeconds !== undefined)
    headers['retry-after'] = String(error.details.retryAfterSeconds)
  return headers
}
