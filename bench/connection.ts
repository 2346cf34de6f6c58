import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'

/** When a request was sent, and when the first and the last of its answer came. */
export interface Timing {
  sentAt: number
  firstByteAt: number
  endedAt: number
}

const readBufferBytes = 64 * 1024

/** A keep-alive connection that carries one request at a time. */
export class Connection {
  readonly #socket: Socket
  readonly #reader = new AnswerReader()
  readonly #bodyLength: number
  readonly #fail: (error: Error) => void
  #timing: Timing = { sentAt: 0, firstByteAt: 0, endedAt: 0 }
  #done: (timing: Timing) => void = () => {}

  private constructor(
    target: { port: number; bodyLength: number },
    fail: (error: Error) => void,
    ready: () => void,
  ) {
    this.#bodyLength = target.bodyLength
    this.#fail = fail
    const onread = { buffer: Buffer.alloc(readBufferBytes), callback: this.#read.bind(this) }
    this.#socket = connect({ host: '127.0.0.1', port: target.port, noDelay: true, onread }, ready)
    this.#socket.on('error', fail)
  }

  static open(
    target: { port: number; bodyLength: number },
    fail: (error: Error) => void,
  ): Promise<Connection> {
    return new Promise((resolve) => {
      const connection: Connection = new Connection(target, fail, () => resolve(connection))
    })
  }

  ask(request: Buffer, sentAt: number, done: (timing: Timing) => void): void {
    this.#timing = { sentAt, firstByteAt: 0, endedAt: 0 }
    this.#done = done
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(length: number, buffer: Uint8Array): boolean {
    try {
      const complete = this.#reader.push(Buffer.from(buffer.buffer, buffer.byteOffset, length))
      if (this.#timing.firstByteAt === 0 && this.#reader.bodyLength > 0)
        this.#timing.firstByteAt = performance.now()
      if (complete) this.#finish()
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
    return true
  }

  #finish(): void {
    const { status, bodyLength } = this.#reader
    if (status !== 200) throw new Error(`An answer has the status ${status}.`)
    if (bodyLength !== this.#bodyLength)
      throw new Error(`An answer has ${bodyLength} bytes in place of ${this.#bodyLength}.`)
    this.#timing.endedAt = performance.now()
    this.#done(this.#timing)
  }
}
