import type { z } from 'zod'
import type { WireFormat } from '../vendor.ts'
import { validateMessageStream } from './anthropic-stream.ts'
import { validateMessage } from './anthropic.ts'
import { validateChunks } from './chat-stream.ts'
import { validateCompletion } from './chat.ts'
import { check } from './check.ts'
import { anthropicEnvelope, geminiEnvelope, openaiEnvelope } from './errors.ts'
import { validateGenerated, validateGeneratedStream } from './gemini.ts'
import type { StreamReport } from './report.ts'
import { validateResponseStream } from './response-stream.ts'
import { validateResponse } from './response.ts'

export type { StreamReport } from './report.ts'

/** Formats in which callers are answered. */
export type CallerFormat = Exclude<WireFormat, 'bedrock-converse'>

interface Validators {
  readonly answer: (json: unknown) => void
  readonly stream: (bytes: Uint8Array) => StreamReport
  readonly error: z.ZodType
}

const validators: Record<CallerFormat, Validators> = {
  'openai-chat': { answer: validateCompletion, stream: validateChunks, error: openaiEnvelope },
  'openai-responses': { answer: validateResponse, stream: validateResponseStream, error: openaiEnvelope },
  'anthropic-messages': { answer: validateMessage, stream: validateMessageStream, error: anthropicEnvelope },
  gemini: { answer: validateGenerated, stream: validateGeneratedStream, error: geminiEnvelope },
}

/** Throws with the place that is wrong, unless it is an answer of that format with nothing missing and nothing unknown. */
export function validateAnswer(format: CallerFormat, json: unknown): void {
  validators[format].answer(json)
}

/** Throws at the first event that is wrong or out of its order. */
export function validateStream(format: CallerFormat, bytes: Uint8Array): StreamReport {
  return validators[format].stream(bytes)
}

/** Throws unless it is an error in the envelope of that format. */
export function validateError(format: CallerFormat, json: unknown): void {
  check(validators[format].error, json, 'error')
}
