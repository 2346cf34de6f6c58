import { z } from 'zod'
import { isObject } from '../../simulator/json.ts'
import { check, count, emitted, fail, must, name, parseJson } from './check.ts'
import { geminiEnvelope } from './errors.ts'
import { readEvents } from './events.ts'
import type { StreamReport } from './report.ts'

/** What Gemini's answers look like to a caller. */

const finishReason = z.enum([
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
  'NO_IMAGE',
])

const anything = z.record(z.string(), z.unknown()).optional()

const data = {
  text: z.string(),
  inlineData: z.strictObject({ mimeType: name, data: z.base64() }),
  fileData: z.strictObject({ fileUri: name, mimeType: name.optional() }),
  functionCall: z.strictObject({ id: name.optional(), name, args: anything }),
  executableCode: z.looseObject({}),
  codeExecutionResult: z.looseObject({}),
}

const part = z
  .strictObject({
    ...data,
    thought: z.boolean(),
    thoughtSignature: z.string().regex(/^[A-Za-z0-9+/_-]+={0,2}$/, 'is no base64'),
  })
  .partial()
  .refine(
    (part) => Object.keys(data).filter((field) => field in part).length === 1,
    'has not exactly one kind of data',
  )

const modality = z.strictObject({
  modality: z.enum(['TEXT', 'IMAGE', 'AUDIO', 'VIDEO', 'DOCUMENT']),
  tokenCount: count,
})
const modalities = z.array(modality).optional()

const usageMetadata = z
  .strictObject({
    promptTokenCount: count,
    cachedContentTokenCount: count.optional(),
    candidatesTokenCount: count.optional(),
    thoughtsTokenCount: count.optional(),
    toolUsePromptTokenCount: count.optional(),
    totalTokenCount: count,
    promptTokensDetails: modalities,
    cacheTokensDetails: modalities,
    candidatesTokensDetails: modalities,
    toolUsePromptTokensDetails: modalities,
    trafficType: z.string().optional(),
  })
  .refine(
    (told) =>
      told.totalTokenCount ===
      told.promptTokenCount +
        (told.candidatesTokenCount ?? 0) +
        (told.thoughtsTokenCount ?? 0) +
        (told.toolUsePromptTokenCount ?? 0),
    'the total is not the sum',
  )
  .refine((told) => (told.cachedContentTokenCount ?? 0) <= told.promptTokenCount, 'more is cached than sent')

const logprob = z.strictObject({ token: z.string(), tokenId: z.int().optional(), logProbability: z.number() })

const candidate = z.strictObject({
  index: count.optional(),
  content: z.strictObject({ role: z.literal('model'), parts: z.array(part).optional() }).optional(),
  finishReason: finishReason.optional(),
  finishMessage: z.string().optional(),
  tokenCount: count.optional(),
  avgLogprobs: z.number().optional(),
  logprobsResult: z
    .strictObject({
      chosenCandidates: z.array(logprob),
      topCandidates: z.array(z.strictObject({ candidates: z.array(logprob) })),
      logProbabilitySum: z.number(),
    })
    .partial()
    .optional(),
  safetyRatings: z.array(z.looseObject({ category: name })).optional(),
  citationMetadata: anything,
  groundingMetadata: anything,
  urlContextMetadata: anything,
})

const answer = emitted({
  candidates: z.array(candidate).optional(),
  promptFeedback: z
    .strictObject({
      blockReason: z.enum([
        'SAFETY',
        'OTHER',
        'BLOCKLIST',
        'PROHIBITED_CONTENT',
        'IMAGE_SAFETY',
        'MODEL_ARMOR',
        'JAILBREAK',
      ]),
      blockReasonMessage: z.string().optional(),
      safetyRatings: z.array(z.looseObject({})).optional(),
    })
    .optional(),
  usageMetadata: usageMetadata.optional(),
  modelVersion: name,
  responseId: name,
  createTime: z.string().optional(),
})

type Answer = z.output<typeof answer>

/** An answer that came whole: each candidate has its end, or the prompt was blocked. */
export function validateGenerated(json: unknown): void {
  const { candidates = [], promptFeedback, usageMetadata } = check(answer, json, 'answer')
  must(usageMetadata !== undefined, 'answer', 'has no usageMetadata')
  must(
    candidates.length > 0 || promptFeedback !== undefined,
    'answer',
    'has neither candidates nor promptFeedback',
  )
  for (const [at, { finishReason: reason }] of candidates.entries()) {
    must(reason !== undefined, `candidate ${at}`, 'has no finishReason')
  }
}

type Candidate = NonNullable<Answer['candidates']>[number]

function isEmpty({ content }: Candidate): boolean {
  return (content?.parts ?? []).every(({ text }) => text === '')
}

class ChunkStream {
  readonly chunks: Answer[] = []
  /** Of each candidate, once it ended. */
  readonly #reasons = new Map<number, string | undefined>()

  push(value: unknown, what: string): void {
    const said = check(answer, value, what)
    const [first = said] = this.chunks
    must(said.responseId === first.responseId, what, 'has another responseId')
    must(said.modelVersion === first.modelVersion, what, 'has another modelVersion')
    for (const candidate of said.candidates ?? []) this.#pushCandidate(candidate, what)
    this.chunks.push(said)
  }

  /** After its end a candidate may be named again, for what stands beside: readers take the reason from the last of them. */
  #pushCandidate(candidate: Candidate, what: string): void {
    const { index = 0, finishReason: reason } = candidate
    const known = this.#reasons.get(index)
    const isFine = known === undefined || (known === reason && isEmpty(candidate))
    must(isFine, what, `candidate ${index} says more after its finishReason, or no longer says why it ended`)
    this.#reasons.set(index, reason)
  }

  end(): void {
    const isBlocked = this.chunks.some(({ promptFeedback }) => promptFeedback)
    must(isBlocked || this.#reasons.size > 0, 'stream', 'has no candidate')
    for (const [index, reason] of this.#reasons) {
      must(reason !== undefined, 'stream', `candidate ${index} has no finishReason`)
    }
    must(this.chunks.at(-1)?.usageMetadata !== undefined, 'stream', 'ends without usageMetadata')
  }
}

function valuesOf(bytes: Uint8Array): unknown[] {
  const text = new TextDecoder().decode(bytes)
  if (text.startsWith('[')) {
    const values = parseJson(text, 'stream')
    return Array.isArray(values) ? values : fail('stream', 'is no array')
  }
  return readEvents(bytes).map(({ event, data }, at) => {
    must(event === undefined, `event ${at}`, `is named ${event}`)
    return parseJson(data, `event ${at}`)
  })
}

/** A stream of chunks, as events or as one array. */
export function validateGeneratedStream(bytes: Uint8Array): StreamReport {
  const stream = new ChunkStream()
  const values = valuesOf(bytes)
  for (const [at, value] of values.entries()) {
    const what = `event ${at}`
    if (isObject(value) && 'error' in value) {
      check(geminiEnvelope, value, what)
      must(at === values.length - 1, what, 'is an error, but more comes')
      return { events: [...stream.chunks, value], failed: true }
    }
    stream.push(value, what)
  }
  stream.end()
  return { events: stream.chunks, failed: false }
}
