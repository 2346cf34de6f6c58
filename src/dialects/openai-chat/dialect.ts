import type { Dialect, ModelRequest } from '../../core/dialect.ts'
import { refusalForFields } from '../refused-fields.ts'
import { decodeAnswer } from './decode-answer.ts'
import { decodeCall } from './decode-call.ts'
import { ChatStreamDecoder } from './decode-stream.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeCall } from './encode-call.ts'
import { ChatStreamEncoder } from './encode-stream.ts'
import { errorEnvelope } from './errors.ts'
import { readAnswer } from './read-answer.ts'
import { readError } from './read-error.ts'
import { readRequest, type ChatRequest } from './read-request.ts'
import { rewriteRequest } from './rewrite.ts'
import { ChatStreamScanner } from './scan-stream.ts'

const encoder = new TextEncoder()

/** OpenAI's chat completions, and what speaks like it. */
export const openaiChat: Dialect = {
  id: 'openai-chat',
  path: () => '/chat/completions',
  streamType: 'text/event-stream',
  requestHeaders: ['openai-beta', 'traceparent', 'tracestate'],
  ownHeaders: {},
  answerHeaders: ['content-type', 'cache-control', 'openai-processing-ms', 'openai-version'],
  read: readRequest,
  refusalFor: (request, quirks) => refusalForFields(own(request), quirks),
  rewrite: (request, target) => rewriteRequest(own(request), target),
  readAnswer,
  readError,
  scanStream: (request, { operatorErrors }, options) =>
    new ChatStreamScanner({
      dropUsageChunk: !own(request).wantsUsage,
      answers: request.answers,
      operatorErrors,
      ...options,
    }),
  decodeCall: (request) => decodeCall(own(request)),
  encodeCall,
  decodeAnswer,
  encodeAnswer,
  decodeStream: () => new ChatStreamDecoder(),
  encodeStream: (telling, options) => new ChatStreamEncoder(telling, options),
  errorBody: (error, requestId) => encoder.encode(JSON.stringify(errorEnvelope(error, requestId))),
  errorEvent: (error, requestId) =>
    encoder.encode(`data: ${JSON.stringify(errorEnvelope(error, requestId))}\n\n`),
}

/** A dialect is only ever handed the requests that it read itself. */
function own(request: ModelRequest): ChatRequest {
  return request as ChatRequest
}
