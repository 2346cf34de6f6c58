import { OpenAPIHono, type z } from '@hono/zod-openapi'
import { newId, orgId } from '../../core/ids.ts'
import { newKey } from '../../core/keys.ts'
import { formatUsd } from '../../core/money.ts'
import { hashKey } from '../../ledger/key-hash.ts'
import type { Key, KeyUpdate, NewKey } from '../../ledger/records.ts'
import { timeToWire } from '../../ledger/wire.ts'
import { changeBy, creationBy, idWithin, orgFor, orgOfVisible, requireRoot } from './access.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask } from './errors.ts'
import * as routes from './key-routes.ts'
import { given, pageToWire, pageWithin } from './schemas.ts'

const failOpening = 'let a key call while the ledger is away'

/** The keys of an org. A key's text is in the answer that made it, and nowhere else. */
export function keyRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(routes.create, async (c) => {
    const body = c.req.valid('json')
    const org = orgFor(c.var.admin, body.org)
    if (body.scopes.includes('admin')) requireRoot(c.var.admin, 'make keys with the scope admin')
    if (body.fail_open) requireRoot(c.var.admin, failOpening)
    const text = newKey(org)
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await ask(book.createKey(org, draftKey(org, text, body), change))
    const wire = keyToWire(org, record)
    return replayed ? c.json({ ...wire, key: null }, 200) : c.json({ ...wire, key: text }, 201)
  })

  app.openapi(routes.list, async (c) => {
    const query = c.req.valid('query')
    const org = orgFor(c.var.admin, query.org)
    const projectId = query.project_id === undefined ? undefined : idWithin(org, 'prj', query.project_id)
    const part = pageWithin(org, 'key', query)
    const page = await ask(book.keys(org, { ...part, ...(projectId !== undefined && { projectId }) }))
    return c.json(
      pageToWire(page, (key) => keyToWire(org, key)),
      200,
    )
  })

  app.openapi(routes.read, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'key', id)
    return c.json(keyToWire(org, await ask(book.key(org, id))), 200)
  })

  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'key', id)
    const { name, fail_open: failOpen } = given(c.req.valid('json'))
    if (failOpen !== undefined) requireRoot(c.var.admin, failOpening)
    const update: KeyUpdate = {
      ...(name !== undefined && { name }),
      ...(failOpen !== undefined && { failOpenAllowance: failOpen?.allowance ?? null }),
    }
    return c.json(keyToWire(org, await ask(book.updateKey(org, id, update, changeBy(c.var.admin)))), 200)
  })

  app.openapi(routes.revoke, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'key', id)
    return c.json(keyToWire(org, await ask(book.revokeKey(org, id, changeBy(c.var.admin)))), 200)
  })

  return app
}

function draftKey(org: string, text: string, body: z.output<typeof routes.keyBody>): NewKey {
  const id = newId('key', org)
  const scope = { type: 'key', id } as const
  return {
    id,
    hash: hashKey(text),
    name: body.name,
    scopes: body.scopes,
    ...(body.project !== undefined && { projectId: idWithin(org, 'prj', body.project) }),
    ...(body.models && { models: body.models }),
    ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
    ...(body.fail_open && { failOpenAllowance: body.fail_open.allowance }),
    limits: body.limits.map((terms) => ({ id: newId('lim', org), scope, ...terms })),
  }
}

// Field by field, so that nothing a ledger may keep beside them gets out.
function keyToWire(org: string, key: Key) {
  return {
    id: key.id,
    org: orgId(org),
    project_id: key.projectId ?? null,
    name: key.name,
    scopes: key.scopes,
    models: key.models ?? null,
    expires_at: key.expiresAt === undefined ? null : timeToWire(key.expiresAt),
    revoked_at: key.revokedAt === undefined ? null : timeToWire(key.revokedAt),
    fail_open: key.failOpenAllowance === undefined ? null : { allowance: formatUsd(key.failOpenAllowance) },
    created_at: timeToWire(key.createdAt),
  }
}
