import { EventStreamCodec } from '@smithy/eventstream-codec'
import { concatBytes } from '../../src/core/bytes.ts'
import { ConverseDecoder } from '../../src/dialects/bedrock-converse/decode-stream.ts'
import { splitBytes } from './splits.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString()),
  (text) => new Uint8Array(Buffer.from(text)),
)

/** A frame as AWS's own codec prints it. */
export function frameOf(headers: Readonly<Record<string, string>>, payload: unknown): Uint8Array {
  const texts = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const)
  return codec.encode({
    headers: Object.fromEntries(texts),
    body: new Uint8Array(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))),
  })
}

export const encodeFrame = codec.encode.bind(codec)

export function eventFrame(name: string, payload: unknown): Uint8Array {
  return frameOf(
    { ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' },
    payload,
  )
}

export function exceptionFrame(name: string, message = 'arn:aws:iam::1234 did it'): Uint8Array {
  return frameOf({ ':message-type': 'exception', ':exception-type': name }, { message })
}

/** Frames of events, each given as `{name: payload}`. */
export function streamOf(...events: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
  return concatBytes(
    events.flatMap((event) => Object.entries(event).map(([name, payload]) => eventFrame(name, payload))),
  )
}

/** What a stream tells, and what its end does. */
export function decodeBytes(bytes: Uint8Array, cuts: readonly number[] | 'everywhere' = []) {
  const decoder = new ConverseDecoder()
  const events = splitBytes(bytes, cuts).flatMap((piece) => decoder.push(piece))
  return [...events, ...decoder.rest()]
}

export const delta = (contentBlockIndex: number, delta: object) => ({
  contentBlockDelta: { contentBlockIndex, delta, p: 'abcdefghi' },
})
export const stop = (contentBlockIndex: number) => ({ contentBlockStop: { contentBlockIndex } })
export const call = (contentBlockIndex: number, toolUseId: string, name: string) => ({
  contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId, name } } },
})
export const wireUsage = { inputTokens: 20, outputTokens: 9, totalTokens: 129, cacheReadInputTokens: 100 }
export const metadata = { usage: wireUsage, metrics: { latencyMs: 800 }, p: 'ab' }
export const ending = (stopReason: string) => [{ messageStop: { stopReason } }, { metadata }]
