import { OpenAPIHono } from '@hono/zod-openapi'
import { orgId, slugOf } from '../../core/ids.ts'
import { atCost } from '../../core/rate.ts'
import type { Listing } from '../../ledger/ledger.ts'
import type { Org } from '../../ledger/records.ts'
import { timeToWire } from '../../ledger/wire.ts'
import { changeBy, creationBy, orgFor, requireRoot } from './access.ts'
import { createOrg } from './create-org.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask, notFound } from './errors.ts'
import * as routes from './org-routes.ts'
import { rateToWire } from '../../ledger/rate-wire.ts'
import { given, pageToWire, wholeList } from './schemas.ts'

/** The orgs of this gateway. Their ids are `org_<slug>`; wherever an id is asked for, the slug will do. */
export function orgRoutes({ ledger }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(routes.create, async (c) => {
    requireRoot(c.var.admin, 'create orgs')
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await createOrg(ledger, c.req.valid('json'), change)
    return c.json(orgToWire(record), replayed ? 200 : 201)
  })

  app.openapi(routes.list, async (c) => {
    const { limit, after } = c.req.valid('query')
    const own = c.var.admin.org
    if (own !== undefined) {
      const org = await ask(ledger.book.org(own))
      return c.json(wholeList(after === undefined ? [listedToWire(org)] : []), 200)
    }
    const afterSlug = after === undefined ? undefined : slugOf(after)
    if (after !== undefined && afterSlug === undefined) throw notFound()
    const page = await ask(
      ledger.directory.list({ limit, ...(afterSlug !== undefined && { after: afterSlug }) }),
    )
    return c.json(pageToWire(page, listedToWire), 200)
  })

  app.openapi(routes.read, async (c) => {
    const slug = orgFor(c.var.admin, c.req.valid('param').id)
    return c.json(orgToWire(await ask(ledger.book.org(slug))), 200)
  })

  app.openapi(routes.update, async (c) => {
    const slug = orgFor(c.var.admin, c.req.valid('param').id)
    requireRoot(c.var.admin, 'change orgs')
    const update = given(c.req.valid('json'))
    const org = await ask(ledger.book.updateOrg(slug, update, changeBy(c.var.admin)))
    if (update.name !== undefined) await ask(ledger.directory.rename(slug, org.name))
    return c.json(orgToWire(org), 200)
  })

  return app
}

/** What the directory knows of an org; the rest is in its book. */
function listedToWire(org: Listing) {
  return { id: orgId(org.slug), slug: org.slug, name: org.name, created_at: timeToWire(org.createdAt) }
}

function orgToWire(org: Org) {
  return { ...listedToWire(org), suspended: org.suspended ?? false, rate: rateToWire(org.rate ?? atCost) }
}
