import type { Amounts } from '../../core/amounts.ts'
import { noUsage, type UsageSource } from '../../core/usage.ts'
import type { Attempt, Outcome, Receipt } from '../call.ts'
import type { Row } from '../methods.ts'
import type { Adjustment } from '../records.ts'
import type { Sql, SqlValue } from '../../core/sql.ts'

/** A row of `requests`. Corrections stand among them, with an outcome of their own and themselves as the body. */
export interface RequestRow extends Record<string, SqlValue> {
  readonly mark: number
  readonly id: string
  readonly started_at: number
  readonly ended_at: number
  readonly key_id: string
  readonly project_id: string | null
  readonly end_user: string | null
  readonly model: string
  readonly provider: string
  readonly charge: number
  readonly provider_cost: number
  readonly source: UsageSource
  readonly outcome: Outcome | typeof adjusted
  readonly body: string
}

export const adjusted = 'adjustment'

/** What is not searched for. */
interface RowBody {
  readonly attempts: readonly Attempt[]
  /** Index of the attempt whose usage is the row's. */
  readonly served?: number
  readonly hold: Amounts
  readonly tags: Readonly<Record<string, string>>
  /** The counters that the row posts to. */
  readonly limits: readonly string[]
}

export function readRow(sql: Sql, id: string): Row | undefined {
  const [row] = sql.all<RequestRow>('SELECT * FROM requests WHERE id = ?', id)
  if (!row || row.outcome === adjusted) return undefined
  return { receipt: receiptFrom(row, row.outcome), limits: bodyOf(row).limits }
}

export function hasRow(sql: Sql, id: string): boolean {
  return sql.all('SELECT 1 FROM requests WHERE id = ?', id).length > 0
}

export function receiptFrom(row: RequestRow, outcome: Outcome): Receipt {
  const { attempts, served, hold, tags } = bodyOf(row)
  return {
    kind: 'receipt',
    id: row.id,
    keyId: row.key_id,
    ...(row.project_id !== null && { projectId: row.project_id }),
    ...(row.end_user !== null && { endUser: row.end_user }),
    model: row.model,
    provider: row.provider,
    attempts,
    usage: (served === undefined ? undefined : attempts[served]?.usage) ?? noUsage,
    source: row.source,
    charge: row.charge,
    providerCost: row.provider_cost,
    hold,
    outcome,
    tags,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

/** A row as exports give it. */
export function rowFrom(row: RequestRow): Receipt | Adjustment {
  return row.outcome === adjusted ? (JSON.parse(row.body) as Adjustment) : receiptFrom(row, row.outcome)
}

/** The row's own JSON, written by `writeRow`. */
function bodyOf({ body }: RequestRow): RowBody {
  return JSON.parse(body) as RowBody
}

interface NewRow extends Row {
  readonly served: number | undefined
}

/** Writes a row, or writes it anew under a later mark. */
export function writeRow(sql: Sql, { receipt, served, limits }: NewRow): void {
  const { attempts, hold, tags } = receipt
  const body: RowBody = { attempts, ...(served !== undefined && { served }), hold, tags, limits }
  insert(sql, receipt, {
    startedAt: receipt.startedAt,
    endedAt: receipt.endedAt,
    keyId: receipt.keyId,
    providerCost: receipt.providerCost,
    source: receipt.source,
    outcome: receipt.outcome,
    body: JSON.stringify(body),
  })
}

/** Puts a correction among the rows, for those who export them. */
export function writeAdjustment(sql: Sql, adjustment: Adjustment): void {
  insert(sql, adjustment, {
    startedAt: adjustment.at,
    endedAt: adjustment.createdAt,
    keyId: adjustment.keyId ?? '',
    providerCost: 0,
    source: 'exact',
    outcome: adjusted,
    body: JSON.stringify(adjustment),
  })
}

interface Columns {
  readonly startedAt: number
  readonly endedAt: number
  readonly keyId: string
  readonly providerCost: number
  readonly source: string
  readonly outcome: string
  readonly body: string
}

function insert(sql: Sql, row: Receipt | Adjustment, columns: Columns): void {
  sql.run(
    'INSERT OR REPLACE INTO requests VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    row.id,
    columns.startedAt,
    columns.endedAt,
    columns.keyId,
    row.projectId ?? null,
    row.endUser ?? null,
    row.model,
    row.provider,
    row.charge,
    columns.providerCost,
    columns.source,
    columns.outcome,
    columns.body,
  )
}
