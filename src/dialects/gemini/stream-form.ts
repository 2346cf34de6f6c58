/** How a stream goes down: as server-sent events, or as one JSON array that grows. */
export class StreamForm {
  readonly #sse: boolean
  #opened = false
  #closed = false

  constructor(sse: boolean) {
    this.#sse = sse
  }

  get sse(): boolean {
    return this.#sse
  }

  print(json: string): string {
    if (this.#sse) return eventOf(json)
    const before = this.#opened ? ',\n' : '['
    this.#opened = true
    return before + json
  }

  /** What ends the stream, once. */
  end(): string {
    if (this.#sse || this.#closed) return ''
    this.#closed = true
    return this.#opened ? ']' : '[]'
  }
}

/** The last words of a stream that has begun: an array has an element by then. */
export function printLast(json: string, sse: boolean): string {
  return sse ? eventOf(json) : `,\n${json}]`
}

function eventOf(json: string): string {
  return `data: ${json}\n\n`
}
