import { z } from 'zod'
import { errorExtensions, name } from './check.ts'

/** The envelopes of errors. */

const openaiError = {
  message: name,
  type: name,
  param: z.string().nullable(),
  code: z.string().nullable(),
}

export const openaiEnvelope = z.strictObject({
  error: z.strictObject({ ...openaiError, ...errorExtensions }),
})

/** In a stream of Responses it is flat. */
export const responseErrorEvent = z.strictObject({
  ...openaiError,
  ...errorExtensions,
  type: z.literal('error'),
  sequence_number: z.int(),
})

export const anthropicEnvelope = z.strictObject({
  type: z.literal('error'),
  error: z.strictObject({
    type: z.enum([
      'invalid_request_error',
      'authentication_error',
      'billing_error',
      'permission_error',
      'not_found_error',
      'conflict_error',
      'request_too_large',
      'rate_limit_error',
      'api_error',
      'timeout_error',
      'overloaded_error',
    ]),
    message: name,
    details: z.record(z.string(), z.unknown()).nullish(),
    code: z.string().optional(),
    param: z.string().optional(),
    ...errorExtensions,
  }),
  request_id: z.string().nullish(),
})

export const geminiEnvelope = z.strictObject({
  error: z.strictObject({
    code: z.int().min(400).max(599),
    message: name,
    status: z.enum([
      'INVALID_ARGUMENT',
      'FAILED_PRECONDITION',
      'OUT_OF_RANGE',
      'UNAUTHENTICATED',
      'PERMISSION_DENIED',
      'NOT_FOUND',
      'ABORTED',
      'ALREADY_EXISTS',
      'RESOURCE_EXHAUSTED',
      'CANCELLED',
      'INTERNAL',
      'UNIMPLEMENTED',
      'UNAVAILABLE',
      'DEADLINE_EXCEEDED',
      'UNKNOWN',
    ]),
    details: z.array(z.looseObject({ '@type': name })).optional(),
    ...errorExtensions,
  }),
})
