import type { Dialect, ModelRequest } from '../../core/dialect.ts'
import type { WeirError } from '../../core/errors.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { GeminiStreamDecoder } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { GeminiStreamEncoder } from './encode-stream.ts'
import { errorEnvelope, readError } from './errors.ts'
import { readAnswer } from './read-answer.ts'
import { readRequest, type GeminiRequest } from './read-request.ts'
import { refusalFor, rewriteRequest } from './rewrite.ts'
import { GeminiStreamScanner } from './scan-stream.ts'
import { printLast } from './stream-form.ts'

const encoder = new TextEncoder()

/** Google's generateContent. A stream goes down as events or, to a caller that did not ask for them, as an array. */
export const gemini: Dialect = {
  id: 'gemini',
  path: ({ model, stream }) =>
    `/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  streamType: 'text/event-stream',
  requestHeaders: ['traceparent', 'tracestate'],
  ownHeaders: {},
  answerHeaders: ['content-type', 'cache-control'],
  read: readRequest,
  refusalFor: (request, quirks) => refusalFor(own(request), quirks),
  rewrite: (request, target) => rewriteRequest(own(request), target),
  readAnswer,
  scanStream: (request, { operatorErrors }, options) =>
    new GeminiStreamScanner({
      sse: own(request).sse,
      answers: request.answers,
      operatorErrors,
      ...options,
    }),
  streamTypeDown: (request) => (own(request).sse ? undefined : 'application/json; charset=utf-8'),
  decodeCall: (request) => decodeCall(own(request)),
  encodeCall,
  encodeAnswer,
  decodeAnswer,
  encodeStream: (telling, options) => new GeminiStreamEncoder(telling, options),
  decodeStream: () => new GeminiStreamDecoder(),
  readError,
  errorBody: (error, requestId) => encoder.encode(JSON.stringify(errorEnvelope(error, requestId))),
  errorEvent,
}

/** Into an array that has begun, an error comes as its last element. A caller of whom no more is known reads events. */
function errorEvent(error: WeirError, requestId: string, request?: ModelRequest): Uint8Array {
  const sse = request ? own(request).sse : true
  return encoder.encode(printLast(JSON.stringify(errorEnvelope(error, requestId)), sse))
}

/** A dialect is only ever handed the requests that it read itself. */
function own(request: ModelRequest): GeminiRequest {
  return request as GeminiRequest
}
