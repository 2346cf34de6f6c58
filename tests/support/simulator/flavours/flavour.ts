import type { Call } from '../call.ts'
import { joined, joinedCalls, type Token } from '../content.ts'
import type { Json } from '../json.ts'
import type { Tokens } from '../tokens.ts'

export type Headers = Readonly<Record<string, string | string[]>>

/** Why a request is answered with an error; what is left out the vendor's table fills in. */
export interface Problem {
  readonly status: number
  readonly message?: string
  readonly type?: string
  readonly code?: string | null
  readonly param?: string | null
}

/** What one chunk of a stream carries beside the fields that all have. */
export interface ChunkPart {
  readonly choices: readonly Json[]
  readonly usage?: Json | undefined
  /** The number of the chunk in its stream. */
  readonly at: number
}

/** The way in which a vendor speaks the OpenAI wire format. */
export interface Flavour {
  /** Unstreamed answers carry a content-length. */
  readonly sendsLength: boolean
  /** Blank lines before an unstreamed answer, comments before a stream. */
  readonly keepAlives: number
  /** In a stream, usage is on the chunk with the finish reason, asked for or not; otherwise in its own, if asked for. */
  readonly usageWithFinish: boolean
  /** The name of the event that carries an error in mid-stream, where it has one. */
  readonly errorEvent?: string
  /** Of the completion. */
  id(index: number): string
  headers(index: number): Headers
  firstDelta(call: Call): Json
  /** Undefined where the vendor does not show such a token. */
  delta(token: Token): Json | undefined
  readonly lastDelta: Json
  chunk(call: Call, part: ChunkPart): Json
  completion(call: Call, usage: Json | undefined): Json
  usage(tokens: Tokens): Json
  error(problem: Problem, index: number): Json
  /** What the vendor would refuse with 400; asked only of a strict simulator. */
  refuse(body: Json): Problem | undefined
}

/** A UUID that belongs to an index. */
export function uuidOf(index: number): string {
  return `5e1f0000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`
}

/** The message of an unstreamed answer, as all vendors have it. */
export function messageOf(call: Call): Json {
  const calls = joinedCalls(call.content)
  const text = joined(call.content, 'text')
  return {
    role: 'assistant',
    content: calls.length > 0 && text === '' ? null : text,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, ...called }) => ({ id, type: 'function', function: called })),
    }),
  }
}

/** The choices of an unstreamed answer. */
export function choicesOf(call: Call, message: Json): Json[] {
  return Array.from({ length: call.choices }, (_, index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: call.content.finish,
  }))
}

/** The reasoning text, in the field that most vendors chose. */
export function reasoningOf(call: Call): Json {
  const reasoning = joined(call.content, 'reasoning')
  return reasoning === '' ? {} : { reasoning_content: reasoning }
}

/** A delta as OpenAI shapes it, with `reasoning_content` beside. */
export function plainDelta(token: Token): Json {
  if (token.kind === 'text') return { content: token.text }
  if (token.kind === 'reasoning') return { reasoning_content: token.text }
  if (token.kind === 'arguments')
    return { tool_calls: [{ index: token.call, function: { arguments: token.text } }] }
  const { call, id, name } = token
  return { tool_calls: [{ index: call, id, type: 'function', function: { name, arguments: '' } }] }
}
