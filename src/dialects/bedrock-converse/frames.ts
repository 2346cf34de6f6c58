import { concatBytes } from '../../core/bytes.ts'

/**
 * AWS's binary event stream (`application/vnd.amazon.eventstream`). A frame is its length and the length of its headers, a CRC of
 * those two, headers, payload, and a CRC of all before it. AWS's own codec reads frames that somebody else has cut out, and on Node
 * brings the runtime of AWS's clients along; here it is what the tests compare with.
 */
export interface Frame {
  /** Those that are texts. */
  readonly headers: ReadonlyMap<string, string>
  readonly payload: Uint8Array
}

const preludeLength = 12
const crcLength = 4
/** More than AWS allows for a frame's payload and headers together. */
const maxFrameLength = 32 * 1024 * 1024

/** Cuts a stream into frames, wherever its bytes were split. */
export class FrameReader {
  /** Whether the stream is damaged. Nothing that follows can be read then. */
  broken = false
  #kept: Uint8Array[] = []
  #keptLength = 0
  /** How many bytes there must be before anything more can be read. */
  #needed = preludeLength

  /** The frames that became complete. They are views of the bytes: read them before those are used again. */
  push(bytes: Uint8Array): Frame[] {
    if (this.broken) return []
    if (this.#keptLength + bytes.length < this.#needed) {
      this.#keep(bytes)
      return []
    }
    const all = this.#keptLength > 0 ? concatBytes([...this.#kept, bytes]) : bytes
    this.#kept = []
    this.#keptLength = 0
    return this.#cut(all)
  }

  /** Whether the stream stopped within a frame. */
  get isCutOff(): boolean {
    return this.#keptLength > 0
  }

  #cut(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let start = 0
    for (;;) {
      const left = bytes.subarray(start)
      this.#needed = left.length < preludeLength ? preludeLength : frameLength(left)
      if (left.length < this.#needed) {
        this.#keep(left)
        return frames
      }
      const frame = this.#needed > 0 ? readFrame(left.subarray(0, this.#needed)) : undefined
      if (!frame) {
        this.broken = true
        return frames
      }
      frames.push(frame)
      start += this.#needed
    }
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    // Copied: the host may use its buffer again.
    this.#kept.push(bytes.slice())
    this.#keptLength += bytes.length
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The length that a frame's prelude tells; 0 where the prelude is damaged. */
function frameLength(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  const length = view.getUint32(0)
  const headersLength = view.getUint32(4)
  const isWhole = view.getUint32(8) === crc32(bytes.subarray(0, 8))
  const isSound = length <= maxFrameLength && headersLength <= length - preludeLength - crcLength
  return isWhole && isSound ? length : 0
}

function readFrame(bytes: Uint8Array): Frame | undefined {
  const view = viewOf(bytes)
  const end = bytes.length - crcLength
  if (view.getUint32(end) !== crc32(bytes.subarray(0, end))) return undefined
  const payloadStart = preludeLength + view.getUint32(4)
  const headers = readHeaders(bytes.subarray(preludeLength, payloadStart))
  return headers && { headers, payload: bytes.subarray(payloadStart, end) }
}

/** How many bytes a header's value has, by its type: both booleans, the whole numbers, a time, a UUID. */
const fixedLengths: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]
const bytesType = 6
const textType = 7

const decoder = new TextDecoder()

function readHeaders(bytes: Uint8Array): Map<string, string> | undefined {
  const headers = new Map<string, string>()
  let rest = bytes
  while (rest.length > 0) {
    const nameEnd = 1 + (rest[0] ?? 0)
    const type = rest[nameEnd] ?? -1
    const value = valueOf(rest.subarray(nameEnd + 1), type)
    if (!value) return undefined
    if (type === textType) headers.set(decoder.decode(rest.subarray(1, nameEnd)), decoder.decode(value.bytes))
    rest = value.rest
  }
  return headers
}

function valueOf(bytes: Uint8Array, type: number): { bytes: Uint8Array; rest: Uint8Array } | undefined {
  const isSized = type === bytesType || type === textType
  const start = isSized ? 2 : 0
  if (bytes.length < start) return undefined
  const length = isSized ? viewOf(bytes).getUint16(0) : fixedLengths[type]
  if (length === undefined || bytes.length < start + length) return undefined
  return { bytes: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** What a frame tells: an event with its name, or that the provider gave up. */
export type FrameNews =
  | { readonly type: 'event'; readonly name: string; readonly payload: Uint8Array }
  | { readonly type: 'exception'; readonly code: string }

export function newsOf({ headers, payload }: Frame): FrameNews {
  const kind = headers.get(':message-type')
  if (kind === 'error') return { type: 'exception', code: headers.get(':error-code') ?? 'UnknownError' }
  if (kind !== 'exception') return { type: 'event', name: headers.get(':event-type') ?? '', payload }
  const name = headers.get(':exception-type') ?? 'unknownException'
  // As it is called where it comes as an answer of its own.
  return { type: 'exception', code: name.charAt(0).toUpperCase() + name.slice(1) }
}
