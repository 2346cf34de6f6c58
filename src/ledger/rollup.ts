import { refuse, type Receipt } from './call.ts'
import type { Adjustment } from './records.ts'
import type { GroupBy, UsageLine, UsageQuery } from './report.ts'

/**
 * Sums by the hour, written along with each row, so that a question about usage need not go through the rows.
 * Each row counts once in every dimension: in `all`, under its key, under its end user, and under each of its tags.
 */

export type Dimension = 'all' | 'key' | 'end_user' | 'tag'

const hourMs = 3_600_000

/** Where a row counts. */
export interface RollupLine {
  readonly dimension: Dimension
  /** The key, the end user or the tag (`name=value`); empty in `all`. */
  readonly value: string
  /** Start of the hour (UTC), Unix milliseconds. */
  readonly hour: number
  readonly project: string
  readonly model: string
  readonly provider: string
}

/** What counts there: integers, money in nanoUSD. */
export interface RollupSums {
  readonly requests: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly charge: number
  readonly providerCost: number
}

export function hourOf(time: number): number {
  return Math.floor(time / hourMs) * hourMs
}

/** Start of the day (UTC) that a time falls in. */
export function dayOf(time: number): number {
  return Math.floor(time / (24 * hourMs)) * 24 * hourMs
}

/** The lines in which a row counts. */
export function linesOf(row: Receipt | Adjustment): RollupLine[] {
  const place = {
    hour: hourOf(row.kind === 'receipt' ? row.startedAt : row.at),
    project: row.projectId ?? '',
    model: row.model,
    provider: row.provider,
  }
  const line = (dimension: Dimension, value: string): RollupLine => ({ dimension, value, ...place })
  return [
    line('all', ''),
    line('key', row.keyId ?? ''),
    ...(row.endUser === undefined ? [] : [line('end_user', row.endUser)]),
    ...Object.entries(row.tags).map(([name, value]) => line('tag', `${name}=${value}`)),
  ]
}

/** What a row adds to each of its lines. */
export function sumsOf(row: Receipt | Adjustment): RollupSums {
  if (row.kind === 'adjustment') return { ...nothing, charge: row.charge }
  return {
    requests: 1,
    inputTokens: row.usage.inputTokens,
    cachedInputTokens: row.usage.cachedInputTokens,
    outputTokens: row.usage.outputTokens,
    charge: row.charge,
    providerCost: row.providerCost,
  }
}

const nothing: RollupSums = {
  requests: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  charge: 0,
  providerCost: 0,
}

/** The sums with their signs turned: what takes a row out again. */
export function negated(sums: RollupSums): RollupSums {
  return {
    requests: -sums.requests,
    inputTokens: -sums.inputTokens,
    cachedInputTokens: -sums.cachedInputTokens,
    outputTokens: -sums.outputTokens,
    charge: -sums.charge,
    providerCost: -sums.providerCost,
  }
}

const dimensions: ReadonlySet<string> = new Set<Dimension>(['key', 'end_user', 'tag'])

/** The dimension that a question is about; undefined if it asks for two at once, which no sum is kept for. */
export function dimensionOf(groupBy: readonly GroupBy[]): Dimension | undefined {
  const [asked = 'all', ...more] = groupBy.filter((group) => dimensions.has(group))
  return more.length > 0 ? undefined : (asked as Dimension)
}

export const oneDimension = refuse('invalid_request', 'Group by one of key, end_user and tag at most.')

export const mostLines = 50_000
export const tooManyLines = refuse(
  'invalid_request',
  `A usage query has at most ${mostLines} lines: ask for less.`,
)

/** Whether nothing is left of a line: what counted there was moved elsewhere by a better settlement. */
export function isEmptyLine({
  requests,
  inputTokens,
  outputTokens,
  charge,
  providerCost,
}: UsageLine): boolean {
  const amounts = [
    requests,
    inputTokens,
    outputTokens,
    charge.usd,
    charge.nano,
    providerCost.usd,
    providerCost.nano,
  ]
  return amounts.every((amount) => amount === 0)
}

/** The whole hours (UTC) that cover a time. */
export function wholeHours({ from, to }: Pick<UsageQuery, 'from' | 'to'>): { from: number; to: number } {
  const last = hourOf(to)
  return { from: hourOf(from), to: last < to ? last + hourMs : to }
}
