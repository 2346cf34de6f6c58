import type { Context } from 'hono'
import type { Caller } from '../pipeline/answer.ts'
import { keyOf } from '../pipeline/authenticate.ts'
import type { Edge } from './edge.ts'

/** The caller of a request. Google's clients may send the key in the query: at Google's addresses it counts as their header. */
export function callerOf(edge: Edge, c: Context): Caller {
  const caller = edge.caller(c)
  const key = isGoogles(c) ? c.req.query('key') : undefined
  if (key === undefined || keyOf(caller) !== undefined) return caller
  return { ...caller, header: (name) => (name === 'x-goog-api-key' ? key : caller.header(name)) }
}

/** All of `/v1beta`, and below `/v1/models` what only Google's clients post to. */
function isGoogles({ req: { method, path } }: Context): boolean {
  return path.startsWith('/v1beta/') || (method === 'POST' && path.startsWith('/v1/models/'))
}
