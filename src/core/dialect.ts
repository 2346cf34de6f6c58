import type { ChatAnswer, ChatEvent } from './chat/answer.ts'
import type { ChatCall } from './chat/call.ts'
import type { WeirError } from './errors.ts'
import type { Quirks } from './provider.ts'
import type { Usage, UsageSource } from './usage.ts'

/** The wire formats in which callers speak. */
export type ClientDialectId = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'

/** The wire formats in which providers speak. */
export type DialectId = ClientDialectId | 'bedrock-converse'

/** How much a request brings in, as far as it can be told without a tokenizer. */
export interface InputSize {
  /** Bytes of the body without its embedded media: no text has more tokens than bytes. */
  readonly textBytes: number
  readonly images: number
  /** Whether it brings media whose tokens nothing bounds but the model's context (files, audio, video). */
  readonly unbounded: boolean
}

/** A request as it came. What is not in the body is in the address, in some dialects. */
export interface IncomingRequest {
  readonly body: Uint8Array
  readonly model?: string
  readonly stream?: boolean
  /** The query of the address. */
  readonly query?: Readonly<Record<string, string>>
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
  /** How often the provider may search the web for it, at most; absent where it may not. */
  readonly webSearches?: number
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

/** What of an answer can be counted where its provider does not tell the usage. */
export interface Seen {
  /** Bytes of the text that it generated. */
  readonly outputBytes: number
  readonly webSearches?: number
  /** What the provider told by then: all of the input, of the output what there was. */
  readonly usageSoFar?: Usage | undefined
}

/** What an unstreamed answer tells. */
export interface AnswerFacts extends Seen {
  /** Absent where the provider did not say. */
  readonly usage?: Usage
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
  /** The events that end a stream which a budget cuts. Only between whole events, and before the stream `ended`. */
  cut(cut: StreamCut): Uint8Array
  /** The events that end a stream whose own end was held back, or that ended without one. */
  close(closing: StreamClosing): Uint8Array
  /** The last usage that was told. */
  readonly usage: Usage | undefined
  /** Bytes of generated text so far. */
  readonly outputBytes: number
  /** Searches of the web so far, where there may be any. */
  readonly webSearches?: number
  /** What was told before the end, where anything was: all of the input, of the output what there was by then. */
  readonly usageSoFar?: Usage | undefined
  /** Whether the model said that it finished. */
  readonly finished: boolean
  /** Whether the stream said that nothing more comes, though the connection may stay. */
  readonly ended: boolean
  /** Whether the provider sent an error as an event. */
  readonly failed: boolean
  /** Whether that error was kept from the caller. */
  readonly hidError: boolean
}

/** What a call is written for, in a provider's dialect. */
export interface CallTarget {
  readonly org: string
  readonly upstreamModel: string
  /** Of one answer, in tokens: all that the hold covers, and so nothing above it may go up. */
  readonly outputCap: number
  readonly quirks: Quirks
}

/** A call as one provider takes it. */
export interface EncodedCall {
  readonly body: Uint8Array
  /** What it could not carry, by names such as `seed`, `top_k` or `cache_control`. */
  readonly dropped: readonly string[]
}

/** Reads a provider's stream, wherever its bytes were split. */
export interface StreamDecoder {
  push(bytes: Uint8Array): ChatEvent[]
  /** What is left to tell once the connection ended; `end`, if the model had finished. */
  rest(): ChatEvent[]
}

/** What an answer tells besides what the model said. */
export interface Telling {
  readonly requestId: string
  /** As the caller named it. */
  readonly model: string
  /** Unix seconds. */
  readonly created: number
  /** Made by the same dialect. */
  readonly request: ModelRequest
}

/** Writes a stream for a caller. An encoder that holds the end prints nothing for `end`: `close` or `cut` follow. */
export interface StreamEncoder {
  push(events: readonly ChatEvent[]): string
  cut(cut: StreamCut): string
  close(closing: StreamClosing): string
}

/** What a provider's error says. */
export interface ErrorFacts {
  /** Its code, or what stands for one. */
  readonly code?: string
  readonly message?: string
}

/** A wire format on the side of the provider: writes calls and reads answers. */
export interface UpstreamDialect {
  readonly id: DialectId
  /** Below the provider's base address, with a query where it has one. The model's name is encoded in it. */
  path(target: { readonly model: string; readonly stream: boolean }): string
  /** How the content type of a stream begins. */
  readonly streamType: string
  /** Header names of the caller that may go up, in lower case. */
  readonly requestHeaders: readonly string[]
  /** What goes up in their place where the caller speaks differently, or sent none. */
  readonly ownHeaders: Readonly<Record<string, string>>
  /** Throws WeirError `cannot_translate` where what matters cannot be carried. */
  encodeCall(call: ChatCall, target: CallTarget): EncodedCall
  /** Reads an unstreamed answer; undefined if it is none. */
  decodeAnswer(body: Uint8Array): ChatAnswer | undefined
  decodeStream(): StreamDecoder
  readError(body: Uint8Array): ErrorFacts
}

/** A wire format on both sides. Between two that speak it, bytes pass as they are. */
export interface Dialect extends UpstreamDialect {
  readonly id: ClientDialectId
  /** Header names of the provider that may come down, in lower case. */
  readonly answerHeaders: readonly string[]
  /** Checks what we read of a request. Throws WeirError `invalid_request`, naming the field. */
  read(incoming: IncomingRequest): ModelRequest
  /** Why a provider with these quirks may not get the request; undefined if it may. */
  refusalFor(request: ModelRequest, quirks: Quirks): WeirError | undefined
  /** The caller's bytes with the few edits that the target needs. */
  rewrite(request: ModelRequest, target: Target): EncodedCall
  /** Reads an unstreamed answer; undefined if it is none. */
  readAnswer(body: Uint8Array): AnswerFacts | undefined
  scanStream(request: ModelRequest, quirks: Quirks, options?: ScanOptions): StreamScanner
  /** The content type of a stream to this caller, where it is not server-sent events. */
  streamTypeDown?(request: ModelRequest): string | undefined
  /** Reads all of a request that it `read`. Throws WeirError `invalid_request`, naming the field. */
  decodeCall(request: ModelRequest): ChatCall
  encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array
  encodeStream(telling: Telling, options?: ScanOptions): StreamEncoder
  errorBody(error: WeirError, requestId?: string): Uint8Array
  /** The error as the last event of the stream that answers a request. */
  errorEvent(error: WeirError, requestId: string, request?: ModelRequest): Uint8Array
}
