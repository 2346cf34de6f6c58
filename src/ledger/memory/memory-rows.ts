import type { Receipt } from '../call.ts'
import type { Row } from '../methods.ts'
import type { Adjustment } from '../records.ts'
import type { Exported } from '../report.ts'

/** A row, the counters that it posts to, and where it stands in the order of writing. */
export interface StoredReceipt extends Row {
  readonly mark: number
}

/** So many rows are pruned in one go. */
const pruneBatch = 500

/** The rows of calls, and corrections among them. Those that were pruned are seen no more, and count all the same. */
export class MemoryRows {
  readonly #rows = new Map<string, StoredReceipt>()
  readonly #adjustments = new Map<string, Exported>()
  readonly #prunedRows: StoredReceipt[] = []
  readonly #prunedAdjustments: Exported[] = []
  #marks = 0

  get(id: string): StoredReceipt | undefined {
    return this.#rows.get(id)
  }

  has(id: string): boolean {
    return this.#rows.has(id)
  }

  put(row: Row): void {
    this.#rows.set(row.receipt.id, { ...row, mark: ++this.#marks })
  }

  readonly enter = (row: Adjustment) => void this.#adjustments.set(row.id, { mark: ++this.#marks, row })

  receipts(): Receipt[] {
    return [...this.#rows.values()].map(({ receipt }) => receipt)
  }

  /** Every row in the order of writing, corrections too. */
  all(): Exported[] {
    return [...exported(this.#rows.values()), ...this.#adjustments.values()].toSorted(
      (a, b) => a.mark - b.mark,
    )
  }

  /** The rows of calls that count: those that were pruned too. */
  counted(): StoredReceipt[] {
    return [...this.#prunedRows, ...this.#rows.values()]
  }

  /** All that counts, corrections too. */
  countedWithAdjustments(): Exported[] {
    return [...exported(this.#prunedRows), ...this.#prunedAdjustments, ...this.all()]
  }

  prune(endedBefore: number): number {
    const oldest = this.all().slice(0, pruneBatch)
    const stays = oldest.findIndex(({ row }) => endOf(row) >= endedBefore)
    const gone = stays < 0 ? oldest : oldest.slice(0, stays)
    for (const each of gone) this.#hide(each)
    return gone.length
  }

  #hide(gone: Exported): void {
    const row = this.#rows.get(gone.row.id)
    if (row) this.#prunedRows.push(row)
    else this.#prunedAdjustments.push(gone)
    this.#rows.delete(gone.row.id)
    this.#adjustments.delete(gone.row.id)
  }
}

function exported(rows: Iterable<StoredReceipt>): Exported[] {
  return [...rows].map(({ mark, receipt }) => ({ mark, row: receipt }))
}

function endOf(row: Receipt | Adjustment): number {
  return row.kind === 'receipt' ? row.endedAt : row.createdAt
}
