const quote = 0x22
const backslash = 0x5c
const space = 0x20
const closeBrace = 0x7d
const lineFeed = 0x0a
const carriageReturn = 0x0d

const latin1 = new TextDecoder('latin1')
/** Up to the string of a delta that brings text. */
const textStart = /"(?:text|thinking)":"(?=[^"\\]*" *\} *\} *[\r\n]*$)/

/**
 * What a delta of text looks like up to its text. An event that begins alike, and ends with a text that has no escape and two braces,
 * brings that text to the same block and nothing else: to see that is far cheaper than to parse it.
 */
export class DeltaFrame {
  readonly #start: Uint8Array

  private constructor(start: Uint8Array) {
    this.#start = start
  }

  /** The frame of an event that was parsed and told nothing but text; undefined if that cannot be seen. */
  static of(event: Uint8Array): DeltaFrame | undefined {
    const match = textStart.exec(latin1.decode(event))
    return match ? new DeltaFrame(event.slice(0, match.index + match[0].length)) : undefined
  }

  /** How many bytes of text an event of this frame has; undefined if it is none. */
  textBytesOf(event: Uint8Array): number | undefined {
    const start = this.#start
    for (let at = 0; at < start.length; at++) if (event[at] !== start[at]) return undefined
    const end = endOfPlainString(event, start.length)
    return endsAfter(event, end) ? end - start.length : undefined
  }
}

/** Where a string ends; one with an escape ends there, and so does not fit. */
function endOfPlainString(bytes: Uint8Array, from: number): number {
  let at = from
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote || byte === backslash || byte < space) break
  }
  return at
}

/** Whether nothing follows but the string's quote and two braces, with spaces between: some providers hide lengths by them. */
function endsAfter(bytes: Uint8Array, from: number): boolean {
  if (bytes[from] !== quote) return false
  let braces = 0
  let at = from + 1
  for (; at < bytes.length && (bytes[at] === space || bytes[at] === closeBrace); at++)
    if (bytes[at] === closeBrace) braces++
  while (bytes[at] === lineFeed || bytes[at] === carriageReturn) at++
  return braces === 2 && at === bytes.length
}
