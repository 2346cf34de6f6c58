import type { Exchange, Transport, UpstreamRequest } from '../../src/core/transport.ts'

/** A provider that says nothing any more, until it is aborted. */
export const silence = Symbol('silence')

/** What a provider does with one request. */
export interface Script {
  /** 200 unless told otherwise; an error where none comes. */
  readonly status?: number | Error | typeof silence
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: readonly (string | Uint8Array | Error | typeof silence)[]
}

export const json = { 'content-type': 'application/json' }
export const events = { 'content-type': 'text/event-stream' }

/** An exchange that follows a script. `aborted` tells why it was ended from outside, if it was. */
export class ScriptedExchange implements Exchange {
  readonly head: Exchange['head']
  aborted: Error | undefined
  readonly #steps: NonNullable<Script['body']>
  readonly #at: (point: string) => void
  readonly #waiting = new Set<(reason: Error) => void>()
  #next = 0

  constructor({ status = 200, headers = json, body = [] }: Script, at: (point: string) => void = () => {}) {
    this.#steps = body
    this.#at = at
    this.head = this.#step('head', status).then((status) => ({ status, headers }))
    this.head.catch(() => {})
  }

  async read(): Promise<Uint8Array | undefined> {
    const index = this.#next++
    const piece = await this.#step(`read ${index + 1}`, this.#steps[index])
    return typeof piece === 'string' ? new Uint8Array(Buffer.from(piece)) : piece
  }

  abort(reason: Error): void {
    this.aborted ??= reason
    for (const reject of this.#waiting) reject(reason)
  }

  async #step<T>(point: string, value: T | Error | typeof silence): Promise<T> {
    await Promise.resolve()
    this.#at(point)
    if (this.aborted) throw this.aborted
    if (value instanceof Error) throw value
    if (value !== silence) return value as T
    return new Promise<never>((_, reject) => this.#waiting.add(reject))
  }
}

/** Requests that went out, in order, and the exchanges that they began. */
export interface Sent {
  readonly request: UpstreamRequest
  readonly exchange: ScriptedExchange
}

/** A transport that follows one script after the other. `at` is told of every point at which the pipeline waits. */
export function scripted(
  scripts: readonly Script[],
  at?: (point: string) => void,
): Transport & { sent: Sent[] } {
  const sent: Sent[] = []
  const transport: Transport = (request) => {
    const script = scripts[sent.length]
    if (!script) throw new Error('Nobody expected another request.')
    at?.('send')
    const exchange = new ScriptedExchange(script, at)
    sent.push({ request, exchange })
    return exchange
  }
  return Object.assign(transport, { sent })
}
