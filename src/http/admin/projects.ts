import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { newId, orgId } from '../../core/ids.ts'
import type { Project } from '../../ledger/records.ts'
import { timeToWire } from '../../ledger/wire.ts'
import { changeBy, creationBy, orgFor, orgOfVisible } from './access.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask } from './errors.ts'
import * as schemas from './schemas.ts'

const projectSchema = z
  .object({
    id: z.string(),
    org: z.string(),
    name: z.string(),
    suspended: z.boolean(),
    created_at: schemas.time,
  })
  .openapi('Project')

const create = createRoute({
  method: 'post',
  path: '/',
  tags: ['projects'],
  summary: 'Create a project',
  request: {
    headers: schemas.createHeaders,
    body: schemas.jsonBody(z.strictObject({ org: schemas.orgField.optional(), name: schemas.nameField })),
  },
  responses: schemas.createdAnswers(projectSchema),
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['projects'],
  summary: 'List projects',
  request: { query: z.strictObject({ org: schemas.orgField.optional(), ...schemas.pageFields }) },
  responses: { 200: schemas.json(schemas.listOf(projectSchema), 'A page of projects'), ...schemas.failures },
})

const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags: ['projects'],
  summary: 'Read a project',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(projectSchema, 'The project'), ...schemas.failures },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  tags: ['projects'],
  summary: 'Rename or suspend a project',
  request: {
    params: schemas.idParams,
    body: schemas.jsonBody(
      z.strictObject({
        name: schemas.nameField.optional(),
        suspended: z.boolean().optional().openapi({
          description: 'While it is, none of its keys may call; calls under way end as they would.',
        }),
      }),
    ),
  },
  responses: { 200: schemas.json(projectSchema, 'The project'), ...schemas.failures },
})

/** The projects of an org: a level for limits between the org and its keys. */
export function projectRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(create, async (c) => {
    const { org: given, name } = c.req.valid('json')
    const org = orgFor(c.var.admin, given)
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await ask(book.createProject(org, { id: newId('prj', org), name }, change))
    return c.json(projectToWire(org, record), replayed ? 200 : 201)
  })

  app.openapi(list, async (c) => {
    const query = c.req.valid('query')
    const org = orgFor(c.var.admin, query.org)
    const page = await ask(book.projects(org, schemas.pageWithin(org, 'prj', query)))
    return c.json(
      schemas.pageToWire(page, (project) => projectToWire(org, project)),
      200,
    )
  })

  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'prj', id)
    return c.json(projectToWire(org, await ask(book.project(org, id))), 200)
  })

  app.openapi(update, async (c) => {
    const { id } = c.req.valid('param')
    const org = orgOfVisible(c.var.admin, 'prj', id)
    const change = changeBy(c.var.admin)
    const project = await ask(book.updateProject(org, id, schemas.given(c.req.valid('json')), change))
    return c.json(projectToWire(org, project), 200)
  })

  return app
}

function projectToWire(org: string, { id, name, suspended, createdAt }: Project) {
  return { id, org: orgId(org), name, suspended: suspended ?? false, created_at: timeToWire(createdAt) }
}
