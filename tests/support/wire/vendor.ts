import type { IncomingHttpHeaders } from 'node:http'
import type { Memory } from './memory.ts'
import type { Refusal } from './refusal.ts'
import type { Scene } from './scene.ts'

export type WireFormat =
  'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'bedrock-converse'

/** A request as it came, and what became of it. */
export interface WireRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Parsed; undefined if it is no JSON. */
  readonly body: unknown
  readonly bytes: Buffer
  /** Of the answer, once it began. */
  status?: number
  /** Bytes of the answer's body that went out so far. */
  sentBytes: number
  /** Whether the client left before the end. */
  aborted: boolean
  /** Whether the answer went out as far as it was to. */
  finished: boolean
}

export interface WireOptions {
  /** The only credential that is known. Otherwise any is. */
  readonly key?: string
  /** Signatures and locked thoughts of which the vendor is to believe that they are its own. */
  readonly issued?: readonly string[]
  /** Chat only: shows thoughts as `reasoning_content`, and takes them and `extra_content` back, as third parties do. */
  readonly reasoningContent?: true
  /** Bedrock only: the secret by which SigV4 signatures are checked, not only looked for. */
  readonly secretAccessKey?: string
}

/** One call of a vendor's API. */
export interface Call {
  readonly request: WireRequest
  readonly options: WireOptions
  readonly memory: Memory
  /** Below the vendor's base address, without the query. */
  readonly route: string
  readonly query: URLSearchParams
  /** Counts requests, so that ids differ. */
  readonly index: number
  /** Takes the next scene. Throws the refusal that it asks for. */
  scene(): Scene
}

/** What goes back. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body, event by event where it is a stream. */
  readonly frames: Iterable<string | Uint8Array>
  /** Whether the frames are server-sent events. */
  readonly sse?: boolean
}

/** A vendor of models on the wire. */
export interface Vendor {
  /** The path of its address. */
  readonly base: string
  /** Throws a Refusal. */
  answer(call: Call): Reply
  refuse(refusal: Refusal, call: Call): Reply
}

/** A body of JSON. */
export function jsonReply(value: unknown, headers: Readonly<Record<string, string>>, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    frames: [JSON.stringify(value)],
  }
}
