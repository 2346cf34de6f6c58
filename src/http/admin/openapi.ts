import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import type { AdminEnv } from './deps.ts'
import { docsPage, type OpenApiDocument } from './docs-page.ts'
import { receiptSchema } from './receipt-schema.ts'
import { failures, json } from './schemas.ts'

const info = {
  title: 'Weir',
  version: '1',
  description:
    'One API in front of every model provider. `/admin/v1` wants an admin key, `/v1` a caller key.',
}

/** What a provider's own API reference says better than we could. */
const openAiBody = z.looseObject({}).openapi({ description: 'As in OpenAI’s API reference.' })

const callerRoutes: RouteConfig[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    tags: ['calls'],
    summary: 'Call a model, in OpenAI’s format',
    request: { body: { required: true, content: { 'application/json': { schema: openAiBody } } } },
    responses: { 200: json(openAiBody, 'The answer, or its events where `stream` is true'), ...failures },
  },
  {
    method: 'get',
    path: '/v1/models',
    tags: ['calls'],
    summary: 'List the models that this key may call',
    responses: { 200: json(openAiBody, 'The models'), ...failures },
  },
  {
    method: 'get',
    path: '/v1/key',
    tags: ['calls'],
    summary: 'Read this key: its limits, and what is left of them',
    responses: { 200: json(z.looseObject({}), 'The key'), ...failures },
  },
  {
    method: 'get',
    path: '/v1/requests/{id}',
    tags: ['calls'],
    summary: 'Read the receipt of a call that this key made',
    request: { params: z.object({ id: z.string() }) },
    responses: { 200: json(receiptSchema, 'The receipt'), ...failures },
  },
]

/** The OpenAPI 3.1 document of the whole gateway, made from the schemas that check the requests. */
export function adminOpenApi(admin: OpenAPIHono<AdminEnv>): OpenApiDocument {
  const root = new OpenAPIHono()
  root.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  for (const route of callerRoutes) root.openAPIRegistry.registerPath(route)
  root.route('/admin/v1', admin)
  return root.getOpenAPI31Document({ openapi: '3.1.0', info, security: [{ bearer: [] }] })
}

/** `/openapi.json`, and `/docs` to read it; neither wants a key. */
export function docsApi(admin: OpenAPIHono<AdminEnv>): OpenAPIHono {
  const app = new OpenAPIHono()
  let made: OpenApiDocument | undefined
  const document = () => (made ??= adminOpenApi(admin))
  app.get('/openapi.json', neverStored, (c) => c.json(document()))
  app.get('/docs', neverStored, (c) => {
    c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'")
    return c.html(docsPage(document()))
  })
  return app
}

const neverStored = createMiddleware(async (c, next) => {
  await next()
  c.header('cache-control', 'no-store')
})
