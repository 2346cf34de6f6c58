/** CRC-32 of one byte, for each. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const textType = 7

function headerBytes(name: string, value: string): Buffer {
  const text = Buffer.from(value)
  const size = Buffer.alloc(2)
  size.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([textType]), size, text])
}

function wordOf(value: number): Buffer {
  const word = Buffer.alloc(4)
  word.writeUInt32BE(value)
  return word
}

/** One message of an event stream, as AWS frames it. */
export function frame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => headerBytes(name, value)))
  const body = Buffer.from(payload)
  const prelude = Buffer.concat([wordOf(16 + head.length + body.length), wordOf(head.length)])
  const open = Buffer.concat([prelude, wordOf(crc32(prelude)), head, body])
  return Buffer.concat([open, wordOf(crc32(open))])
}

/** A frame that was read. */
export interface Frame {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {}
  let at = 0
  const take = (size: number) => bytes.subarray(at, (at += size))
  while (at < bytes.length) {
    const name = take(take(1).readUInt8()).toString()
    if (take(1).readUInt8() !== textType) throw new Error(`header ${name} is no text`)
    headers[name] = take(take(2).readUInt16BE()).toString()
  }
  return headers
}

function readFrame(bytes: Buffer): Frame {
  const headSize = bytes.readUInt32BE(4)
  if (bytes.readUInt32BE(8) !== crc32(bytes.subarray(0, 8))) throw new Error('the prelude is damaged')
  const end = bytes.length - 4
  if (bytes.readUInt32BE(end) !== crc32(bytes.subarray(0, end))) throw new Error('the frame is damaged')
  const headers = readHeaders(bytes.subarray(12, 12 + headSize))
  return { headers, payload: bytes.subarray(12 + headSize, end).toString() }
}

/** Reads a whole stream. Throws where it is damaged or ends in the middle of a frame. */
export function readFrames(stream: Uint8Array): Frame[] {
  const bytes = Buffer.from(stream)
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length;) {
    const size = bytes.length - at >= 16 ? bytes.readUInt32BE(at) : Infinity
    if (size > bytes.length - at) throw new Error('the stream ends in the middle of a frame')
    frames.push(readFrame(bytes.subarray(at, at + size)))
    at += size
  }
  return frames
}
