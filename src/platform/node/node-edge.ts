import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { WeirError } from '../../core/errors.ts'
import type { Edge } from '../../http/edge.ts'
import type { Answer, Caller, Sink } from '../../pipeline/answer.ts'

export interface NodeEdgeOptions {
  readonly maxBodyBytes: number
  /** A caller that reads nothing of its answer for so long has left. */
  readonly idleSeconds: number
}

/** Requests and answers on Node, straight from and to the sockets. `drain` waits for what goes on after an answer. */
export function nodeEdge({ maxBodyBytes, idleSeconds }: NodeEdgeOptions): Edge & { drain(): Promise<void> } {
  const pending = new Set<Promise<unknown>>()
  const track = (work: Promise<unknown>) => {
    const done = work.catch(() => {}).finally(() => pending.delete(done))
    pending.add(done)
  }
  return {
    maxBytesInFlight: 16 * maxBodyBytes,
    caller: (c) => nodeCaller(bindings(c), track),
    readBody: (c, take) => readBody(bindings(c).incoming, take),
    deliver(c, answer) {
      const { outgoing } = bindings(c)
      outgoing.writeHead(answer.status, headersOf(answer))
      if (typeof answer.body === 'function') track(stream(answer.body, outgoing))
      else sendWhole(answer.body, { outgoing, idleSeconds })
      return RESPONSE_ALREADY_SENT
    },
    async drain() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}

function bindings(c: Context): HttpBindings {
  // The adapter puts Node's own request and response there.
  return c.env as HttpBindings
}

/** A body that is cut off, or refused, ends the reading; what is left of a refused one goes by unread, for to cut the connection would lose the answer. */
function readBody(incoming: IncomingMessage, take: (bytes: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (error: unknown) => {
      incoming.off('data', onData)
      incoming.resume()
      reject(error)
    }
    const onData = (bytes: Uint8Array) => {
      try {
        take(bytes)
      } catch (error) {
        stop(error)
      }
    }
    incoming.on('data', onData)
    incoming.once('end', resolve)
    incoming.once('error', stop)
    incoming.once('close', () => {
      if (!incoming.complete) stop(new WeirError('invalid_request', 'The body was cut off.'))
    })
  })
}

function nodeCaller({ incoming, outgoing }: HttpBindings, track: (work: Promise<unknown>) => void): Caller {
  return {
    header(name) {
      const value = incoming.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    onLeave(listener) {
      if (outgoing.destroyed && !outgoing.writableFinished) return listener()
      outgoing.once('close', () => {
        if (!outgoing.writableFinished) listener()
      })
    },
    afterwards: track,
  }
}

interface Outgoing {
  readonly outgoing: ServerResponse
  readonly idleSeconds: number
}

/** An answer that nobody reads would stay in memory: it is cut once none of it moved for as long as a caller may idle. */
function sendWhole(body: Uint8Array, { outgoing, idleSeconds }: Outgoing): void {
  outgoing.end(body)
  if (outgoing.writableLength > 0) outgoing.setTimeout(idleSeconds * 1000, () => outgoing.destroy())
}

function headersOf({ headers, body }: Answer): Record<string, string> {
  return typeof body === 'function' ? headers : { ...headers, 'content-length': String(body.length) }
}

async function stream(body: (sink: Sink) => Promise<void>, outgoing: ServerResponse): Promise<void> {
  // A socket that breaks says so by `close`; an error without a listener would end the process.
  outgoing.on('error', () => {})
  await body({
    write(bytes) {
      if (outgoing.destroyed || outgoing.write(bytes)) return undefined
      return new Promise((resolve) => {
        const go = () => {
          outgoing.off('drain', go).off('close', go)
          resolve()
        }
        outgoing.on('drain', go).on('close', go)
      })
    },
    cut: () => void outgoing.destroy(),
  })
  outgoing.end()
}
