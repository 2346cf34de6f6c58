import type { Script } from './script.ts'

/** More writes than these a part is not cut into, so that a long one stays cheap. */
const maxWrites = 4096

const lf = 0x0a
const cr = 0x0d

function* everyByte(bytes: Buffer): Generator<Buffer> {
  const size = Math.max(1, Math.ceil(bytes.length / maxWrites))
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Cuts after each byte for which `endsAt` holds. */
function* after(bytes: Buffer, endsAt: (byte: number) => boolean): Generator<Buffer> {
  let start = 0
  for (const [at, byte] of bytes.entries()) {
    if (!endsAt(byte)) continue
    yield bytes.subarray(start, at + 1)
    start = at + 1
  }
  if (start < bytes.length) yield bytes.subarray(start)
}

/** The first byte of a character of several bytes. */
function isLead(byte: number): boolean {
  return byte >= 0xc0
}

/** LF becomes CRLF. JSON holds no line ends of its own. */
function withCrlf(bytes: Buffer): Buffer {
  return Buffer.from([...bytes].flatMap((byte) => (byte === lf ? [cr, lf] : [byte])))
}

/** Cuts a part into what goes in one TCP write each. */
export function* cutBytes(bytes: Buffer, split: Script['split']): Generator<Buffer> {
  if (split === 'bytes') yield* everyByte(bytes)
  else if (split === 'utf8') yield* after(bytes, isLead)
  else if (split === 'crlf') yield* after(withCrlf(bytes), (byte) => byte === cr)
  else yield bytes
}
