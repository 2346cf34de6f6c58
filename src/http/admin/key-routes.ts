import { createRoute, z } from '@hono/zod-openapi'
import { termsField } from './limit-terms.ts'
import * as schemas from './schemas.ts'
import { positiveUsdField } from './usd-fields.ts'

/** The operations on keys as they are checked and described. */

const scopes = z.array(z.enum(['call', 'read', 'admin']))

const failOpenHelp =
  'How much each gateway may let this key use, in all, while the ledger cannot be reached; its calls are refused then where ' +
  'there is none. A budget can be overrun by as much (root only).'

const failOpenField = z
  .strictObject({ allowance: positiveUsdField })
  .nullable()
  .openapi({ description: failOpenHelp })

const keySchema = z
  .object({
    id: z.string(),
    org: z.string(),
    project_id: z.string().nullable(),
    name: z.string(),
    scopes: scopes.readonly(),
    models: z.array(z.string()).readonly().nullable(),
    expires_at: schemas.time.nullable(),
    revoked_at: schemas.time.nullable(),
    fail_open: z.object({ allowance: schemas.usd }).nullable().openapi({ description: failOpenHelp }),
    created_at: schemas.time,
  })
  .openapi('Key')

const newKeySchema = keySchema
  .extend({ key: z.string().nullable().openapi({ description: 'Shown this once; null when replayed.' }) })
  .openapi('NewKey')

export const keyBody = z.strictObject({
  org: schemas.orgField.optional(),
  project: z.string().optional().openapi({ description: 'Id of the project that it belongs to.' }),
  name: schemas.nameField,
  models: schemas.globsField.optional(),
  expires_at: schemas.timeField.optional(),
  scopes: scopes
    .min(1)
    .max(3)
    .default(['call'])
    .openapi({ description: '`call` models, `read` the admin API of the org, or `admin` it (root only).' }),
  fail_open: failOpenField.optional(),
  limits: z.array(termsField).max(20).default([]).openapi({ description: 'Limits to make on this key.' }),
})

export const create = createRoute({
  method: 'post',
  path: '/',
  tags: ['keys'],
  summary: 'Create a key; its text is in this answer only',
  request: { headers: schemas.createHeaders, body: schemas.jsonBody(keyBody) },
  responses: schemas.createdAnswers(newKeySchema),
})

export const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['keys'],
  summary: 'List keys',
  request: {
    query: z.strictObject({
      org: schemas.orgField.optional(),
      project_id: z.string().optional(),
      ...schemas.pageFields,
    }),
  },
  responses: { 200: schemas.json(schemas.listOf(keySchema), 'A page of keys'), ...schemas.failures },
})

export const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags: ['keys'],
  summary: 'Read a key',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(keySchema, 'The key, without its text'), ...schemas.failures },
})

export const update = createRoute({
  method: 'patch',
  path: '/{id}',
  tags: ['keys'],
  summary: 'Rename a key, or change what it may use while the ledger is away',
  request: {
    params: schemas.idParams,
    body: schemas.jsonBody(
      z.strictObject({ name: schemas.nameField.optional(), fail_open: failOpenField.optional() }),
    ),
  },
  responses: { 200: schemas.json(keySchema, 'The key'), ...schemas.failures },
})

export const revoke = createRoute({
  method: 'delete',
  path: '/{id}',
  tags: ['keys'],
  summary: 'Revoke a key at once',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(keySchema, 'The key, revoked'), ...schemas.failures },
})
