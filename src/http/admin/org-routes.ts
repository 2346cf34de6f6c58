import { createRoute, z } from '@hono/zod-openapi'
import { rateField, rateSchema } from './rates.ts'
import * as schemas from './schemas.ts'

/** The operations on orgs as they are checked and described. */

const listedSchema = z
  .object({ id: z.string(), slug: z.string(), name: z.string(), created_at: schemas.time })
  .openapi('ListedOrg')

const orgSchema = listedSchema.extend({ suspended: z.boolean(), rate: rateSchema }).openapi('Org')

const slugField = z
  .string()
  .regex(
    /^(eu-)?[a-z0-9]{2,20}$/,
    'must be 2 to 20 of a-z and 0-9, with eu- in front where it is pinned to the EU.',
  )
  .openapi({ description: 'Fixed for good, and never used again. Made from the name where absent.' })

export const create = createRoute({
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

export const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['orgs'],
  summary: 'List the orgs that this key may see',
  request: { query: z.strictObject(schemas.pageFields) },
  responses: { 200: schemas.json(schemas.listOf(listedSchema), 'A page of orgs'), ...schemas.failures },
})

export const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags: ['orgs'],
  summary: 'Read an org',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(orgSchema, 'The org'), ...schemas.failures },
})

export const updateBody = z.strictObject({
  name: schemas.nameField.optional(),
  suspended: z
    .boolean()
    .optional()
    .openapi({ description: 'While it is, none of its keys may call; calls under way end as they would.' }),
  rate: rateField.optional(),
})

export const update = createRoute({
  method: 'patch',
  path: '/{id}',
  tags: ['orgs'],
  summary: 'Rename or suspend an org, or change what it is charged (root only)',
  request: { params: schemas.idParams, body: schemas.jsonBody(updateBody) },
  responses: { 200: schemas.json(orgSchema, 'The org'), ...schemas.failures },
})
