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
import {
  dayOf,
  dimensionOf,
  isEmptyLine,
  mostLines,
  oneDimension,
  tooManyLines,
  wholeHours,
} from '../rollup.ts'
import { windowOf } from '../window.ts'
import { parseRow } from './kept.ts'
import type { Space } from './space.ts'
import { measures } from './writes.ts'

/** Rows are read so many at a time. */
const batch = 200

/** Rows, newest first. */
export async function requestPage(space: Space, query: RequestQuery): Promise<Page<Receipt>> {
  const { connection, keys } = space
  const found: Receipt[] = []
  let before = query.after === undefined ? '+' : `(${query.after}`
  for (;;) {
    const range = [keys.requests, before, '-', 'LIMIT', '0', String(batch)]
    const ids = (await connection.command('ZREVRANGEBYLEX', ...range)) as string[]
    for (const row of await rowsOf(space, ids))
      if (row?.kind === 'receipt' && matches(row, query)) found.push(row)
    const last = ids.at(-1)
    if (found.length > query.limit || last === undefined || ids.length < batch)
      return { data: found.slice(0, query.limit), hasMore: found.length > query.limit }
    before = `(${last}`
  }
}

function matches(receipt: Receipt, query: RequestQuery): boolean {
  if (query.keyId !== undefined && receipt.keyId !== query.keyId) return false
  if (query.projectId !== undefined && receipt.projectId !== query.projectId) return false
  if (query.model !== undefined && receipt.model !== query.model) return false
  return receipt.startedAt >= (query.from ?? -Infinity) && receipt.startedAt < (query.to ?? Infinity)
}

async function rowsOf({ connection, keys }: Space, ids: readonly string[]) {
  if (ids.length === 0) return []
  const texts = (await connection.command('HMGET', keys.rows, ...ids)) as (string | null)[]
  return texts.map((text) => (text === null ? undefined : parseRow(text).row))
}

/** Rows in the order in which they were written. Fewer than asked for only where there are no more. */
export async function exportedRows(space: Space, query: ExportQuery): Promise<Exported[]> {
  const exported: Exported[] = []
  for (let after = query.after; exported.length < query.limit;) {
    const marked = await markedAfter(space, { after, limit: query.limit - exported.length })
    const last = marked.at(-1)
    if (!last) break
    // A row that was pruned in between is left out, and made up for.
    const rows = await rowsOf(
      space,
      marked.map(({ id }) => id),
    )
    for (const [index, { mark }] of marked.entries()) {
      const row = rows[index]
      if (row) exported.push({ mark, row })
    }
    after = last.mark
  }
  return exported
}

async function markedAfter(
  { connection, keys }: Space,
  { after, limit }: ExportQuery,
): Promise<{ id: string; mark: number }[]> {
  const range = [keys.marks, `(${after}`, '+inf', 'WITHSCORES', 'LIMIT', '0', String(limit)]
  const found = (await connection.command('ZRANGEBYSCORE', ...range)) as string[]
  const ids = found.filter((_, index) => index % 2 === 0)
  return ids.map((id, index) => ({ id, mark: Number(found[2 * index + 1]) }))
}

/** So many rows are looked at in one go. */
const pruneBatch = 500

interface Pruning {
  /** Unix milliseconds. */
  readonly endedBefore: number
  /** The last mark that may go. */
  readonly upTo: number
}

/** Deletes the oldest rows that ended before a time, and counts them: oldest first, as far as the first that is to stay. */
export async function pruneRows(space: Space, { endedBefore, upTo }: Pruning): Promise<number> {
  const oldest = await exportedRows(space, { after: 0, limit: pruneBatch })
  const staysHere = ({ row, mark }: Exported) =>
    (row.kind === 'receipt' ? row.endedAt : row.createdAt) >= endedBefore || mark > upTo
  const stays = oldest.findIndex(staysHere)
  const gone = stays < 0 ? oldest : oldest.slice(0, stays)
  if (gone.length === 0) return 0
  for (const { row, mark } of gone) await dropRow(space, row.id, mark)
  return gone.length
}

/** In one step, and only if it was not written anew in between. */
async function dropRow(space: Space, id: string, mark: number): Promise<void> {
  const { keys } = space
  const writes = [
    ['HDEL', keys.rows, id],
    ['ZREM', keys.marks, id],
    ['ZREM', keys.requests, id],
  ]
  await space.transact({ now: space.now(), id, mark: String(mark), moves: [], writes })
}

interface Line {
  readonly start?: number
  readonly group: UsageLine['group']
  /** In the order of `measures`. */
  readonly sums: number[]
}

/** What was used in a time, in lines by bucket and group. */
export async function usageLines(space: Space, query: UsageQuery): Promise<UsageLine[] | Refusal> {
  const { connection, keys } = space
  const dimension = dimensionOf(query.groupBy)
  if (!dimension) return oneDimension
  const { from, to } = wholeHours(query)
  const days = await connection.command(
    'ZRANGEBYSCORE',
    keys.rollupDays(dimension),
    String(dayOf(from)),
    `(${to}`,
  )
  const lines = new Map<string, Line>()
  for (const day of days as string[]) {
    const sums = (await connection.command('HGETALL', keys.rollups(dimension, Number(day)))) as string[]
    for (let index = 0; index < sums.length; index += 2)
      addSums(lines, { from, to, query, name: sums[index] ?? '', amounts: sums[index + 1] ?? '' })
    if (lines.size > mostLines) return tooManyLines
  }
  return [...lines]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, line]) => lineFrom(line))
    .filter((line) => !isEmptyLine(line))
}

interface Addend {
  readonly from: number
  readonly to: number
  readonly query: UsageQuery
  readonly name: string
  readonly amounts: string
}

function addSums(lines: Map<string, Line>, { from, to, query, name, amounts }: Addend): void {
  const [hour, value, project, model, provider] = JSON.parse(name) as [number, ...string[]]
  if (hour < from || hour >= to) return
  const named: Record<GroupBy, string | undefined> = {
    project,
    model,
    provider,
    key: value,
    end_user: value,
    tag: value,
  }
  const start = query.bucket && bucketStart(query.bucket, hour)
  const group = Object.fromEntries(query.groupBy.map((by) => [by, named[by] ?? '']))
  const key = JSON.stringify([
    start === undefined ? '' : String(start).padStart(16, '0'),
    ...Object.values(group),
  ])
  const line = lines.get(key) ?? {
    ...(start !== undefined && { start }),
    group,
    sums: measures.map(() => 0),
  }
  lines.set(key, line)
  for (const [index, amount] of amounts.split(' ').entries())
    line.sums[index] = (line.sums[index] ?? 0) + Number(amount)
}

function lineFrom({ start, group, sums }: Line): UsageLine {
  const sum = (measure: (typeof measures)[number]) => sums[measures.indexOf(measure)] ?? 0
  return {
    ...(start !== undefined && { start }),
    group,
    requests: sum('requests'),
    inputTokens: sum('inputTokens'),
    cachedInputTokens: sum('cachedInputTokens'),
    outputTokens: sum('outputTokens'),
    charge: normaliseSum(sum('chargeUsd'), sum('chargeNano')),
    providerCost: normaliseSum(sum('costUsd'), sum('costNano')),
  }
}

function bucketStart(bucket: Bucket, hour: number): number {
  return bucket === 'hour' ? hour : windowOf(bucket, hour).start
}
