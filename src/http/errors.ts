import type { ErrorHandler } from 'hono'
import { uuidv7 } from 'uuidv7'
import type { Dialect } from '../core/dialect.ts'
import { WeirError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { retryHeaders } from '../dialects/openai-chat/errors.ts'
import type { CallerEnv } from './deps.ts'

/** Answers whatever a route threw in the dialect that was asked, or else in this one, and logs what the operator should know. */
export function answerErrors(log: Log, standard: Dialect): ErrorHandler<CallerEnv> {
  return (thrown, c) => {
    const dialect = c.get('dialect') ?? standard
    const requestId = c.get('requestId') ?? `req_${uuidv7()}`
    const error = thrown instanceof WeirError ? thrown : internalError(log, thrown, requestId)
    const headers = { 'content-type': 'application/json', 'x-request-id': requestId, ...retryHeaders(error) }
    return new Response(dialect.errorBody(error, requestId), { status: error.status, headers })
  }
}

/** What nobody foresaw: the log gets its stack, which holds no values of the request; the caller only the id. */
function internalError(log: Log, thrown: Error, requestId: string): WeirError {
  const at = thrown.stack?.split('\n').slice(1, 5).join(' ').trim()
  log('error', 'unexpected-error', { call: requestId, name: thrown.name, at })
  return new WeirError('internal_error', 'Something went wrong in the gateway.')
}
