import { OpenAPIHono, type z } from '@hono/zod-openapi'
import { newId, orgId, slugOf } from '../../core/ids.ts'
import { scopeOwner } from '../../ledger/limit-registry.ts'
import { eachEndUser, isRate, type Limit, type Scope } from '../../ledger/limit.ts'
import type { LimitUpdate } from '../../ledger/records.ts'
import { limitStateToWire, limitToWire } from '../../ledger/wire.ts'
import { changeBy, creationBy, idWithin, orgFor, orgOfVisible, requireRoot } from './access.ts'
import { amountHelp, readAmount, type WrittenAmount } from './amounts.ts'
import type { Admin, AdminDeps, AdminEnv } from './deps.ts'
import { ask, invalid, notFound } from './errors.ts'
import { burstHelp, wrongWhenShort } from './limit-terms.ts'
import * as routes from './limit-routes.ts'
import { endUserField, endUserHelp, given, pageToWire, pageWithin } from './schemas.ts'

/** Limits on an org, its projects, its keys and its end users. Those on the org itself are the root admin's to change. */
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
    const scopeId = scopeIdOf(org, query)
    const part = pageWithin(org, 'lim', query)
    const page = await ask(book.limits(org, { ...part, ...(scopeId !== undefined && { scopeId }) }))
    return c.json(pageToWire(page, limitStateToWire), 200)
  })

  app.openapi(routes.read, async (c) => {
    const { id } = c.req.valid('param')
    const { end_user: endUser } = c.req.valid('query')
    const org = orgOfVisible(c.var.admin, 'lim', id)
    const state = await ask(book.limit(org, id, endUser))
    if (endUser !== undefined && !isEachEndUsers(state.limit))
      throw invalid('end_user', 'this limit has no shares: it is not one that each end user has.')
    return c.json(limitStateToWire(state), 200)
  })

  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'lim', id)
    const { limit } = await ask(book.limit(org, id))
    requireRight(c.var.admin, limit)
    const update = readUpdate(limit, given(c.req.valid('json')))
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

function isEachEndUsers({ scope }: Limit): boolean {
  return scope.type === 'end_user' && scope.id === eachEndUser
}

function scopeWithin(org: string, { type, id }: { type: Scope['type']; id?: string | undefined }): Scope {
  if (type === 'org') return { type, id: id === undefined ? orgId(org) : orgIdWithin(org, id) }
  if (type === 'end_user') return { type, id: endUserNamed(id) }
  if (id === undefined) throw invalid('scope.id', `must name the ${type}.`)
  return { type, id: idWithin(org, type === 'key' ? 'key' : 'prj', id) }
}

function endUserNamed(id: string | undefined): string {
  if (!endUserField.safeParse(id).success) throw invalid('scope.id', `${endUserHelp} \`*\` means each one.`)
  return id ?? ''
}

interface ScopeQuery {
  readonly scope_id?: string | undefined
  readonly end_user?: string | undefined
}

/** Under which name the ledger lists the limits that a query asks for. */
function scopeIdOf(org: string, { scope_id: id, end_user: endUser }: ScopeQuery): string | undefined {
  if (endUser === undefined) return id === undefined ? undefined : scopeIdWithin(org, id)
  if (id !== undefined) throw invalid('end_user', 'give this or `scope_id`, not both.')
  return scopeOwner({ type: 'end_user', id: endUser })
}

function scopeIdWithin(org: string, id: string): string {
  if (id.startsWith('key_')) return idWithin(org, 'key', id)
  return id.startsWith('prj_') ? idWithin(org, 'prj', id) : orgIdWithin(org, id)
}

function orgIdWithin(org: string, id: string): string {
  if (slugOf(id) !== org) throw notFound()
  return orgId(org)
}

type WrittenUpdate = z.output<typeof routes.updateBody>

/** What is left out stays as it is. */
function readUpdate(limit: Limit, { amount, burst, ...written }: WrittenUpdate): LimitUpdate {
  const { mode, when_short: whenShort, on_lost: onLost } = written
  if (burst !== undefined && !isRate(limit)) throw invalid('burst', burstHelp)
  const shortHelp = wrongWhenShort(limit.metric, whenShort)
  if (shortHelp) throw invalid('when_short', shortHelp)
  return {
    ...(amount !== undefined && { amount: readField(limit, 'amount', amount) }),
    ...(burst !== undefined && { burst: readField(limit, 'burst', burst) }),
    ...(mode && { mode }),
    ...(whenShort && { whenShort }),
    ...(onLost && { onLost }),
  }
}

function readField({ metric }: Limit, field: string, written: WrittenAmount): number {
  const amount = readAmount(metric, written)
  if (amount === undefined) throw invalid(field, amountHelp(metric))
  return amount
}
