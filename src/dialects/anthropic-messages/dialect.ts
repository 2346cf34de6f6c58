import type { Dialect, ModelRequest } from '../../core/dialect.ts'
import { refusalForFields } from '../refused-fields.ts'
import { errorEnvelope, readError } from './errors.ts'
import { printEvent } from './events.ts'
import { readAnswer } from './read-answer.ts'
import { readRequest, type MessagesRequest } from './read-request.ts'
import { rewriteRequest } from './rewrite.ts'
import { MessageStreamScanner } from './scan-stream.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { MessageStreamDecoder } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { MessageStreamEncoder } from './encode-stream.ts'

const encoder = new TextEncoder()

/** Anthropic's messages, and what speaks like it. */
export const anthropicMessages: Dialect = {
  id: 'anthropic-messages',
  path: () => '/messages',
  streamType: 'text/event-stream',
  requestHeaders: ['anthropic-version', 'anthropic-beta', 'traceparent', 'tracestate'],
  ownHeaders: { 'anthropic-version': '2023-06-01' },
  answerHeaders: ['content-type', 'cache-control'],
  read: readRequest,
  refusalFor: (request, quirks) => refusalForFields(own(request), quirks),
  rewrite: (request, target) => rewriteRequest(own(request), target),
  readAnswer,
  scanStream: (_, { operatorErrors }, options) => new MessageStreamScanner({ operatorErrors, ...options }),
  decodeCall: (request) => decodeCall(own(request)),
  encodeCall,
  decodeAnswer,
  encodeAnswer,
  decodeStream: () => new MessageStreamDecoder(),
  encodeStream: (telling, options) => new MessageStreamEncoder(telling, options),
  readError,
  errorBody: (error, requestId) => encoder.encode(JSON.stringify(errorEnvelope(error, requestId))),
  errorEvent: (error, requestId) => encoder.encode(printEvent(errorEnvelope(error, requestId))),
}

/** A dialect is only ever handed the requests that it read itself. */
function own(request: ModelRequest): MessagesRequest {
  return request as MessagesRequest
}
