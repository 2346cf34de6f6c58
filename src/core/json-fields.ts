import { concatBytes } from './bytes.ts'

/**
 * Finds the fields of a JSON object in its bytes, so that a few of them can be changed and all else left as it came.
 * The text must be valid JSON (parse it first); nothing is validated here.
 */

/** A field at depth 1. Offsets are into the bytes; ends are exclusive. */
export interface JsonField {
  /** The name as written between its quotes: escapes are still in it. */
  readonly rawName: string
  readonly nameStart: number
  readonly valueStart: number
  readonly valueEnd: number
}

export interface JsonFields {
  readonly fields: readonly JsonField[]
  /** How many fields all objects in the text have together, nested ones too. Repeated names count each time. */
  readonly fieldCount: number
  /** Offset of the opening brace. */
  readonly open: number
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
/** Strings shorter than this are quicker to walk than to search. */
const shortString = 48

export function findFields(bytes: Uint8Array): JsonFields {
  const open = bytes.indexOf(openBrace)
  const fields: JsonField[] = []
  let fieldCount = 0
  let at = skipSpace(bytes, open + 1)
  while (bytes[at] === quote) {
    const nameStart = at
    const nameEnd = endOfString(bytes, at)
    const valueStart = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1)
    const value = endOfValue(bytes, valueStart)
    fieldCount += 1 + value.fieldCount
    const rawName = latin1(bytes, nameStart + 1, nameEnd - 1)
    fields.push({ rawName, nameStart, valueStart, valueEnd: value.end })
    at = skipSpace(bytes, value.end)
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1)
  }
  return { fields, fieldCount, open }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++
  return at
}

/** From the opening quote of a string to just after its closing one. */
function endOfString(bytes: Uint8Array, start: number): number {
  const near = Math.min(bytes.length, start + shortString)
  let at = start + 1
  while (at < near) {
    const byte = bytes[at]
    if (byte === quote) return at + 1
    at += byte === backslash ? 2 : 1
  }
  return endOfLongString(bytes, at)
}

function endOfLongString(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let backslashes = 0
    while (at - 1 - backslashes >= from && bytes[at - 1 - backslashes] === backslash) backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
  return bytes.length
}

function endOfValue(bytes: Uint8Array, start: number): { end: number; fieldCount: number } {
  const byte = bytes[start]
  if (byte === quote) return { end: endOfString(bytes, start), fieldCount: 0 }
  if (byte === openBrace || byte === openBracket) return endOfNested(bytes, start)
  let end = start
  while (end < bytes.length && !endsScalar(bytes[end] ?? 0)) end++
  return { end, fieldCount: 0 }
}

function endsScalar(byte: number): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || byte <= 0x20
}

function endOfNested(bytes: Uint8Array, start: number): { end: number; fieldCount: number } {
  let depth = 0
  let fieldCount = 0
  let at = start
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === quote) {
      at = endOfString(bytes, at)
      continue
    }
    at++
    if (byte === colon) fieldCount++
    else if (byte === openBrace || byte === openBracket) depth++
    else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) break
  }
  return { end: at, fieldCount }
}

/** How many names of fields, nested ones too, hold a backslash once their escapes are read. */
export function countBackslashNames(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at)) {
    const start = at
    at = endOfString(bytes, start)
    if (bytes[skipSpace(bytes, at)] !== colon) continue
    if ((JSON.parse(latin1(bytes, start, at)) as string).includes('\\')) count++
  }
  return count
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

/** A stretch of bytes to replace; an empty stretch inserts. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

const encoder = new TextEncoder()

/** The bytes with the splices made, or the same bytes if there are none. Splices must not overlap. */
export function spliceBytes(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  if (splices.length === 0) return bytes
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end)
  const parts: Uint8Array[] = []
  let at = 0
  for (const { start, end, text } of ordered) {
    parts.push(bytes.subarray(at, start), encoder.encode(text))
    at = end
  }
  parts.push(bytes.subarray(at))
  return concatBytes(parts)
}
