import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AuditEntry } from '../../ledger/records.ts'
import { timeToWire } from '../../ledger/wire.ts'
import { orgFor } from './access.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask } from './errors.ts'
import * as schemas from './schemas.ts'

const auditSchema = z
  .object({
    id: z.string(),
    at: schemas.time,
    actor: z.string().openapi({ description: '`root`, or the id of an admin key.' }),
    action: z.string().openapi({ example: 'key-created' }),
    target: z.string().openapi({ description: 'Id of what was changed.' }),
    details: z.record(z.string(), z.unknown()),
  })
  .openapi('AuditEntry')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['audit'],
  summary: 'List who changed what, newest first',
  request: { query: z.strictObject({ org: schemas.orgField.optional(), ...schemas.pageFields }) },
  responses: { 200: schemas.json(schemas.listOf(auditSchema), 'A page of changes'), ...schemas.failures },
})

/** Every change that was made to an org. */
export function auditRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()
  app.openapi(list, async (c) => {
    const query = c.req.valid('query')
    const org = orgFor(c.var.admin, query.org)
    const page = await ask(book.audit(org, schemas.pageWithin(org, 'aud', query)))
    return c.json(schemas.pageToWire(page, auditToWire), 200)
  })
  return app
}

function auditToWire({ id, at, actor, action, target, details }: AuditEntry) {
  return { id, at: timeToWire(at), actor, action, target, details: { ...details } }
}
