import { concatBytes } from '../core/bytes.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** No event that a model sends is as long as this. */
const maxEventBytes = 64 * 1024 * 1024

/** Cuts a stream into whole events, wherever its bytes were split. Lines end in LF or CRLF. */
export class EventSplitter {
  #kept: Uint8Array[] = []
  #keptLength = 0
  /** Whether the last byte seen ended a line (a CR just before a split counts as part of its LF). */
  #atLineStart = true

  /** The events that became complete, each with the blank line that ends it. */
  push(bytes: Uint8Array): Uint8Array[] {
    const events: Uint8Array[] = []
    let start = 0
    for (let at = 0; at < bytes.length;) {
      const end = this.#atLineStart ? blankLineEnd(bytes, at) : -1
      if (end > 0) {
        events.push(this.#complete(bytes.subarray(start, end)))
        start = at = end
        continue
      }
      const next = bytes.indexOf(lineFeed, at)
      this.#atLineStart = next >= 0 || this.#isPendingReturn(bytes, at)
      at = next < 0 ? bytes.length : next + 1
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start))
    return events
  }

  /** What is left of an event that never ended. */
  rest(): Uint8Array {
    return this.#complete(new Uint8Array())
  }

  /** At the start of a line, a lone CR at the end of the bytes may be half of a blank line. */
  #isPendingReturn(bytes: Uint8Array, at: number): boolean {
    return this.#atLineStart && at === bytes.length - 1 && bytes[at] === carriageReturn
  }

  #keep(bytes: Uint8Array): void {
    // Copied: the host may use its buffer again.
    this.#kept.push(bytes.slice())
    this.#keptLength += bytes.length
    if (this.#keptLength > maxEventBytes) throw new Error('The provider sent an event that never ends.')
  }

  #complete(end: Uint8Array): Uint8Array {
    const whole = this.#kept.length > 0 ? concatBytes([...this.#kept, end]) : end
    this.#kept = []
    this.#keptLength = 0
    this.#atLineStart = true
    return whole
  }
}

/** Just after a blank line that starts here, or -1. */
function blankLineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === lineFeed) return at + 1
  return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : -1
}

const decoder = new TextDecoder()

/** The data of one event, its lines joined; undefined if it has none (a comment, or a blank line). */
export function dataOf(event: Uint8Array): string | undefined {
  const data = valuesOf(event, 'data:')
  return data.length > 0 ? data.join('\n') : undefined
}

/** The name of one event; undefined where it has none, as in most formats. */
export function nameOf(event: Uint8Array): string | undefined {
  return valuesOf(event, 'event:').at(-1)
}

function valuesOf(event: Uint8Array, field: string): string[] {
  const lines = decoder.decode(event).split('\n')
  return lines.flatMap((line) => {
    if (!line.startsWith(field)) return []
    const value = line.endsWith('\r') ? line.slice(field.length, -1) : line.slice(field.length)
    return value.startsWith(' ') ? value.slice(1) : value
  })
}
