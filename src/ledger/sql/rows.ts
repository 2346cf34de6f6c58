import type { Receipt } from '../call.ts'
import { first, type Stored } from './records.ts'
import type { Sql } from './sql.ts'

/** A row as stored: the receipt, and the limits that it posts to. */
export interface StoredRow {
  readonly receipt: Receipt
  readonly limits: readonly string[]
}

export function readRow(sql: Sql, id: string): StoredRow | undefined {
  return first<StoredRow>(sql.all<Stored>('SELECT body FROM requests WHERE id = ?', id))
}

export function writeRow(sql: Sql, receipt: Receipt, limits: readonly string[]): void {
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
    JSON.stringify({ receipt, limits } satisfies StoredRow),
  )
}
