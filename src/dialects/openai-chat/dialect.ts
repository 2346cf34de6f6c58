import type { Dialect, ModelRequest, StreamScanner } from '../../core/dialect.ts'
import { cutEvents, usageEvents } from './closing-events.ts'
import { errorEnvelope } from './errors.ts'
import { readAnswer, readErrorCode } from './read-answer.ts'
import { readRequest, type ChatRequest } from './read-request.ts'
import { refusalFor, rewriteRequest } from './rewrite.ts'
import { ChatStreamScanner } from './scan-stream.ts'

const encoder = new TextEncoder()

/** OpenAI's chat completions, and what speaks like it. */
export const openaiChat: Dialect = {
  id: 'openai-chat',
  path: '/chat/completions',
  requestHeaders: ['openai-beta', 'traceparent', 'tracestate'],
  answerHeaders: ['content-type', 'cache-control', 'openai-processing-ms', 'openai-version'],
  read: readRequest,
  refusalFor: (request, quirks) => refusalFor(own(request), quirks),
  rewrite: (request, target) => rewriteRequest(own(request), target),
  readAnswer,
  readErrorCode,
  scanStream: (request, { operatorErrors }, options) =>
    new ChatStreamScanner({
      dropUsageChunk: !own(request).wantsUsage,
      answers: request.answers,
      operatorErrors,
      ...options,
    }),
  cutEvents: (scanner, cut) => cutEvents(ownScanner(scanner), cut),
  usageEvents: (scanner, closing) => usageEvents(ownScanner(scanner), closing),
  errorBody: (error, requestId) => encoder.encode(JSON.stringify(errorEnvelope(error, requestId))),
  errorEvent: (error, requestId) =>
    encoder.encode(`data: ${JSON.stringify(errorEnvelope(error, requestId))}\n\n`),
}

/** A dialect is only ever handed the requests that it read itself, and the scanners that it made. */
function own(request: ModelRequest): ChatRequest {
  return request as ChatRequest
}

function ownScanner(scanner: StreamScanner): ChatStreamScanner {
  return scanner as ChatStreamScanner
}
