import { Agent, type Dispatcher } from 'undici'
import type { Exchange, Transport, UpstreamHead } from '../../core/transport.ts'
import { UpstreamError } from '../../upstream/deadlines.ts'

/** Bytes that may wait for a slow reader before the provider is paused. */
const highWaterMark = 64 * 1024

/** The way out on Node: undici's dispatcher over pooled keep-alive connections, without a stream or a fetch in between. */
export function undiciTransport(): Transport & { close(): Promise<void> } {
  // Deadlines are ours, kept in `sendWithin`; undici's own would only be a second set.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000, connections: null })
  const addresses = new Map<string, { origin: string; path: string }>()
  const addressOf = (url: string) => {
    const known = addresses.get(url)
    if (known) return known
    const { origin, pathname, search } = new URL(url)
    const address = { origin, path: pathname + search }
    // As many as there are providers; a bound all the same.
    if (addresses.size < 1_000) addresses.set(url, address)
    return address
  }
  const transport: Transport = (request) => {
    const exchange = new DispatchedExchange()
    agent.dispatch(
      {
        ...addressOf(request.url),
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
      },
      exchange,
    )
    return exchange
  }
  return Object.assign(transport, { close: () => agent.destroy() })
}

/** One request under way: undici pushes into it, the gateway pulls out of it. */
class DispatchedExchange implements Exchange, Dispatcher.DispatchHandler {
  readonly head: Promise<UpstreamHead>
  #resolveHead: (head: UpstreamHead) => void = () => {}
  #rejectHead: (error: Error) => void = () => {}
  #controller: Dispatcher.DispatchController | undefined
  #waiting: Buffer[] = []
  #waitingLength = 0
  #error: Error | undefined
  #ended = false
  #wake: (() => void) | undefined

  constructor() {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve
      this.#rejectHead = reject
    })
    // Whoever aborts before asking for the head has lost interest in it.
    this.head.catch(() => {})
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#waiting.length === 0 && !this.#error && !this.#ended)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#error) throw this.#error
    if (this.#waiting.length === 0) return undefined
    const bytes = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingLength = 0
    if (this.#controller?.paused) this.#controller.resume()
    return bytes
  }

  abort(reason: Error): void {
    if (this.#ended || this.#error) return
    this.#fail(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Aborted while it waited for a connection: it must not be sent any more.
    if (this.#error) controller.abort(this.#error)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    // Informational answers come before the real one.
    if (status < 200) return
    const plain: Record<string, string> = {}
    for (const name in headers) {
      const value = headers[name]
      plain[name] = typeof value === 'string' ? value : (value?.at(-1) ?? '')
    }
    this.#resolveHead({ status, headers: plain })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingLength += chunk.length
    if (this.#waitingLength > highWaterMark) controller.pause()
    this.#rouse()
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#rouse()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#error) this.#fail(errorOf(error))
  }

  #fail(error: Error): void {
    this.#error = error
    this.#waiting = []
    this.#rejectHead(error)
    this.#rouse()
  }

  #rouse(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function errorOf(error: Error & { code?: string }): UpstreamError {
  const code = error.code ?? error.name
  return neverSent.has(code)
    ? new UpstreamError('unreachable', `The provider cannot be reached (${code}).`, false)
    : new UpstreamError('broken', `The connection to the provider broke (${code}).`)
}
