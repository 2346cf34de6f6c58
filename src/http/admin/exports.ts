import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { orgFor } from './access.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask, logFailure } from './errors.ts'
import { startExport } from './export-body.ts'
import { csv, ndjson } from './export-lines.ts'
import { adjustmentSchema, receiptSchema } from './receipt-schema.ts'
import * as schemas from './schemas.ts'

const mark = z.int().openapi({ description: 'Rises with every row; what to send as `after` to go on.' })

const exportedSchema = z.union([
  receiptSchema.extend({ mark, type: z.literal('request') }).openapi('ExportedRequest'),
  adjustmentSchema.extend({ mark, type: z.literal('adjustment') }).openapi('ExportedAdjustment'),
])

/** A whole number in a query, of so many digits that it is exact. */
function wholeNumber(least: number) {
  const help = `must be a whole number from ${least}.`
  return z
    .string()
    .regex(/^\d{1,15}$/, help)
    .transform(Number)
    .refine((value) => value >= least, help)
}

const rows = createRoute({
  method: 'get',
  path: '/rows',
  tags: ['exports'],
  summary: 'Export every row, of calls and corrections, in the order of writing; Accept: text/csv gives CSV',
  description:
    'A row that changed (a better settlement) comes again under a later mark: load by id. To go on later, send the last ' +
    'mark as `after`. An export that could not be finished breaks off; go on from the last whole line.',
  request: {
    query: z.strictObject({
      org: schemas.orgField.optional(),
      after: wholeNumber(0).optional().openapi({ description: 'The last mark that you have.' }),
      limit: wholeNumber(1).optional().openapi({ description: 'Rows at most; all of them where absent.' }),
    }),
  },
  responses: {
    200: {
      description: 'A line for each row',
      content: {
        'application/x-ndjson': { schema: exportedSchema },
        'text/csv': { schema: z.string() },
      },
    },
    ...schemas.failures,
  },
})

/** All rows of an org as one stream, however many there are. */
export function exportRoutes({ ledger: { book }, edge, log }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(rows, async (c) => {
    const { org: named, after = 0, limit = Infinity } = c.req.valid('query')
    const org = orgFor(c.var.admin, named)
    const supports = ['application/x-ndjson', 'text/csv']
    const wanted = accepts(c, { header: 'Accept', supports, default: 'application/x-ndjson' })
    const lines = wanted === 'text/csv' ? csv : ndjson
    const headers = {
      'content-type': lines.contentType,
      'content-disposition': `attachment; filename="rows-${org}.${lines.extension}"`,
      'cache-control': 'no-store',
    }
    let left = false
    edge.caller(c).onLeave(() => (left = true))
    const body = await startExport({
      lines,
      read: (query) => ask(book.exportRows(org, query)),
      after,
      maxRows: limit,
      left: () => left,
      failed: (error) => logFailure(log, c, error),
    })
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    return edge.deliver(c, { status: 200, headers, body })
  })

  return app
}
