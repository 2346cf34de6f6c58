import { normaliseSum } from '../../core/money.ts'
import type { Receipt, Refusal } from '../call.ts'
import type { Page } from '../records.ts'
import type {
  Bucket,
  Exported,
  ExportQuery,
  GroupBy,
  RequestQuery,
  UsageLine,
  UsageQuery,
} from '../report.ts'
import { dimensionOf, isEmptyLine, mostLines, oneDimension, tooManyLines, wholeHours } from '../rollup.ts'
import { adjusted, receiptFrom, rowFrom, type RequestRow } from './rows.ts'
import type { Sql, SqlValue } from '../../core/sql.ts'

/** Questions that only read. They see what was committed, so another connection may answer them. */

const groupColumn: Readonly<Record<GroupBy, string>> = {
  project: 'project',
  model: 'model',
  provider: 'provider',
  key: 'value',
  end_user: 'value',
  tag: 'value',
}

/** The start of the bucket that an hour falls in, in Unix milliseconds. */
const bucketColumn: Readonly<Record<Bucket, string>> = {
  hour: 'hour',
  day: 'hour / 86400000 * 86400000',
  month: "CAST(strftime('%s', hour / 1000, 'unixepoch', 'start of month') AS INTEGER) * 1000",
}

// `total` is exact below 2^53 like `sum`, and gives no integer above it, which Node would not read.
const sums = `sum(requests) AS requests, total(input_tokens) AS input_tokens,
  total(cached_input_tokens) AS cached_input_tokens, total(output_tokens) AS output_tokens,
  sum(charge_usd) AS charge_usd, sum(charge_nano) AS charge_nano, sum(cost_usd) AS cost_usd, sum(cost_nano) AS cost_nano`

/** What was used in a time, in lines by bucket and group. */
export function usageLines(sql: Sql, query: UsageQuery): UsageLine[] | Refusal {
  const dimension = dimensionOf(query.groupBy)
  if (!dimension) return oneDimension
  const { from, to } = wholeHours(query)
  const names = query.groupBy.map((group) => `${groupColumn[group]} AS by_${group}`)
  if (query.bucket) names.unshift(`${bucketColumn[query.bucket]} AS start`)
  const keys = names.map((_, index) => index + 1).join(', ')
  const text = `SELECT ${[...names, sums].join(', ')} FROM rollups WHERE dimension = ? AND hour >= ? AND hour < ?
    ${keys && `GROUP BY ${keys} ORDER BY ${keys}`} LIMIT ?`
  const rows = sql.all<Record<string, SqlValue>>(text, dimension, from, to, mostLines + 1)
  if (rows.length > mostLines) return tooManyLines
  return rows.map((row) => lineOf(row, query)).filter((line) => !isEmptyLine(line))
}

function lineOf(row: Readonly<Record<string, SqlValue>>, query: UsageQuery): UsageLine {
  const number = (name: string) => Number(row[name] ?? 0)
  return {
    ...(query.bucket && { start: number('start') }),
    group: Object.fromEntries(query.groupBy.map((group) => [group, String(row[`by_${group}`])])),
    requests: number('requests'),
    inputTokens: number('input_tokens'),
    cachedInputTokens: number('cached_input_tokens'),
    outputTokens: number('output_tokens'),
    charge: normaliseSum(number('charge_usd'), number('charge_nano')),
    providerCost: normaliseSum(number('cost_usd'), number('cost_nano')),
  }
}

/** Rows, newest first. */
export function requestPage(sql: Sql, query: RequestQuery): Page<Receipt> {
  const wanted: Readonly<Record<string, SqlValue | undefined>> = {
    'outcome <> ?': adjusted,
    'id < ?': query.after,
    'key_id = ?': query.keyId,
    'project_id = ?': query.projectId,
    'model = ?': query.model,
    'started_at >= ?': query.from,
    'started_at < ?': query.to,
  }
  const conditions = Object.entries(wanted).flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  )
  const where = conditions.map(({ condition }) => condition).join(' AND ')
  const text = `SELECT * FROM requests WHERE ${where} ORDER BY id DESC LIMIT ?`
  const rows = sql.all<RequestRow>(text, ...conditions.map(({ value }) => value), query.limit + 1)
  const data = rows
    .slice(0, query.limit)
    .flatMap((row) => (row.outcome === adjusted ? [] : receiptFrom(row, row.outcome)))
  return { data, hasMore: rows.length > query.limit }
}

/** Rows in the order in which they were written. */
export function exportedRows(sql: Sql, { after, limit }: ExportQuery): Exported[] {
  const text = 'SELECT * FROM requests WHERE mark > ? ORDER BY mark LIMIT ?'
  return sql.all<RequestRow>(text, after, limit).map((row) => ({ mark: row.mark, row: rowFrom(row) }))
}
