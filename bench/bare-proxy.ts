import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, type Dispatcher } from 'undici'
import { announce } from './announce.ts'

/**
 * The least that a proxy on Node can do: node:http in front, undici's dispatcher behind; request bodies and unstreamed
 * answers are buffered, streams are passed on as they come. It knows no key, keeps no books and reads nothing.
 */

const [origin = ''] = process.argv.slice(2)
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000, connections: null })

class Passing implements Dispatcher.DispatchHandler {
  readonly #outgoing: ServerResponse
  readonly #parts: Buffer[] = []
  #streamed = false

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    const { 'content-type': type = '', 'content-length': length } = headers
    this.#streamed = length === undefined
    this.#outgoing.writeHead(status, {
      'content-type': String(type),
      ...(length && { 'content-length': String(length) }),
    })
    if (this.#streamed) this.#outgoing.on('drain', () => controller.resume())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#streamed) this.#parts.push(chunk)
    else if (!this.#outgoing.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#streamed) this.#outgoing.end()
    else this.#outgoing.end(Buffer.concat(this.#parts))
  }

  onResponseError(): void {
    this.#outgoing.destroy()
  }
}

function proxy(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const parts: Buffer[] = []
  incoming.on('data', (part: Buffer) => parts.push(part))
  incoming.on('end', () => {
    const headers = {
      'content-type': incoming.headers['content-type'] ?? '',
      authorization: incoming.headers.authorization ?? '',
    }
    const request = { origin, path: incoming.url ?? '/', method: 'POST' as const, headers }
    agent.dispatch({ ...request, body: Buffer.concat(parts) }, new Passing(outgoing))
  })
}

const server = createServer(proxy)
server.listen(0, '127.0.0.1', () => announce(server))
