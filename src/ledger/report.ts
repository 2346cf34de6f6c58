import type { Sum } from '../core/money.ts'
import type { Receipt } from './call.ts'
import type { Adjustment, PageQuery } from './records.ts'

/** Questions about what was used, and their answers. Times are Unix milliseconds. */

export interface RequestQuery extends PageQuery {
  readonly keyId?: string
  readonly projectId?: string
  readonly model?: string
  /** Inclusive. */
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
}

export type Bucket = 'hour' | 'day' | 'month'
export type GroupBy = 'project' | 'key' | 'model' | 'provider' | 'end_user' | 'tag'

/** Sums are kept by the hour, so the time asked for is widened to whole hours (UTC). At most one `Dimension` may be grouped by. */
export interface UsageQuery {
  readonly from: number
  readonly to: number
  /** Absent: one line for all the time asked for. */
  readonly bucket?: Bucket
  readonly groupBy: readonly GroupBy[]
}

/** One line of a usage query. Sums may pass 2^53, so they are pairs. */
export interface UsageLine {
  /** Start of the bucket (UTC), Unix milliseconds; absent without a bucket. */
  readonly start?: number
  readonly group: Readonly<Partial<Record<GroupBy, string>>>
  readonly requests: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly charge: Sum
  readonly providerCost: Sum
}

/** Rows in the order in which they were written; one that changed comes again, under a later mark. */
export interface ExportQuery {
  readonly limit: number
  /** The last mark that was seen; 0 for the beginning. */
  readonly after: number
}

export interface Exported {
  /** Rises with every row that is written; never used again. */
  readonly mark: number
  readonly row: Receipt | Adjustment
}
