import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { newId } from '../../core/ids.ts'
import type { NewAdjustment } from '../../ledger/records.ts'
import { adjustmentToWire } from '../../ledger/wire.ts'
import { creationBy, orgAbout, orgFor, requireRoot } from './access.ts'
import { adjustmentSchema } from './receipt-schema.ts'
import type { Admin, AdminDeps, AdminEnv } from './deps.ts'
import { ask, invalid } from './errors.ts'
import * as schemas from './schemas.ts'
import { signedUsdField } from './usd-fields.ts'

const bodySchema = z.strictObject({
  org: schemas.orgField.optional(),
  request_id: z
    .string()
    .optional()
    .openapi({ description: 'The call that it corrects: it counts wherever that call did, and when.' }),
  key_id: z.string().optional().openapi({ description: 'The key that it is for; it counts from now.' }),
  project_id: z.string().optional().openapi({ description: 'The project that it is for.' }),
  charge: signedUsdField,
  note: schemas.noteField.optional(),
})

const create = createRoute({
  method: 'post',
  path: '/',
  tags: ['adjustments'],
  summary: 'Correct what was charged, by a row of its own (root only)',
  description:
    'On one of a call, a key and a project, or with none of them on the org. It counts towards limits on cost, ' +
    'those per minute or hour aside.',
  request: { headers: schemas.createHeaders, body: schemas.jsonBody(bodySchema) },
  responses: schemas.createdAnswers(adjustmentSchema),
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['adjustments'],
  summary: 'List corrections, newest first',
  request: { query: z.strictObject({ org: schemas.orgField.optional(), ...schemas.pageFields }) },
  responses: {
    200: schemas.json(schemas.listOf(adjustmentSchema), 'A page of corrections'),
    ...schemas.failures,
  },
})

/** Corrections of what was charged. Nothing is rewritten: each is a row beside those of the calls. */
export function adjustmentRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(create, async (c) => {
    const { org, wanted } = readAdjustment(c.var.admin, c.req.valid('json'))
    requireRoot(c.var.admin, 'correct what was charged')
    const change = creationBy(c.var.admin, c.req.valid('header'), c.req.valid('json'))
    const { record, replayed } = await ask(book.adjust(org, wanted, change))
    return c.json(adjustmentToWire(record), replayed ? 200 : 201)
  })

  app.openapi(list, async (c) => {
    const { org: named, ...part } = c.req.valid('query')
    const org = orgFor(c.var.admin, named)
    const page = await ask(book.adjustments(org, schemas.pageWithin(org, 'adj', part)))
    return c.json(schemas.pageToWire(page, adjustmentToWire), 200)
  })

  return app
}

/** What of an org may be corrected: how a body names it, and how the ledger does. */
const targets = [
  { field: 'request_id', name: 'requestId', kind: 'req' },
  { field: 'key_id', name: 'keyId', kind: 'key' },
  { field: 'project_id', name: 'projectId', kind: 'prj' },
] as const

function readAdjustment(
  admin: Admin,
  body: z.output<typeof bodySchema>,
): { org: string; wanted: NewAdjustment } {
  const [target, other] = targets.flatMap(({ field, name, kind }) => {
    const id = body[field]
    return id === undefined ? [] : [{ field, name, kind, id }]
  })
  if (other)
    throw invalid(other.field, `give one of ${targets.map(({ field }) => field).join(', ')} at most.`)
  const org = orgAbout(admin, body.org, target)
  const wanted = {
    id: newId('adj', org),
    charge: body.charge,
    ...(target && { [target.name]: target.id }),
    ...(body.note !== undefined && { note: body.note }),
  }
  return { org, wanted }
}
