import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { formatSum } from '../../core/money.ts'
import type { GroupBy, UsageLine, UsageQuery } from '../../ledger/report.ts'
import { wholeHours } from '../../ledger/rollup.ts'
import { timeToWire } from '../../ledger/wire.ts'
import { orgFor } from './access.ts'
import { toCsv, type Cell } from './csv.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ask, invalid } from './errors.ts'
import * as schemas from './schemas.ts'

const dayMs = 86_400_000
const groups = z.enum(['project', 'key', 'model', 'provider', 'end_user', 'tag'])

/** The column that each way of grouping adds. */
const columnOf = {
  project: 'project_id',
  key: 'key_id',
  model: 'model',
  provider: 'provider',
  end_user: 'end_user',
  tag: 'tag',
} as const

const usageSchema = z
  .object({
    start: schemas.time.optional().openapi({ description: 'Start of the bucket (UTC).' }),
    project_id: z.string().nullable().optional(),
    key_id: z.string().nullable().optional(),
    model: z.string().nullable().optional(),
    provider: z.string().nullable().optional(),
    end_user: z.string().nullable().optional(),
    tag: z.string().nullable().optional().openapi({ example: 'team=search' }),
    requests: z.int(),
    input_tokens: z.int(),
    cached_input_tokens: z.int(),
    output_tokens: z.int(),
    charge: schemas.usd,
    provider_cost: schemas.usd,
  })
  .openapi('Usage')

const takenSchema = schemas.listOf(usageSchema).extend({
  from: schemas.time.openapi({ description: 'Inclusive.' }),
  to: schemas.time.openapi({ description: 'Exclusive.' }),
})

const groupByParam = z
  .string()
  .transform((text, ctx) => {
    const parsed = z.array(groups).safeParse(text.split(','))
    if (!parsed.success)
      ctx.addIssue({ code: 'custom', message: `must be some of ${groups.options.join(', ')}, with commas.` })
    return [...new Set(parsed.data)]
  })
  .openapi({
    description:
      'Some of project, key, model, provider, end_user and tag, with commas; of key, end_user and tag one at most. A call ' +
      'counts under each of its tags (`name=value`), and under none where it has none.',
    example: 'project,model',
  })

const read = createRoute({
  method: 'get',
  path: '/',
  tags: ['usage'],
  summary: 'Sum up usage and cost; Accept: text/csv gives CSV',
  description:
    'Sums are kept by the hour: the time asked for is widened to whole hours (UTC), and the answer tells what was taken.',
  request: {
    query: z.strictObject({
      org: schemas.orgField.optional(),
      from: schemas.timeParam
        .optional()
        .openapi({ description: 'Inclusive; 30 days before `to` where absent.' }),
      to: schemas.timeParam.optional().openapi({ description: 'Exclusive; now where absent.' }),
      bucket: z.enum(['hour', 'day', 'month']).optional(),
      group_by: groupByParam.optional(),
    }),
  },
  responses: {
    200: {
      description: 'A line for each bucket and group',
      content: {
        'application/json': { schema: takenSchema },
        'text/csv': { schema: z.string() },
      },
    },
    ...schemas.failures,
  },
})

/** What was used and what it cost, summed over the rows of an org. */
export function usageRoutes({ ledger: { book } }: AdminDeps): OpenAPIHono<AdminEnv> {
  const app = new OpenAPIHono<AdminEnv>()

  app.openapi(read, async (c) => {
    const { org: given, bucket, group_by: groupBy = [], ...period } = c.req.valid('query')
    const org = orgFor(c.var.admin, given)
    const taken = wholeHours(readPeriod(period))
    const query: UsageQuery = { ...taken, groupBy, ...(bucket && { bucket }) }
    const lines = (await ask(book.usage(org, query))).map((line) => usageToWire(line, groupBy))
    const wanted = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/csv'],
      default: 'application/json',
    })
    if (wanted === 'application/json')
      return c.json(
        { ...schemas.wholeList(lines), from: timeToWire(taken.from), to: timeToWire(taken.to) },
        200,
      )
    const csv = usageCsv(lines, [...(bucket ? ['start'] : []), ...groupBy.map((group) => columnOf[group])])
    return c.body(csv, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="usage-${org}.csv"`,
    })
  })

  return app
}

function readPeriod(period: { from?: number | undefined; to?: number | undefined }): {
  from: number
  to: number
} {
  // One more, for the end is exclusive and a call may have begun this very millisecond.
  const to = period.to ?? Date.now() + 1
  const from = period.from ?? to - 30 * dayMs
  if (from >= to) throw invalid('from', 'must be before `to`.')
  return { from, to }
}

function usageToWire(line: UsageLine, groupBy: readonly GroupBy[]) {
  return {
    ...(line.start !== undefined && { start: timeToWire(line.start) }),
    ...Object.fromEntries(groupBy.map((group) => [columnOf[group], line.group[group] || null])),
    requests: line.requests,
    input_tokens: line.inputTokens,
    cached_input_tokens: line.cachedInputTokens,
    output_tokens: line.outputTokens,
    charge: formatSum(line.charge),
    provider_cost: formatSum(line.providerCost),
  }
}

const sums = ['requests', 'input_tokens', 'cached_input_tokens', 'output_tokens', 'charge', 'provider_cost']

function usageCsv(lines: readonly Readonly<Record<string, Cell>>[], leading: readonly string[]): string {
  const columns = [...leading, ...sums]
  const rows = lines.map((line) => columns.map((column) => line[column] ?? null))
  return toCsv(columns, rows)
}
