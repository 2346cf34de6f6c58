import type { ChatCall } from '../../src/core/chat/call.ts'
import type { CallTarget, ModelRequest, StreamClosing, Target, Telling } from '../../src/core/dialect.ts'
import type { Quirks } from '../../src/core/provider.ts'
import { noUsage } from '../../src/core/usage.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { geminiOperatorErrors } from '../../src/dialects/gemini/errors.ts'
import { bytesOf, textOf } from './splits.ts'

export type Json = Record<string, unknown>

export const quirks: Quirks = {
  streamOptions: true,
  maxTokensFields: [],
  refusedFields: ['enhancedAnswers'],
  thoughtField: undefined,
  tenantFields: [],
  operatorErrors: geminiOperatorErrors,
}

export const hello = [{ role: 'user', parts: [{ text: 'hi' }] }]

interface Address {
  readonly stream?: boolean
  readonly alt?: string
  readonly model?: string
}

/** A request as it comes in, its body as text or as what it says. */
export function read(body: object | string, { stream = false, alt, model = 'gemini-3-flash' }: Address = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return gemini.read({ body: bytesOf(text), model, stream, query: alt === undefined ? {} : { alt } })
}

export const target: Target = {
  org: 'acme',
  upstreamModel: 'gemini-3-flash-preview',
  outputCap: 4096,
  quirks,
}

export function rewrite(body: object | string, more: Partial<Target> = {}): string {
  return textOf(gemini.rewrite(read(body), { ...target, ...more }).body)
}

/** A call that says nothing. */
export const silent: ChatCall = {
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  sampling: {},
  stop: [],
  answers: 1,
  stream: false,
  foreign: [],
}

export function encode(call: Partial<ChatCall>, upstreamModel = 'gemini-3-flash', outputCap = 4096) {
  const callTarget: CallTarget = { org: 'acme', upstreamModel, outputCap, quirks }
  const { body, dropped } = gemini.encodeCall({ ...silent, ...call }, callTarget)
  return { body: JSON.parse(textOf(body)) as Json, dropped }
}

export function decode(body: object): ChatCall {
  return gemini.decodeCall(read({ contents: hello, ...body }))
}

export function tellingOf(request: ModelRequest): Telling {
  return { requestId: 'req_acme_1', model: 'gemini-3-flash', created: 1_763_900_207, request }
}

export const usage = {
  ...noUsage,
  inputTokens: 20,
  cachedInputTokens: 8,
  outputTokens: 35,
  reasoningTokens: 30,
}
export const wireUsage = {
  promptTokenCount: 20,
  cachedContentTokenCount: 8,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 30,
  totalTokenCount: 55,
}
export const limit = { id: 'lim_acme_1', metric: 'cost', amount: '1.00' }
export const closing: StreamClosing = {
  requestId: 'req_acme_1',
  model: 'gemini-3-flash',
  usage,
  cost: { provider: 'google', charge: '0.000123456', source: 'exact' },
}
export const receipt = {
  request_id: 'req_acme_1',
  provider: 'google',
  model: 'gemini-3-flash',
  charge: '0.000123456',
  usage_source: 'exact',
}

export const head = { modelVersion: 'gemini-3-flash-001', responseId: 'r1' }

/** A chunk that brings parts. */
export function chunkOf(parts: readonly object[], more: Json = {}, rest: Json = {}): Json {
  return { candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }], ...head, ...rest }
}

export function eventOf(chunk: object, end = '\n\n'): string {
  return `data: ${JSON.stringify(chunk)}${end}`
}

/** A whole stream with thought, text and a call of a function, as Google sends it. */
export const chunks = [
  chunkOf(
    [{ text: 'think', thought: true }],
    {},
    {
      usageMetadata: { promptTokenCount: 20, thoughtsTokenCount: 30, totalTokenCount: 50 },
    },
  ),
  chunkOf(
    [{ text: 'Hé' }],
    {},
    {
      usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 2, thoughtsTokenCount: 30 },
    },
  ),
  chunkOf([{ text: 'llo €' }]),
  chunkOf(
    [{ functionCall: { name: 'get_weather', args: { city: 'Oslo' } }, thoughtSignature: 'Cq0B' }],
    { finishReason: 'STOP' },
    {
      usageMetadata: {
        promptTokenCount: 20,
        cachedContentTokenCount: 8,
        candidatesTokenCount: 5,
        totalTokenCount: 55,
      },
    },
  ),
]
export const stream = chunks.map((chunk) => eventOf(chunk)).join('')

/** The chunks that a caller of either form reads. */
export function readChunks(printed: string): Json[] {
  if (!printed.startsWith('data:')) return JSON.parse(printed) as Json[]
  return printed
    .trimEnd()
    .split('\n\n')
    .map((event) => JSON.parse(event.slice('data: '.length)) as Json)
}
