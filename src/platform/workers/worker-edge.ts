import type { Context } from 'hono'
import type { Edge } from '../../http/edge.ts'
import type { Answer, Caller, Sink } from '../../pipeline/answer.ts'

/** Requests and answers in a Worker. What goes on after an answer is handed to `waitUntil`. */
export function workerEdge(maxBodyBytes: number): Edge {
  return {
    // An isolate has 128 MB for everything.
    maxBytesInFlight: Math.max(maxBodyBytes, 48 * 1024 * 1024),
    caller: workerCaller,
    async readBody(c, take) {
      for await (const bytes of c.req.raw.body ?? []) take(bytes)
    },
    deliver: (c, answer) =>
      new Response(bodyOf(c, answer), { status: answer.status, headers: answer.headers }),
  }
}

function workerCaller(c: Context): Caller {
  const { signal } = c.req.raw
  return {
    header: (name) => c.req.raw.headers.get(name) ?? undefined,
    onLeave(listener) {
      if (signal.aborted) listener()
      else signal.addEventListener('abort', listener, { once: true })
    },
    afterwards: (work) => c.executionCtx.waitUntil(work),
  }
}

function bodyOf(c: Context, { body }: Answer): Uint8Array | ReadableStream {
  if (typeof body !== 'function') return body
  const { readable, writable } = new IdentityTransformStream()
  // The pump outlives the request, so that a caller's leaving does not keep it from settling.
  c.executionCtx.waitUntil(pump(body, writable))
  return readable
}

async function pump(body: (sink: Sink) => Promise<void>, writable: WritableStream): Promise<void> {
  const writer = writable.getWriter()
  let gone = false
  await body({
    // A write rejects once the caller is gone; who needs to know is told by the request's signal.
    write: async (bytes) => {
      if (!gone) await writer.write(bytes).catch(() => (gone = true))
    },
    cut: () => {
      gone = true
      writer.abort(new Error('cut')).catch(() => {})
    },
  })
  await writer.close().catch(() => {})
}
