import type { Context, Handler } from 'hono'
import type { Dialect, IncomingRequest, ModelRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import type { Answer, Sink } from '../../pipeline/answer.ts'
import type { IncomingCall } from '../../pipeline/attempt.ts'
import { CallerLeft } from '../../pipeline/leaving.ts'
import { newRequestId, serve } from '../../pipeline/serve.ts'
import { callerOf } from '../caller-of.ts'
import type { HeldBody } from '../body-budget.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'

/** A call as a route takes part in it. */
export interface RoutedCall {
  readonly org: string
  readonly request: ModelRequest
}

/** A request on its way to what is served. */
export interface PreparedCall extends RoutedCall {
  /** Counts what is put into the body, before it is. Throws WeirError where that is too much. */
  readonly grow: HeldBody['grow']
}

/** Where a route does more than pass a request on. */
export interface Route {
  /** What of a request is in its address. */
  readonly address?: (c: Context) => Omit<IncomingRequest, 'body'>
  /** The request that is made in place of what was read. */
  readonly prepare?: (call: PreparedCall) => Promise<ModelRequest>
  /** In place of the usual life of a call. */
  readonly serve?: (call: IncomingCall) => Promise<Answer>
  /** What becomes of an answer. */
  readonly finish?: (call: RoutedCall, answer: Answer) => Promise<Answer>
}

/** A route that calls a model, in one dialect. */
export function callModel(deps: HttpDeps, dialect: Dialect, route: Route = {}): Handler<CallerEnv> {
  return async (c) => {
    c.set('dialect', dialect)
    const caller = callerOf(deps.edge, c)
    const credential = await deps.authenticator.authenticate(caller)
    const { org } = credential
    const requestId = newRequestId(org)
    c.set('requestId', requestId)
    refuseEncoded(c)
    const { body, grow, release } = await deps.bodies.read(c)
    try {
      const read = dialect.read({ ...route.address?.(c), body })
      const request = (await route.prepare?.({ org, request: read, grow })) ?? read
      const call = { dialect, caller, credential, request, requestId }
      const answer = await (route.serve ? route.serve(call) : serve(deps, call))
      return await orDiscard(call, answer, async () => {
        const finished = (await route.finish?.({ org, request }, answer)) ?? answer
        return deps.edge.deliver(c, releasing(finished, release))
      })
    } catch (error) {
      release()
      throw error
    }
  }
}

/** A stream that cannot be delivered ends as one whose caller left: at once, and settled. */
async function orDiscard<T>(
  { caller }: IncomingCall,
  { body }: Answer,
  deliver: () => Promise<T>,
): Promise<T> {
  try {
    return await deliver()
  } catch (error) {
    if (typeof body === 'function') caller.afterwards(body(nobody))
    throw error
  }
}

const nobody: Sink = { write: () => Promise.reject(new CallerLeft()), cut: () => {} }

function refuseEncoded(c: Context): void {
  const encoding = c.req.header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity')
    throw new WeirError('unsupported_encoding', 'Send the body as it is, without a content-encoding.')
}

/** The answer, with the request's body given back once it is through. */
function releasing(answer: Answer, release: () => void): Answer {
  const { body } = answer
  if (typeof body !== 'function') {
    release()
    return answer
  }
  return { ...answer, body: (sink) => body(sink).finally(release) }
}
