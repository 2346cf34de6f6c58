const lineFeed = 0x0a

/** Reads the answers on one connection, one after the other, in as many pieces as they come: only to count them right. */
export class AnswerReader {
  status = 0
  bodyLength = 0
  #state: 'head' | 'whole' | 'chunk-size' | 'chunk' | 'end' = 'head'
  #head = ''
  #size = 0
  /** Bytes still to come of the body or the chunk, with the line end after it. */
  #left = 0

  /** Whether the answer is complete; the next piece then begins a new one. */
  push(bytes: Buffer): boolean {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'head') at = this.#readHead(bytes, at)
      else if (this.#state === 'chunk-size') at = this.#readSize(bytes, at)
      else at = this.#skip(bytes, at)
      if (this.#left === 0 && (this.#state === 'whole' || this.#state === 'end')) {
        this.#state = 'head'
        return true
      }
    }
    return false
  }

  #readHead(bytes: Buffer, at: number): number {
    const before = this.#head.length
    this.#head += bytes.toString('latin1', at)
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return bytes.length
    const head = this.#head.slice(0, end)
    this.#head = ''
    this.status = Number(head.slice(9, 12))
    this.bodyLength = 0
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined && !/\r\ntransfer-encoding: *chunked/i.test(head))
      throw new Error(`An answer has neither a length nor chunks: ${head}`)
    this.#state = length === undefined ? 'chunk-size' : 'whole'
    this.#left = this.bodyLength = Number(length ?? 0)
    return at + end + 4 - before
  }

  #readSize(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      const digit = byte < 0x3a ? byte - 0x30 : (byte | 0x20) - 0x57
      if (digit >= 0 && digit < 16) this.#size = this.#size * 16 + digit
      if (byte !== lineFeed) continue
      this.bodyLength += this.#size
      this.#left = this.#size + 2
      this.#state = this.#size === 0 ? 'end' : 'chunk'
      this.#size = 0
      return at + 1
    }
    return bytes.length
  }

  #skip(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at)
    this.#left -= taken
    if (this.#left === 0 && this.#state === 'chunk') this.#state = 'chunk-size'
    return at + taken
  }
}
