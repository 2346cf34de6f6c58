import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from '@hono/zod-openapi'
import { WeirError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { errorEnvelope, retryHeaders } from '../../dialects/openai-chat/errors.ts'
import type { Refusal } from '../../ledger/call.ts'
import { refusalError } from '../../pipeline/unwrap.ts'

/** One text for all that is missing, so that another org's things cannot be told from things that never were. */
export function notFound(): WeirError {
  return new WeirError('not_found', 'There is no such org, project, key, limit or request.')
}

export function invalid(param: string, message: string): WeirError {
  return new WeirError('invalid_request', `${param}: ${message}`, { param })
}

/** Waits for the ledger: a refusal is thrown as the error that it stands for, a ledger out of reach as `ledger_unavailable`. */
export async function ask<T>(answer: Promise<T>): Promise<Exclude<T, Refusal>> {
  const found = await answer.catch((cause: unknown) => {
    throw Object.assign(new WeirError('ledger_unavailable', 'The ledger cannot be reached. Try again.'), {
      cause,
    })
  })
  if (isRefusal(found)) throw found.code === 'not_found' ? notFound() : refusalError(found)
  // Narrowing by a guard does not reach into a generic's Exclude.
  return found as Exclude<T, Refusal>
}

function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'refusal'
}

type Checked = { success: true } | { success: false; error: z.ZodError }

/** Throws the first thing that a schema found wrong, naming the field. */
export function refuseInvalid(result: Checked): void {
  const issue = result.success ? undefined : result.error.issues[0]
  if (!issue) return
  if (issue.code === 'unrecognized_keys') {
    throw invalid(fieldName([...issue.path, ...issue.keys.slice(0, 1)]), 'this field is not known here.')
  }
  const missing = issue.message.endsWith('received undefined')
  throw invalid(fieldName(issue.path) || 'body', missing ? 'this field is required.' : issue.message)
}

/** A path as callers write it, such as `limits[0].amount`; cut, for a name that we do not know may be of any length. */
function fieldName(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
  return parts.join('').replace(/^\./, '').slice(0, 100)
}

/** Answers every error in OpenAI's envelope, and logs those that are the operator's. */
export function answerErrors(log: Log): ErrorHandler {
  return (thrown, c) => {
    const error = toWeirError(thrown)
    if (error.status >= 500 && error.code !== 'admin_disabled') logFailure(log, c, thrown)
    if (error.status === 401) c.header('www-authenticate', 'Bearer')
    // The table holds only statuses that carry a body.
    return c.json(errorEnvelope(error), error.status as ContentfulStatusCode, retryHeaders(error))
  }
}

function toWeirError(thrown: unknown): WeirError {
  if (thrown instanceof WeirError) return thrown
  if (!(thrown instanceof HTTPException))
    return new WeirError('internal_error', 'Something went wrong in the gateway.')
  // The framework's own: a body of another type, or one that does not parse.
  if (thrown.status === 415)
    return new WeirError('unsupported_encoding', 'Send the body as application/json.')
  return new WeirError('invalid_request', 'The body is not valid JSON.')
}

/** Logs what an admin could not be told in full, or at all. */
export function logFailure(log: Log, c: Context, thrown: unknown): void {
  const error = toWeirError(thrown)
  const cause = error.cause ?? thrown
  log('error', 'admin-request-failed', {
    code: error.code,
    method: c.req.method,
    path: withoutKeys(c.req.path),
    reason: withoutKeys(cause instanceof Error ? `${cause.name}: ${cause.message}` : typeof cause),
  })
}

function withoutKeys(text: string): string {
  return text.replace(/wr(adm)?_\w+/g, 'wr_…')
}
