import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AdminDeps, AdminEnv } from './deps.ts'
import * as schemas from './schemas.ts'

const providerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    configured: z.boolean().openapi({ description: 'Whether it has the credential that it needs.' }),
    simulated: z.boolean().openapi({ description: 'Whether it only pretends to be a model.' }),
  })
  .openapi('Provider')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['catalogue'],
  summary: 'List the providers',
  responses: { 200: schemas.json(schemas.listOf(providerSchema), 'Every provider'), ...schemas.failures },
})

/** The providers that this gateway knows. */
export function providerRoutes(deps: AdminDeps): OpenAPIHono<AdminEnv> {
  return new OpenAPIHono<AdminEnv>().openapi(list, (c) => {
    const data = deps.listProviders().map(({ id, name, configured, simulated }) => ({
      id,
      name,
      configured,
      simulated,
    }))
    return c.json(schemas.wholeList(data), 200)
  })
}
