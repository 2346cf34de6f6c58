import type { AnswerFacts, Dialect, InputSize, ModelRequest } from '../core/dialect.ts'
import { noUsage } from '../core/usage.ts'
import {
  countTokensPath as messagesPath,
  printCount as printMessages,
} from './anthropic-messages/count-tokens.ts'
import { readCountTokens as readMessages } from './anthropic-messages/count-tokens.ts'
import { anthropicMessages } from './anthropic-messages/dialect.ts'
import { countOf, isFields, parseJson } from './fields.ts'
import { countTokensPath as geminiPath, printCount as printGemini } from './gemini/count-tokens.ts'
import { readCountTokens as readGemini, rewriteCount } from './gemini/count-tokens.ts'
import { gemini } from './gemini/dialect.ts'
import type { GeminiRequest } from './gemini/read-request.ts'

/** A question for the tokens of a request, as a call of its own: it generates nothing, and providers count for nothing. */
export interface Counting {
  /** Only between two that speak it. */
  readonly dialect: Dialect
  /** The answer where no provider counts. */
  print(tokens: number): Uint8Array
}

interface CountRequest extends ModelRequest {
  /** What is to be counted. The call itself brings nothing in. */
  readonly counted: InputSize
}

const nothing: InputSize = { textBytes: 0, images: 0, unbounded: false }

/** Nothing is searched for while tokens are counted. */
function counts(request: ModelRequest): CountRequest {
  const { webSearches: _, ...rest } = request
  return { ...rest, counted: request.size, size: nothing, outputCap: 1, answers: 1, stream: false }
}

/** How much is to be counted, of a request that a counting dialect read. */
export function countedSize(request: ModelRequest): InputSize {
  return (request as CountRequest).counted
}

function readCount(body: Uint8Array, name: string): AnswerFacts | undefined {
  const answer = parseJson(body)
  const isCount = isFields(answer) && countOf(answer, name) !== undefined
  return isCount ? { usage: noUsage, outputBytes: 0 } : undefined
}

export const countingMessages: Counting = {
  dialect: {
    ...anthropicMessages,
    path: () => messagesPath,
    read: ({ body }) => counts(readMessages(body)),
    readAnswer: (body) => readCount(body, 'input_tokens'),
  },
  print: printMessages,
}

export const countingGemini: Counting = {
  dialect: {
    ...gemini,
    path: ({ model }) => geminiPath(model),
    read: (incoming) => counts(readGemini(incoming)),
    // It is what `readGemini` made.
    rewrite: (request, { upstreamModel }) => ({
      body: rewriteCount(request as unknown as GeminiRequest, upstreamModel),
      dropped: [],
    }),
    readAnswer: (body) => readCount(body, 'totalTokens'),
  },
  print: printGemini,
}
