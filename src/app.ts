import { Hono } from 'hono'
import { WeirError } from './core/errors.ts'
import { countingMessages } from './dialects/counting.ts'
import { clientDialects } from './dialects/index.ts'
import { adminApi } from './http/admin/admin-api.ts'
import type { AdminDeps } from './http/admin/deps.ts'
import { docsApi } from './http/admin/openapi.ts'
import type { CallerEnv, HttpDeps } from './http/deps.ts'
import { answerErrors } from './http/errors.ts'
import { guessDialect } from './http/guess-dialect.ts'
import { callModel } from './http/v1/call.ts'
import { getKey } from './http/v1/key.ts'
import { countTokens } from './http/v1/count-tokens.ts'
import { generateContent } from './http/v1/generate-content.ts'
import { getModel, listModels } from './http/v1/models.ts'
import { getRequest } from './http/v1/requests.ts'
import { createResponse, deleteResponse, getResponse, listInputItems } from './http/v1/responses.ts'

/** Every path of the gateway. */
export function createApp(deps: HttpDeps & AdminDeps): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>()
  const chat = clientDialects['openai-chat']
  const admin = adminApi(deps)

  app.post('/v1/chat/completions', callModel(deps, chat))
  app.post('/v1/responses', createResponse(deps))
  app.get('/v1/responses/:id', getResponse(deps))
  app.delete('/v1/responses/:id', deleteResponse(deps))
  app.get('/v1/responses/:id/input_items', listInputItems(deps))
  app.post('/v1/messages', callModel(deps, clientDialects['anthropic-messages']))
  app.post('/v1/messages/count_tokens', countTokens(deps, countingMessages))
  for (const version of ['/v1', '/v1beta']) {
    app.post(`${version}/models/*`, generateContent(deps))
    app.get(`${version}/models`, listModels(deps))
    app.get(`${version}/models/*`, getModel(deps))
  }
  app.get('/v1/key', getKey(deps))
  app.get('/v1/requests/:id', getRequest(deps))

  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.route('/admin/v1', admin)
  app.route('/', docsApi(admin))

  app.notFound((c) => {
    c.set('dialect', clientDialects[guessDialect(c)])
    throw new WeirError('not_found', 'There is nothing at this path.')
  })
  app.onError(answerErrors(deps.log, chat))
  return app
}
