import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { newId } from '../../core/ids.ts'
import { topUpToWire } from '../../ledger/wire.ts'
import { creationBy, orgAbout, requireRoot } from './access.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask } from './errors.ts'
import * as schemas from './schemas.ts'
import { positiveUsdField } from './usd-fields.ts'

const topUpSchema = z
  .object({
    id: z.string(),
    limit_id: z.string(),
    amount: schemas.usd,
    note: z.string().nullable(),
    created_at: schemas.time,
  })
  .openapi('TopUp')

const create = createRoute({
  method: 'post',
  path: '/',
  tags: ['topups'],
  summary: 'Raise a prepaid balance: a lifetime limit on cost (root only)',
  request: {
    headers: schemas.createHeaders,
    body: schemas.jsonBody(
      z.strictObject({
        org: schemas.orgField.optional(),
        limit_id: z.string(),
        amount: positiveUsdField,
        note: schemas.noteField.optional(),
      }),
    ),
  },
  responses: schemas.createdAnswers(topUpSchema),
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['topups'],
  summary: 'List top-ups',
  request: {
    query: z.strictObject({
      org: schemas.orgField.optional(),
      limit_id: z.string().optional(),
      ...schemas.pageFields,
    }),
  },
  responses: { 200: schemas.json(schemas.listOf(topUpSchema), 'A page of top-ups'), ...schemas.failures },
})

/** Money paid in. Each raises the amount of a lifetime limit on cost, and stays in the books. */
export function topUpRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(create, async (c) => {
    const { org: named, limit_id: limitId, amount, note } = c.req.valid('json')
    const org = orgAbout(c.var.admin, named, { kind: 'lim', id: limitId })
    requireRoot(c.var.admin, 'top up a balance')
    const topUp = { id: newId('top', org), limitId, amount, ...(note !== undefined && { note }) }
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await ask(book.topUp(org, topUp, change))
    return c.json(topUpToWire(record), replayed ? 200 : 201)
  })

  app.openapi(list, async (c) => {
    const { org: named, limit_id: limitId, ...part } = c.req.valid('query')
    const limit = limitId === undefined ? undefined : ({ kind: 'lim', id: limitId } as const)
    const org = orgAbout(c.var.admin, named, limit)
    const query = { ...schemas.pageWithin(org, 'top', part), ...(limitId !== undefined && { limitId }) }
    return c.json(schemas.pageToWire(await ask(book.topUps(org, query)), topUpToWire), 200)
  })

  return app
}
