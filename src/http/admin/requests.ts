import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { PageQuery } from '../../ledger/records.ts'
import type { RequestQuery } from '../../ledger/report.ts'
import { receiptToWire } from '../../ledger/wire.ts'
import { idWithin, orgFor, orgOfVisible } from './access.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask, invalid } from './errors.ts'
import { receiptSchema } from './receipt-schema.ts'
import * as schemas from './schemas.ts'

const filterFields = {
  key_id: z.string().optional(),
  project_id: z.string().optional(),
  model: z.string().optional(),
  from: schemas.timeParam.optional().openapi({ description: 'Inclusive.' }),
  to: schemas.timeParam.optional().openapi({ description: 'Exclusive.' }),
}

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['requests'],
  summary: 'List receipts, newest first',
  request: {
    query: z.strictObject({ org: schemas.orgField.optional(), ...filterFields, ...schemas.pageFields }),
  },
  responses: { 200: schemas.json(schemas.listOf(receiptSchema), 'A page of receipts'), ...schemas.failures },
})

const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags: ['requests'],
  summary: 'Read the receipt of a call',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(receiptSchema, 'The receipt'), ...schemas.failures },
})

/** The calls that ended, one row each. */
export function requestRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(list, async (c) => {
    const { org: given, limit, after, ...filter } = c.req.valid('query')
    const org = orgFor(c.var.admin, given)
    const query = readFilter(org, filter, schemas.pageWithin(org, 'req', { limit, after }))
    return c.json(schemas.pageToWire(await ask(book.requests(org, query)), receiptToWire), 200)
  })

  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'req', id)
    return c.json(receiptToWire(await ask(book.request(org, id))), 200)
  })

  return app
}

const filterSchema = z.object(filterFields)

function readFilter(org: string, filter: z.output<typeof filterSchema>, page: PageQuery): RequestQuery {
  const { key_id: keyId, project_id: projectId, model, from, to } = filter
  if (from !== undefined && to !== undefined && from >= to) throw invalid('from', 'must be before `to`.')
  return {
    ...page,
    ...(keyId !== undefined && { keyId: idWithin(org, 'key', keyId) }),
    ...(projectId !== undefined && { projectId: idWithin(org, 'prj', projectId) }),
    ...(model !== undefined && { model }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
}
