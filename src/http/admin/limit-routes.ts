import { createRoute, z } from '@hono/zod-openapi'
import {
  amountField,
  metrics,
  modes,
  onLosts,
  periods,
  policyFields,
  readTerms,
  termFields,
  whenShorts,
} from './limit-terms.ts'
import * as schemas from './schemas.ts'

/** The operations on limits as they are checked and described. */

const scopeTypes = z.enum(['org', 'project', 'key', 'end_user'])
const amount = z
  .union([z.string(), z.int()])
  .openapi({ description: 'USD as a decimal string for cost, else a number.' })

const limitSchema = z
  .object({
    id: z.string(),
    scope: z.object({ type: scopeTypes, id: z.string() }),
    metric: metrics,
    per: periods.nullable(),
    amount,
    burst: amount.optional(),
    models: z.array(z.string()).readonly().optional(),
    mode: modes,
    when_short: whenShorts,
    on_lost: onLosts,
    timezone: z.string(),
    created_at: schemas.time,
  })
  .openapi('Limit')

const limitStateSchema = limitSchema
  .extend({
    spent: amount,
    held: amount,
    remaining: amount,
    resets_at: schemas.time.nullable(),
    end_user: z.string().optional().openapi({ description: 'Whose share this is.' }),
    would_refuse: z.int().optional().openapi({
      description: 'Calls that a shadow limit would have refused in this window (in all, for a rate).',
    }),
  })
  .openapi('LimitState')

const limitBody = z
  .strictObject({
    org: schemas.orgField.optional(),
    scope: z.strictObject({
      type: scopeTypes,
      id: z
        .string()
        .optional()
        .openapi({
          description:
            'Id of the org, project or key; of an end user the name that callers send, or `*` for each one. An org need not ' +
            'be named.',
        }),
    }),
    ...termFields,
  })
  .transform(({ org, scope, ...terms }, ctx) => ({ org, scope, terms: readTerms(terms, ctx) }))

export const create = createRoute({
  method: 'post',
  path: '/',
  tags: ['limits'],
  summary: 'Create a limit',
  request: { headers: schemas.createHeaders, body: schemas.jsonBody(limitBody) },
  responses: schemas.createdAnswers(limitSchema),
})

export const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['limits'],
  summary: 'List limits, and where they stand',
  request: {
    query: z.strictObject({
      org: schemas.orgField.optional(),
      scope_id: z.string().optional().openapi({ description: 'Only those of this org, project or key.' }),
      end_user: schemas.endUserField
        .optional()
        .openapi({ description: 'Only those of this end user; `*`: only those that each one has.' }),
      ...schemas.pageFields,
    }),
  },
  responses: { 200: schemas.json(schemas.listOf(limitStateSchema), 'A page of limits'), ...schemas.failures },
})

export const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags: ['limits'],
  summary: 'Read a limit, and where it stands',
  request: {
    params: schemas.idParams,
    query: z.strictObject({
      end_user: schemas.endUserField
        .optional()
        .openapi({ description: 'Of a limit that each end user has: whose share to show.' }),
    }),
  },
  responses: { 200: schemas.json(limitStateSchema, 'The limit'), ...schemas.failures },
})

export const updateBody = z.strictObject({
  amount: amountField.optional(),
  burst: amountField.optional(),
  ...policyFields,
})

export const update = createRoute({
  method: 'patch',
  path: '/{id}',
  tags: ['limits'],
  summary: 'Change a limit, at once; what was spent stays',
  request: { params: schemas.idParams, body: schemas.jsonBody(updateBody) },
  responses: { 200: schemas.json(limitStateSchema, 'The limit'), ...schemas.failures },
})

export const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags: ['limits'],
  summary: 'Delete a limit',
  request: { params: schemas.idParams },
  responses: { 200: schemas.json(limitSchema, 'The limit, as it was'), ...schemas.failures },
})
