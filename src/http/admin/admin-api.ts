import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { WeirError } from '../../core/errors.ts'
import { adjustmentRoutes } from './adjustments.ts'
import { auditRoutes } from './audit.ts'
import { authenticate } from './auth.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { answerErrors, refuseInvalid } from './errors.ts'
import { exportRoutes } from './exports.ts'
import { keyRoutes } from './keys.ts'
import { limitRoutes } from './limits.ts'
import { modelRoutes } from './models.ts'
import { orgRoutes } from './orgs.ts'
import { projectRoutes } from './projects.ts'
import { providerRoutes } from './providers.ts'
import { requestRoutes } from './requests.ts'
import { topUpRoutes } from './topups.ts'
import { usageRoutes } from './usage.ts'

const maxBodyBytes = 1024 * 1024

/** The admin API, to be mounted at `/admin/v1`. */
export function adminApi(deps: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>({ defaultHook: refuseInvalid })
  app.onError(answerErrors(deps.log))
  app.use(neverStored, authenticate(deps), limitBody)

  app.route('/orgs', orgRoutes(deps))
  app.route('/projects', projectRoutes(deps))
  app.route('/keys', keyRoutes(deps))
  app.route('/limits', limitRoutes(deps))
  app.route('/topups', topUpRoutes(deps))
  app.route('/adjustments', adjustmentRoutes(deps))
  app.route('/usage', usageRoutes(deps))
  app.route('/requests', requestRoutes(deps))
  app.route('/exports', exportRoutes(deps))
  app.route('/models', modelRoutes(deps))
  app.route('/providers', providerRoutes(deps))
  app.route('/audit', auditRoutes(deps))

  app.all('*', (c) => {
    throw new WeirError('not_found', `There is no ${c.req.method} at this path; /docs lists what there is.`)
  })
  return app
}

const neverStored = createMiddleware(async (c, next) => {
  await next()
  c.header('cache-control', 'no-store')
})

/** Bodies must say how long they are: these are small, and Hono's own limiter cannot count the others on Node. */
const limitBody = createMiddleware(async (c, next) => {
  const announced = c.req.header('content-length')
  // On Node even a DELETE without a body has one; no route reads it.
  if (announced === undefined && c.req.method !== 'DELETE' && c.req.raw.body)
    throw new WeirError('invalid_request', 'Send a content-length with the body.')
  if (Number(announced ?? 0) > maxBodyBytes) refuseLarge(c)
  await next()
})

function refuseLarge(c: Context): never {
  // The rest of the body is not read, so nothing more can come over this connection.
  c.header('connection', 'close')
  throw new WeirError('request_too_large', 'A body may have at most 1 MiB.')
}
