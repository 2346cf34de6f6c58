import type { WeirError } from '../core/errors.ts'
import { retryHeaders } from '../dialects/openai-chat/errors.ts'
import type { Answer } from './answer.ts'
import type { IncomingCall } from './attempt.ts'

/** An error as the caller gets it, with what is known of the call beside it. */
export function errorAnswer(
  { dialect, requestId }: IncomingCall,
  error: WeirError,
  headers: Readonly<Record<string, string>>,
): Answer {
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestId,
      ...headers,
      ...retryHeaders(error),
    },
    body: dialect.errorBody(error, requestId),
  }
}
