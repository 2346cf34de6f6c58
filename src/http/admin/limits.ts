import { OpenAPIHono } from '@hono/zod-openapi'
import { newId, orgId, slugOf } from '../../core/ids.ts'
import { isRate, type Limit, type Scope } from '../../ledger/limit.ts'
import { limitStateToWire, limitToWire } from '../../ledger/wire.ts'
import { changeBy, creationBy, idWithin, orgFor, orgOfVisible, requireRoot } from './access.ts'
import { amountHelp, readAmount, type WrittenAmount } from './amounts.ts'
import type { Admin, AdminDeps, AdminEnv } from './deps.ts'
import { ask, invalid, notFound } from './errors.ts'
import { burstHelp } from './limit-terms.ts'
import * as routes from './limit-routes.ts'
import { pageToWire, pageWithin } from './schemas.ts'

/** Limits on an org, its projects and its keys. Those on the org itself are the root admin's to change. */
export function limitRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid('json')
    const org = orgFor(c.var.admin, body.org)
    const limit = { id: newId('lim', org), scope: scopeWithin(org, body.scope), ...body.terms }
    requireRight(c.var.admin, limit)
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await ask(book.createLimit(org, limit, change))
    return c.json(limitToWire(record), replayed ? 200 : 201)
  })

  app.openapi(routes.list, async (c) => {
    const query = c.req.valid('query')
    const org = orgFor(c.var.admin, query.org)
    const scopeId = query.scope_id === undefined ? undefined : scopeIdWithin(org, query.scope_id)
    const part = pageWithin(org, 'lim', query)
    const page = await ask(book.limits(org, { ...part, ...(scopeId !== undefined && { scopeId }) }))
    return c.json(pageToWire(page, limitStateToWire), 200)
  })

  app.openapi(routes.read, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'lim', id)
    return c.json(limitStateToWire(await ask(book.limit(org, id))), 200)
  })

  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'lim', id)
    const { limit } = await ask(book.limit(org, id))
    requireRight(c.var.admin, limit)
    const update = readUpdate(limit, c.req.valid('json'))
    return c.json(limitStateToWire(await ask(book.updateLimit(org, id, update, changeBy(c.var.admin)))), 200)
  })

  app.openapi(routes.remove, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'lim', id)
    const { limit } = await ask(book.limit(org, id))
    requireRight(c.var.admin, limit)
    return c.json(limitToWire(await ask(book.deleteLimit(org, id, changeBy(c.var.admin)))), 200)
  })

  return app
}

function requireRight(admin: Admin, { scope }: Pick<Limit, 'scope'>): void {
  if (scope.type === 'org') requireRoot(admin, 'create, change or delete limits of an org')
}

function scopeWithin(org: string, { type, id }: { type: Scope['type']; id?: string | undefined }): Scope {
  if (type === 'org') return { type, id: id === undefined ? orgId(org) : orgIdWithin(org, id) }
  if (id === undefined) throw invalid('scope.id', `must name the ${type}.`)
  return { type, id: idWithin(org, type === 'key' ? 'key' : 'prj', id) }
}

function scopeIdWithin(org: string, id: string): string {
  if (id.startsWith('key_')) return idWithin(org, 'key', id)
  return id.startsWith('prj_') ? idWithin(org, 'prj', id) : orgIdWithin(org, id)
}

function orgIdWithin(org: string, id: string): string {
  if (slugOf(id) !== org) throw notFound()
  return orgId(org)
}

interface WrittenUpdate {
  readonly amount?: WrittenAmount | undefined
  readonly burst?: WrittenAmount | undefined
}

/** What is left out stays as it is. */
function readUpdate(limit: Limit, { amount, burst }: WrittenUpdate): { amount: number; burst?: number } {
  if (amount === undefined && burst === undefined) throw invalid('amount', 'give a new amount or burst.')
  if (burst !== undefined && !isRate(limit)) throw invalid('burst', burstHelp)
  return {
    amount: amount === undefined ? limit.amount : readField(limit, 'amount', amount),
    ...(burst !== undefined && { burst: readField(limit, 'burst', burst) }),
  }
}

function readField({ metric }: Limit, field: string, written: WrittenAmount): number {
  const amount = readAmount(metric, written)
  if (amount === undefined) throw invalid(field, amountHelp(metric))
  return amount
}
