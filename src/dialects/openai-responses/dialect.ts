import type { Dialect, ModelRequest } from '../../core/dialect.ts'
import { readError } from '../openai-chat/read-error.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { ResponsesStreamDecoder } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { ResponsesStreamEncoder } from './encode-stream.ts'
import { errorBody, errorEvent } from './errors.ts'
import { readAnswer } from './read-answer.ts'
import { readRequest, type ResponsesRequest } from './read-request.ts'
import { refusalFor, rewriteRequest } from './rewrite.ts'
import { ResponsesStreamScanner } from './scan-stream.ts'

/** OpenAI's responses, and what speaks like them. */
export const openaiResponses: Dialect = {
  id: 'openai-responses',
  path: () => '/responses',
  streamType: 'text/event-stream',
  requestHeaders: ['openai-beta', 'traceparent', 'tracestate'],
  ownHeaders: {},
  answerHeaders: ['content-type', 'cache-control', 'openai-processing-ms', 'openai-version'],
  read: readRequest,
  refusalFor: (request, quirks) => refusalFor(own(request), quirks),
  rewrite: (request, target) => rewriteRequest(own(request), target),
  readAnswer,
  readError,
  scanStream: (request, { operatorErrors }, options) =>
    new ResponsesStreamScanner({ request: own(request), operatorErrors, ...options }),
  encodeCall,
  decodeAnswer,
  decodeStream: () => new ResponsesStreamDecoder(),
  decodeCall: (request) => decodeCall(own(request)),
  encodeAnswer,
  encodeStream: (telling, options) => new ResponsesStreamEncoder(telling, options),
  errorBody,
  errorEvent,
}

/** A dialect is only ever handed the requests that it read itself. */
function own(request: ModelRequest): ResponsesRequest {
  return request as ResponsesRequest
}
