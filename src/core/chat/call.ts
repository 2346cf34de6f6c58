import type { Citation } from './citation.ts'
import type { Seal } from './seal.ts'

/**
 * A request for an answer, in no wire format: what a dialect reads its requests into, and writes them from, where the caller and the
 * provider speak differently. What is absent was not said.
 */
export interface ChatCall {
  /** In front of the first turn: system and developer prompts, in order. */
  readonly system: readonly TextPart[]
  /** Neighbours may have the same role: dialects that cannot have that merge them. */
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** False where the model is to call one tool at most. */
  readonly parallelTools?: boolean
  readonly format?: AnswerFormat
  readonly reasoning?: ReasoningWish
  readonly sampling: Sampling
  readonly stop: readonly string[]
  /** Most output tokens of one answer. */
  readonly outputCap?: number
  readonly answers: number
  readonly stream: boolean
  readonly verbosity?: 'low' | 'medium' | 'high'
  /** `standard` is what every provider has; others were authorised when the request was read. */
  readonly serviceTier?: string
  /** Whom the caller asks for, as the caller wrote it. */
  readonly endUser?: string
  /** Calls with the same one are likely to share a prefix. */
  readonly cacheKey?: string
  /** Names and values for the caller's own records. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Fields that have no place here, by their name in the caller's dialect: no other dialect can carry them. */
  readonly foreign: readonly string[]
}

export interface Turn {
  /** `system` is an instruction in mid-conversation. */
  readonly role: 'user' | 'assistant' | 'system'
  readonly parts: readonly Part[]
  /** Of the participant, where several share a role. */
  readonly name?: string
}

/** Where a prompt up to and with this part may be kept in the provider's cache. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h'
}

export type Part = TextPart | MediaPart | ToolCallPart | ToolResultPart | ReasoningPart | RefusalPart

export interface TextPart {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
  readonly cache?: CacheMark
}

/** Bytes in base64, or where a provider may fetch them. */
export type MediaSource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string; readonly mediaType?: string }

/** An image, a document (its text, where that is all of it), audio or video. */
export interface MediaPart {
  readonly type: 'image' | 'document' | 'audio' | 'video'
  readonly source: MediaSource | { readonly type: 'text'; readonly text: string }
  readonly name?: string
  /** How closely an image is to be looked at. */
  readonly detail?: 'auto' | 'low' | 'high' | 'original'
  /** Of a document: whether the answer is to cite it. */
  readonly cite?: boolean
  /** Of a document: what it is about. */
  readonly context?: string
  readonly cache?: CacheMark
}

export interface ToolCallPart {
  readonly type: 'tool_call'
  readonly id: string
  readonly name: string
  /** As the model wrote them: JSON, it is to be hoped; the text itself for a tool of kind `custom`. */
  readonly arguments: string
  readonly kind: 'function' | 'custom'
  readonly seal?: Seal
  readonly cache?: CacheMark
}

export interface ToolResultPart {
  readonly type: 'tool_result'
  readonly callId: string
  readonly content: readonly (TextPart | MediaPart)[]
  readonly isError: boolean
  readonly kind: 'function' | 'custom'
  readonly cache?: CacheMark
}

/** What the model thought. Providers take it back only with the seal that they put on it. */
export interface ReasoningPart {
  readonly type: 'reasoning'
  /** Empty where it is only told in the seal. */
  readonly text: string
  readonly seal?: Seal
}

export interface RefusalPart {
  readonly type: 'refusal'
  readonly text: string
}

/** A tool that the caller runs. */
export interface Tool {
  readonly kind: 'function' | 'custom'
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments; of a function without any it may be absent. */
  readonly schema?: JsonObject
  /** Whether the arguments must follow the schema. */
  readonly strict?: boolean
  /** Of a custom tool: the grammar of its input, as OpenAI has it. */
  readonly grammar?: JsonObject
  readonly cache?: CacheMark
}

/** `any`: at least one of them; `names` narrows the choice. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'any'
  readonly names?: readonly string[]
}

export type AnswerFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'schema'
      readonly schema: JsonObject
      readonly name?: string
      readonly description?: string
      readonly strict?: boolean
    }

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

export type Effort = (typeof efforts)[number]

export interface ReasoningWish {
  readonly effort?: Effort
  /** Tokens of thought at most. */
  readonly budget?: number
  /** Whether the caller wants to see it, as far as the provider shows it. */
  readonly visible?: boolean
}

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  /** How many alternatives are wanted with the probability of each token: 0 is only that of the token itself. */
  readonly topLogprobs?: number
}

export type JsonObject = Readonly<Record<string, unknown>>
