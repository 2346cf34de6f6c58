import { Hono } from 'hono'
import { WeirError } from './core/errors.ts'
import { dialects } from './dialects/index.ts'
import { adminApi } from './http/admin/admin-api.ts'
import type { AdminDeps } from './http/admin/deps.ts'
import { docsApi } from './http/admin/openapi.ts'
import type { CallerEnv, HttpDeps } from './http/deps.ts'
import { answerErrors } from './http/errors.ts'
import { callModel } from './http/v1/call.ts'
import { getKey } from './http/v1/key.ts'
import { getModel, listModels } from './http/v1/models.ts'
import { getRequest } from './http/v1/requests.ts'

/** Every path of the gateway. */
export function createApp(deps: HttpDeps & AdminDeps): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>()
  const chat = dialects['openai-chat']
  const admin = adminApi(deps)

  app.post('/v1/chat/completions', callModel(deps, chat))
  app.get('/v1/models', listModels(deps))
  app.get('/v1/models/*', getModel(deps))
  app.get('/v1/key', getKey(deps))
  app.get('/v1/requests/:id', getRequest(deps))

  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.route('/admin/v1', admin)
  app.route('/', docsApi(admin))

  app.notFound(() => {
    throw new WeirError('not_found', 'There is nothing at this path.')
  })
  app.onError(answerErrors(deps.log, chat))
  return app
}
