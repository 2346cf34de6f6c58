import type { Dialect } from '../core/dialect.ts'
import type { Authenticator } from '../pipeline/authenticate.ts'
import type { PipelineDeps } from '../pipeline/deps.ts'
import type { Store } from '../store/store.ts'
import type { BodyBudget } from './body-budget.ts'
import type { Edge } from './edge.ts'

/** What the HTTP side of the gateway needs: all of the pipeline's, and the host's edge. */
export interface HttpDeps extends PipelineDeps {
  readonly edge: Edge
  readonly authenticator: Authenticator
  readonly store: Store
  /** Of all routes together. */
  readonly bodies: BodyBudget
}

/** What handlers leave for the error handler. */
export interface CallerEnv {
  Variables: { requestId: string | undefined; dialect: Dialect | undefined }
}
