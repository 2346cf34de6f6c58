import type { Context } from 'hono'
import { WeirError } from '../core/errors.ts'
import { concatBytes } from '../core/bytes.ts'
import type { Edge } from './edge.ts'

/** A body in memory. What is put into it counts too, until all of it is released. */
export interface HeldBody {
  readonly body: Uint8Array
  /** Counts so many more bytes. Throws WeirError `request_too_large`, or `overloaded`. */
  readonly grow: (bytes: number) => void
  readonly release: () => void
}

/** Bounds the request bodies that are in memory at once: each alone, and all together. */
export class BodyBudget {
  readonly #edge: Edge
  readonly #maxBodyBytes: number
  #inFlight = 0

  constructor(edge: Edge, maxBodyBytes: number) {
    this.#edge = edge
    this.#maxBodyBytes = maxBodyBytes
  }

  /** Reads a body, which counts until it is released. Throws WeirError `request_too_large`, or `overloaded`. */
  async read(c: Context): Promise<HeldBody> {
    let held = 0
    const release = () => {
      this.#inFlight -= held
      held = 0
    }
    const parts: Uint8Array[] = []
    const grow = (bytes: number) => {
      held += bytes
      this.#inFlight += bytes
      if (held > this.#maxBodyBytes) throw tooLarge(this.#maxBodyBytes)
      if (this.#inFlight > this.#edge.maxBytesInFlight) throw overloaded()
    }
    const take = (part: Uint8Array) => {
      parts.push(part)
      grow(part.length)
    }
    try {
      if (Number(c.req.header('content-length') ?? 0) > this.#maxBodyBytes) throw tooLarge(this.#maxBodyBytes)
      await this.#edge.readBody(c, take)
      return { body: concatBytes(parts), grow, release }
    } catch (error) {
      release()
      throw error
    }
  }
}

function tooLarge(maxBytes: number): WeirError {
  return new WeirError('request_too_large', `A body may have at most ${maxBytes} bytes.`)
}

function overloaded(): WeirError {
  const message = 'The gateway holds as many request bodies as it can.'
  return new WeirError('overloaded', message, { retryAfterSeconds: 1 })
}
