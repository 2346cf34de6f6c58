import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Watch } from '../simulator/watch.ts'
import { anthropic } from './anthropic/vendor.ts'
import { bedrock } from './bedrock/vendor.ts'
import { chat } from './chat/vendor.ts'
import { deliver } from './deliver.ts'
import { gemini } from './gemini/vendor.ts'
import { Memory } from './memory.ts'
import { Refusal } from './refusal.ts'
import { responses } from './responses/vendor.ts'
import type { Scene } from './scene.ts'
import type { Call, Reply, Vendor, WireFormat, WireOptions, WireRequest } from './vendor.ts'

export type { Scene } from './scene.ts'
export type { WireFormat, WireOptions, WireRequest } from './vendor.ts'

/** A provider of simulated models on a real socket of this machine, which speaks one vendor's format and takes nothing else. */
export interface Wire {
  readonly format: WireFormat
  /** The address as a provider of ours has it. */
  readonly url: string
  readonly requests: readonly WireRequest[]
  /** What to do with the next requests, one each. */
  next(scenes: Scene | readonly Scene[]): void
  /** Drops what no request took. */
  forget(): void
  /** Resolves as soon as it is so; looked at whenever a request comes, ends or is left. */
  until(isSo: () => boolean): Promise<void>
  stop(): Promise<void>
}

const vendors: Record<WireFormat, Vendor> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': anthropic,
  gemini,
  'bedrock-converse': bedrock,
}

class Server {
  readonly requests: WireRequest[] = []
  readonly scenes: Scene[] = []
  readonly watch = new Watch()
  readonly #vendor: Vendor
  readonly #options: WireOptions
  readonly #memory: Memory

  constructor(vendor: Vendor, options: WireOptions) {
    this.#vendor = vendor
    this.#options = options
    this.#memory = new Memory(options.issued)
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(incoming).catch(() => undefined)
    if (!bytes) return
    const record = recordOf(incoming, bytes)
    this.requests.push(record)
    const left = this.#follow(response, record)
    const { reply, scene } = this.#reply(record)
    await deliver(reply, scene, { response, record, left })
  }

  #reply(request: WireRequest): { reply: Reply; scene: Scene } {
    let taken: Scene | undefined
    const { pathname, searchParams } = new URL(request.path, 'http://wire')
    const call: Call = {
      request,
      options: this.#options,
      memory: this.#memory,
      route: pathname.startsWith(this.#vendor.base) ? pathname.slice(this.#vendor.base.length) : '',
      query: searchParams,
      index: this.requests.length,
      scene: () => mustAnswer((taken = this.scenes.shift() ?? {})),
    }
    try {
      return { reply: this.#vendor.answer(call), scene: taken ?? {} }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { reply: this.#vendor.refuse(error, call), scene: taken ?? {} }
    } finally {
      this.watch.changed()
    }
  }

  #follow(response: ServerResponse, record: WireRequest): AbortSignal {
    const leaving = new AbortController()
    response.once('close', () => {
      record.aborted = !record.finished
      leaving.abort()
      this.watch.changed()
    })
    response.on('error', () => leaving.abort())
    return leaving.signal
  }
}

/** Throws where the scene has an error in place of an answer. */
function mustAnswer(scene: Scene): Scene {
  const { error } = scene
  if (!error || scene.errorAfter !== undefined) return scene
  throw new Refusal(error.status, error.message ?? '', { kind: error.kind })
}

function recordOf(incoming: IncomingMessage, bytes: Buffer): WireRequest {
  const { method = '', url: path = '', headers } = incoming
  return { method, path, headers, bytes, body: parsed(bytes), sentBytes: 0, aborted: false, finished: false }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** Starts a simulated provider on a free port of 127.0.0.1. */
export async function startWire(format: WireFormat, options: WireOptions = {}): Promise<Wire> {
  const vendor = vendors[format]
  const state = new Server(vendor, options)
  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 })
  server.on('request', (incoming, response) => void state.handle(incoming, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    format,
    url: `http://127.0.0.1:${port}${vendor.base}`,
    requests: state.requests,
    next: (scenes) => void state.scenes.push(...[scenes].flat()),
    forget: () => void state.scenes.splice(0),
    until: (isSo) => state.watch.until(isSo),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
