import type { WeirError } from './errors.ts'
import type { Quirks } from './provider.ts'
import type { Usage, UsageSource } from './usage.ts'

export type DialectId = 'openai-chat'

/** How much a request brings in, as far as it can be told without a tokenizer. */
export interface InputSize {
  /** Bytes of the body without its embedded media: no text has more tokens than bytes. */
  readonly textBytes: number
  readonly images: number
  /** Whether it brings media whose tokens nothing bounds but the model's context (files, audio, video). */
  readonly unbounded: boolean
}

/** What the pipeline reads of a request, whatever its dialect. */
export interface ModelRequest {
  readonly body: Uint8Array
  readonly model: string
  readonly stream: boolean
  readonly size: InputSize
  /** Most output tokens of one answer that the caller asks for. */
  readonly outputCap?: number
  /** How many answers are asked for. */
  readonly answers: number
  /** Output beyond the cap that may be billed all the same (rejected predictions), in tokens at most. */
  readonly extraOutputTokens: number
  /** Whom the caller asks for: up to 256 characters, as the caller wrote them. */
  readonly endUser?: string
}

/** What a request is turned into before it goes up. */
export interface Target {
  readonly org: string
  readonly upstreamModel: string
  /** The cap to send where the caller named none. */
  readonly outputCap: number
  /** The cap to send whatever the caller named, where a budget affords no more. Never above what would go up without it. */
  readonly clampTo?: number
  readonly quirks: Quirks
}

/** What an unstreamed answer tells. */
export interface AnswerFacts {
  /** Absent where the provider did not say. */
  readonly usage?: Usage
  /** Bytes of the text that it generated. */
  readonly outputBytes: number
}

/** What a stream's end tells of the call. */
export interface StreamClosing {
  readonly requestId: string
  /** The model that serves, by its name in the catalogue. */
  readonly model: string
  readonly usage: Usage
  /** For a caller that asked for it, and whose stream was scanned with `holdEnd`. */
  readonly cost?: ServedCost
}

export interface ServedCost {
  readonly provider: string
  /** USD, as a decimal string. */
  readonly charge: string
  readonly source: UsageSource
}

/** The end of a stream for which a budget affords no more. */
export interface StreamCut extends StreamClosing {
  /** The limit that refused, in its wire form. */
  readonly limit: Readonly<Record<string, unknown>> | undefined
}

export interface ScanOptions {
  /** Keeps back the event that ends the stream, and the provider's own usage event: `usageEvents` goes down in their place. */
  readonly holdEnd?: boolean
}

/** Follows a stream as it goes by. Give it every byte; send on what it gives back. */
export interface StreamScanner {
  /** Whole events that are ready to go down; bytes of an event that is not complete yet are kept back. */
  push(bytes: Uint8Array): Uint8Array
  /** What was kept back, once the stream ended. */
  rest(): Uint8Array
  /** The last usage that was told. */
  readonly usage: Usage | undefined
  /** Bytes of generated text so far. */
  readonly outputBytes: number
  /** Whether the model said that it finished. */
  readonly finished: boolean
  /** Whether the stream said that nothing more comes, though the connection may stay. */
  readonly ended: boolean
  /** Whether the provider sent an error as an event. */
  readonly failed: boolean
  /** Whether that error was kept from the caller, because it is about the operator's account. */
  readonly hidError: boolean
}

/** A wire format: reads requests and answers of one shape, and words errors in it. */
export interface Dialect {
  readonly id: DialectId
  /** Below the provider's base address. */
  readonly path: string
  /** Header names that may go up and come down, in lower case. */
  readonly requestHeaders: readonly string[]
  readonly answerHeaders: readonly string[]
  /** Checks what we read of a request. Throws WeirError `invalid_request`, naming the field. */
  read(body: Uint8Array): ModelRequest
  /** Why a provider with these quirks may not get the request; undefined if it may. */
  refusalFor(request: ModelRequest, quirks: Quirks): WeirError | undefined
  /** The caller's bytes with the few edits that the target needs. */
  rewrite(request: ModelRequest, target: Target): Uint8Array
  /** Reads an unstreamed answer; undefined if it is none. */
  readAnswer(body: Uint8Array): AnswerFacts | undefined
  scanStream(request: ModelRequest, quirks: Quirks, options?: ScanOptions): StreamScanner
  /** The events that end a stream which a budget cuts. Only between whole events, and before the stream `ended`. */
  cutEvents(scanner: StreamScanner, cut: StreamCut): Uint8Array
  /** The events that end a stream whose own end was held back, or that ended without one. */
  usageEvents(scanner: StreamScanner, closing: StreamClosing): Uint8Array
  /** The code in a provider's error body, where it has one. */
  readErrorCode(body: Uint8Array): string | undefined
  errorBody(error: WeirError, requestId?: string): Uint8Array
  /** The error as the last event of a stream. */
  errorEvent(error: WeirError, requestId: string): Uint8Array
}
