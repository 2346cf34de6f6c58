import type { Context } from 'hono'
import type { Answer, Caller } from '../pipeline/answer.ts'

/** How one host reads a request and writes an answer. The only part of a call that differs between Node and Workers. */
export interface Edge {
  /** Bytes of request bodies that may be in memory at once. */
  readonly maxBytesInFlight: number
  caller(c: Context): Caller
  /** Hands over the bytes of the body as they come, until its end or until `take` throws. Rejects with what it threw. */
  readBody(c: Context, take: (bytes: Uint8Array) => void): Promise<void>
  /** Writes the answer. Its body is always run to its end, whether or not the caller is still there. */
  deliver(c: Context, answer: Answer): Response
}
