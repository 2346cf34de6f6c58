/**
 * What a simulated model does with one request, in words of no vendor. Without one it greets. An illegal request is refused whatever
 * the scene, and leaves it for the next.
 */
export interface Scene {
  readonly text?: string
  /**
   * Shown to who asked for it, in the way of the vendor. `signature` or `encrypted` where a test wants to know it; otherwise it is made
   * up where the vendor has one. With `encrypted` alone, Anthropic and Bedrock send a redacted thought.
   */
  readonly reasoning?: { readonly text: string; readonly signature?: string; readonly encrypted?: string }
  readonly calls?: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[]
  /** In place of text, where the vendor knows such a thing. */
  readonly refusal?: string
  /** Otherwise as it follows: `tool_calls` where there are calls. */
  readonly finish?: WireFinish
  /** The request's stop sequence that ended it, where the vendor tells. */
  readonly stopSequence?: string
  /** Otherwise by length. An answer never has more output than the request allows: it is cut there. */
  readonly usage?: Partial<WireUsage>
  /** Instead of an answer; with `errorAfter`, in mid-stream. `kind` is the vendor's own word for it. */
  readonly error?: { readonly status: number; readonly kind?: string; readonly message?: string }
  /** After so many events, in the way in which the format tells errors there. */
  readonly errorAfter?: number
  /** No byte comes, until the client leaves. */
  readonly hang?: true
  /** Nothing more comes after so many events, until the client leaves. */
  readonly hangAfter?: number
  /** The connection ends in the middle, after so many bytes of the body. */
  readonly cutAfter?: number
  /** A few bytes a write, so that characters and events are split. */
  readonly dribble?: true
  /** Lines end in CRLF. */
  readonly crlf?: true
  /** Comments stand between the events. */
  readonly comments?: true
  /** Leaves out what only marks the end: `[DONE]` (chat), `message_stop` (Anthropic), `metadata` (Bedrock). */
  readonly noDone?: true
  /** Between events. No test may rely on how long it takes. */
  readonly pauseMs?: number
  /** A text of about so many bytes, made while it is sent, and beyond any output cap. */
  readonly flood?: number
}

export type WireFinish = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** Tokens. The totals hold their parts: input what was cached, output what was thought. */
export interface WireUsage {
  readonly input: number
  readonly cached: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
}

/** A call of a tool, as the model writes it. */
export interface ActCall {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** A scene as it is played for one request. */
export interface Act {
  readonly scene: Scene
  /** The text in pieces, as a stream brings them. */
  readonly pieces: Iterable<string>
  readonly hasText: boolean
  readonly calls: readonly ActCall[]
  readonly finish: WireFinish
  readonly usage: WireUsage
}
