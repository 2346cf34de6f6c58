import type { Context, Handler } from 'hono'
import type { Dialect, IncomingRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import type { Answer } from '../../pipeline/answer.ts'
import { newRequestId, serve } from '../../pipeline/serve.ts'
import { BodyBudget } from '../body-budget.ts'
import type { CallerEnv, HttpDeps } from '../deps.ts'

/** What of a request is in its address. */
type ReadAddress = (c: Context) => Omit<IncomingRequest, 'body'>

/** A route that calls a model, in one dialect. */
export function callModel(deps: HttpDeps, dialect: Dialect, addressed?: ReadAddress): Handler<CallerEnv> {
  const bodies = new BodyBudget(deps.edge, deps.maxBodyBytes)
  return async (c) => {
    c.set('dialect', dialect)
    const caller = deps.edge.caller(c)
    const credential = await deps.authenticator.authenticate(caller)
    const requestId = newRequestId(credential.org)
    c.set('requestId', requestId)
    refuseEncoded(c)
    const { body, release } = await bodies.read(c)
    try {
      const answer = await serve(deps, {
        dialect,
        caller,
        credential,
        incoming: { ...addressed?.(c), body },
        requestId,
      })
      return deps.edge.deliver(c, releasing(answer, release))
    } catch (error) {
      release()
      throw error
    }
  }
}

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
