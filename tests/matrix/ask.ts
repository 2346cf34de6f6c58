import type { Json } from '../support/simulator/json.ts'
import type { WireFinish, WireUsage } from '../support/wire/scene.ts'

/** What a caller asks, in no wire format. */
export interface Ask {
  readonly system?: string
  readonly text: string
  readonly image?: { readonly mediaType: string; readonly data: string }
  readonly tools?: readonly AskedTool[]
  /** JSON Schema that the answer must fit. */
  readonly schema?: Json
  /** That the model thinks, within a budget or by its own measure, and shows its thoughts where one can ask for that. */
  readonly think?: 'budget' | 'adaptive'
  readonly stop?: string
}

export interface AskedTool {
  readonly name: string
  readonly description: string
  readonly schema: Json
}

/** What a tool of the caller's said. */
export interface ToolOutput {
  readonly call: ToldCall
  readonly text: string
}

export interface ToldCall {
  /** Empty where the dialect needs none. */
  readonly id: string
  readonly name: string
  readonly arguments: unknown
}

/** What a caller understood of an answer. */
export interface Told {
  readonly text: string
  readonly refusal: string
  readonly reasoning: string
  readonly calls: readonly ToldCall[]
  /** In the dialect's own word. */
  readonly finish: string
  /** What the dialect has no word for is absent. */
  readonly usage: Partial<WireUsage> | undefined
  /** By which name the model answered. */
  readonly model: string
  /** Beside the vendor's words, ours. */
  readonly weir: unknown
  /** The answer as it goes back with the next request. */
  readonly history: readonly Json[]
}

export interface Addressed {
  readonly model: string
  readonly stream: boolean
}

/** A program that speaks one dialect, as its vendor's SDK would. */
export interface Client {
  readonly dialect: 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'
  /** Why answers end, in the dialect's words. */
  readonly finishes: Readonly<Record<WireFinish | 'stop_sequence', string>>
  path(addressed: Addressed): string
  headers(key: string): Readonly<Record<string, string>>
  body(ask: Ask, addressed: Addressed): Json
  /** The request of the next turn: what was sent, what came, what the tools said. */
  next(body: Json, told: Told, outputs: readonly ToolOutput[]): Json
  readWhole(body: Json): Told
  readStream(events: readonly Json[]): Told
  /** Our code of an error, alone or at the end of a stream; undefined if it is none of ours. */
  errorCode(error: unknown): string | undefined
}

/** Most output tokens that callers ask for. */
export const cap = 4096
