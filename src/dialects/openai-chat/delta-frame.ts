/** Strings that differ from one event to the next: text, and the padding that hides its length. */
const freeString = /"(content|reasoning_content|obfuscation)":"([^"\\]*)"/g

const quote = 0x22
const backslash = 0x5c
/** Decodes bytes one by one, so that offsets stay. */
const latin1 = new TextDecoder('latin1')

/**
 * What an event looks like whose successors differ from it only inside a few strings, as most events of a stream do.
 * To compare an event with it is far cheaper than to parse it.
 */
export class DeltaFrame {
  /** What stands around the free strings. */
  readonly #parts: readonly Uint8Array[]
  /** Of each free string, whether it is generated text. */
  readonly #isText: readonly boolean[]

  private constructor(parts: readonly Uint8Array[], isText: readonly boolean[]) {
    this.#parts = parts
    this.#isText = isText
  }

  /** The frame of an event that was parsed and told nothing but so many bytes of text; undefined if they are not found in it. */
  static of(event: Uint8Array, textBytes: number): DeltaFrame | undefined {
    const parts: Uint8Array[] = []
    const isText: boolean[] = []
    let [start, found] = [0, 0]
    for (const match of latin1.decode(event).matchAll(freeString)) {
      const [whole, name, value = ''] = match
      const end = match.index + whole.length - 1
      parts.push(event.slice(start, end - value.length))
      isText.push(name !== 'obfuscation')
      if (name !== 'obfuscation') found += value.length
      start = end
    }
    parts.push(event.slice(start))
    return isText.includes(true) && found === textBytes ? new DeltaFrame(parts, isText) : undefined
  }

  /** How many bytes of text an event has that differs only inside the free strings; undefined if it differs elsewhere. */
  textBytesOf(event: Uint8Array): number | undefined {
    let [at, textBytes] = [0, 0]
    for (const [index, part] of this.#parts.entries()) {
      if (index > 0) {
        const end = endOfPlainString(event, at)
        if (this.#isText[index - 1]) textBytes += end - at
        at = end
      }
      if (!hasAt(event, at, part)) return undefined
      at += part.length
    }
    return at === event.length ? textBytes : undefined
  }
}

/** Where a string ends; one with an escape ends there, and so does not fit. */
function endOfPlainString(bytes: Uint8Array, from: number): number {
  let at = from
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote || byte === backslash || byte < 0x20) break
  }
  return at
}

function hasAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  if (at + part.length > bytes.length) return false
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false
  return true
}
