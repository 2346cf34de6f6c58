import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { orgId, slugOf } from '../../core/ids.ts'
import type { Listing } from '../../ledger/ledger.ts'
import { timeToWire } from '../../ledger/wire.ts'
import { changeBy, creationBy, orgFor, requireRoot } from './access.ts'
import { createOrg } from './create-org.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask, notFound } from './errors.ts'
import * as schemas from './schemas.ts'

const orgSchema = z
  .object({ id: z.string(), slug: z.string(), name: z.string(), created_at: schemas.time })
  .openapi('Org')

const slugField = z
  .string()
  .regex(
    /^(eu-)?[a-z0-9]{2,20}$/,
    'must be 2 to 20 of a-z and 0-9, with eu- in front where it is pinned to the EU.',
  )
  .openapi({ description: 'Fixed for good, and never used again. Made from the name where absent.' })

const create = createRoute({
  method: 'post',
  path: '/',
  tags: ['orgs'],
  summary: 'Create an org (root only)',
  request: {
    headers: schemas.createHeaders,
    body: schemas.jsonBody(z.strictObject({ name: schemas.nameField, slug: slugField.optional() })),
  },
  responses: schemas.createdAnswers(orgSchema),
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['orgs'],
  summary: 'List the orgs that this key may see',
  request: { query: z.strictObject(schemas.pageFields) },
  responses: { 200: schemas.json(schemas.listOf(orgSchema), 'A page of orgs'), ...schemas.failures },
})

const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags: ['orgs'],
  summary: 'Read an org',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(orgSchema, 'The org'), ...schemas.failures },
})

const rename = createRoute({
  method: 'patch',
  path: '/{id}',
  tags: ['orgs'],
  summary: 'Rename an org (root only)',
  request: {
    params: schemas.idParams,
    body: schemas.jsonBody(z.strictObject({ name: schemas.nameField })),
  },
  responses: { 200: schemas.json(orgSchema, 'The org'), ...schemas.failures },
})

/** The orgs of this gateway. Their ids are `org_<slug>`; wherever an id is asked for, the slug will do. */
export function orgRoutes({ ledger }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(create, async (c) => {
    requireRoot(c.var.admin, 'create orgs')
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await createOrg(ledger, c.req.valid('json'), change)
    return c.json(orgToWire(record), replayed ? 200 : 201)
  })

  app.openapi(list, async (c) => {
    const { limit, after } = c.req.valid('query')
    const own = c.var.admin.org
    if (own !== undefined) {
      const org = await ask(ledger.book.org(own))
      return c.json(schemas.wholeList(after === undefined ? [orgToWire(org)] : []), 200)
    }
    const afterSlug = after === undefined ? undefined : slugOf(after)
    if (after !== undefined && afterSlug === undefined) throw notFound()
    const page = await ask(
      ledger.directory.list({ limit, ...(afterSlug !== undefined && { after: afterSlug }) }),
    )
    return c.json(schemas.pageToWire(page, orgToWire), 200)
  })

  app.openapi(read, async (c) => {
    const slug = orgFor(c.var.admin, c.req.valid('param').id)
    return c.json(orgToWire(await ask(ledger.book.org(slug))), 200)
  })

  app.openapi(rename, async (c) => {
    const slug = orgFor(c.var.admin, c.req.valid('param').id)
    requireRoot(c.var.admin, 'rename orgs')
    const org = await ask(ledger.book.updateOrg(slug, c.req.valid('json'), changeBy(c.var.admin)))
    await ask(ledger.directory.rename(slug, org.name))
    return c.json(orgToWire(org), 200)
  })

  return app
}

function orgToWire(org: Listing) {
  return { id: orgId(org.slug), slug: org.slug, name: org.name, created_at: timeToWire(org.createdAt) }
}
