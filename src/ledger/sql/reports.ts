import { normaliseSum } from '../../core/money.ts'
import type { Receipt } from '../call.ts'
import type { Bucket, GroupBy, Page, RequestQuery, UsageLine, UsageQuery } from '../records.ts'
import { list } from './records.ts'
import { receiptFrom, type RequestRow } from './rows.ts'
import type { Sql, SqlValue } from './sql.ts'

const groupColumn: Readonly<Record<GroupBy, string>> = {
  project: "coalesce(project_id, '')",
  key: 'key_id',
  model: 'model',
  provider: 'provider',
}

/** The start of the bucket that a row falls in, in Unix milliseconds. */
const bucketColumn: Readonly<Record<Bucket, string>> = {
  hour: 'started_at / 3600000 * 3600000',
  day: 'started_at / 86400000 * 86400000',
  month: "CAST(strftime('%s', started_at / 1000, 'unixepoch', 'start of month') AS INTEGER) * 1000",
}

/** Sums in whole USD and the rest, each far from 2^53. */
const sums = `count(*) AS requests, sum(input_tokens) AS input_tokens,
  sum(cached_input_tokens) AS cached_input_tokens, sum(output_tokens) AS output_tokens,
  sum(charge / 1000000000) AS charge_usd, sum(charge % 1000000000) AS charge_nano,
  sum(provider_cost / 1000000000) AS provider_cost_usd, sum(provider_cost % 1000000000) AS provider_cost_nano`

/** What was used in a time, in lines by bucket and group. */
export function usageLines(sql: Sql, query: UsageQuery): UsageLine[] {
  const names = query.groupBy.map((group) => `${groupColumn[group]} AS by_${group}`)
  if (query.bucket) names.unshift(`${bucketColumn[query.bucket]} AS start`)
  const keys = names.map((_, index) => index + 1).join(', ')
  const text = `SELECT ${[...names, sums].join(', ')} FROM requests WHERE started_at >= ? AND started_at < ?
    ${keys && `GROUP BY ${keys} ORDER BY ${keys}`}`
  const rows = sql.all<Record<string, SqlValue>>(text, query.from, query.to)
  return rows.filter((row) => row['requests'] !== 0).map((row) => lineOf(row, query))
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
    providerCost: normaliseSum(number('provider_cost_usd'), number('provider_cost_nano')),
  }
}

/** Rows, newest first. */
export function requestPage(sql: Sql, query: RequestQuery): Page<Receipt> {
  const { data, hasMore } = list<RequestRow>(sql, {
    table: 'requests',
    order: 'DESC',
    limit: query.limit,
    ...(query.after !== undefined && { after: query.after }),
    where: {
      'key_id = ?': query.keyId,
      'project_id = ?': query.projectId,
      'model = ?': query.model,
      'started_at >= ?': query.from,
      'started_at < ?': query.to,
    },
  })
  return { data: data.map(receiptFrom), hasMore }
}
