import type { Amounts } from '../../core/amounts.ts'
import { noUsage, type UsageSource } from '../../core/usage.ts'
import type { Attempt, Outcome, Receipt } from '../call.ts'
import type { Sql, SqlValue } from './sql.ts'

/** A row of `requests`. */
export interface RequestRow extends Record<string, SqlValue> {
  readonly id: string
  readonly started_at: number
  readonly ended_at: number
  readonly key_id: string
  readonly project_id: string | null
  readonly model: string
  readonly provider: string
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly charge: number
  readonly provider_cost: number
  readonly source: UsageSource
  readonly outcome: Outcome
  readonly body: string
}

/** What is not searched for. */
interface RowBody {
  readonly attempts: readonly Attempt[]
  /** Index of the attempt whose usage is the row's. */
  readonly served?: number
  readonly hold: Amounts
  readonly tags: Readonly<Record<string, string>>
  /** Ids of the limits that the row posts to. */
  readonly limits: readonly string[]
}

export interface StoredReceipt {
  readonly receipt: Receipt
  readonly limits: readonly string[]
}

export function readRow(sql: Sql, id: string): StoredReceipt | undefined {
  const [row] = sql.all<RequestRow>('SELECT * FROM requests WHERE id = ?', id)
  return row && { receipt: receiptFrom(row), limits: bodyOf(row).limits }
}

export function hasRow(sql: Sql, id: string): boolean {
  return sql.all('SELECT 1 FROM requests WHERE id = ?', id).length > 0
}

export function receiptFrom(row: RequestRow): Receipt {
  const { attempts, served, hold, tags } = bodyOf(row)
  return {
    kind: 'receipt',
    id: row.id,
    keyId: row.key_id,
    ...(row.project_id !== null && { projectId: row.project_id }),
    model: row.model,
    provider: row.provider,
    attempts,
    usage: (served === undefined ? undefined : attempts[served]?.usage) ?? noUsage,
    source: row.source,
    charge: row.charge,
    providerCost: row.provider_cost,
    hold,
    outcome: row.outcome,
    tags,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

/** The row's own JSON, written by `writeRow`. */
function bodyOf({ body }: RequestRow): RowBody {
  return JSON.parse(body) as RowBody
}

interface NewRow extends StoredReceipt {
  readonly served: number | undefined
}

export function writeRow(sql: Sql, { receipt, served, limits }: NewRow): void {
  const { attempts, hold, tags } = receipt
  const body: RowBody = { attempts, ...(served !== undefined && { served }), hold, tags, limits }
  sql.run(
    'INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    receipt.id,
    receipt.startedAt,
    receipt.endedAt,
    receipt.keyId,
    receipt.projectId ?? null,
    receipt.model,
    receipt.provider,
    receipt.usage.inputTokens,
    receipt.usage.cachedInputTokens,
    receipt.usage.outputTokens,
    receipt.charge,
    receipt.providerCost,
    receipt.source,
    receipt.outcome,
    JSON.stringify(body),
  )
}
