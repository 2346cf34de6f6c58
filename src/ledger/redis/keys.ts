import type { Dimension } from '../rollup.ts'
import type { RecordKind } from '../store.ts'

/** The names under which one org's book stands in Redis. All carry the same hash tag, so that a cluster keeps them in one place. */
export function redisKeys(org: string) {
  const prefix = `weir:{${org}}:`
  return {
    prefix,
    /** Rises with every change that cached records or limits would miss. */
    revision: `${prefix}revision`,
    /** Rises with every change by an admin. */
    edits: `${prefix}edits`,
    /** Hash: id to `<revision>:<hold>`. */
    holds: `${prefix}holds`,
    /** Sorted set: ids of holds by the end of their lease. */
    leases: `${prefix}leases`,
    /** The mark up to which the archive has every row. */
    drained: `${prefix}drained`,
    /** Stands while a process drains the rows. */
    drainer: `${prefix}drainer`,
    /** Hash: id to row. */
    rows: `${prefix}rows`,
    /** Sorted set: ids of all rows by their mark. */
    marks: `${prefix}marks`,
    /** Sorted set in the order of names: ids of requests. */
    requests: `${prefix}requests`,
    /** Hash: counter to bucket. */
    buckets: `${prefix}buckets`,
    /** Sorted set: counters that end users have of their own, by the time until which they are kept. */
    live: `${prefix}live`,
    /** Hash of one counter: start of a window to what was spent, held and would have been refused in it. */
    tally: (counter: string) => `${prefix}tally:${counter}`,
    /** Hash: id to record. */
    records: (kind: RecordKind) => `${prefix}${kind}`,
    /** Sorted set in the order of names: ids of records. */
    recordIds: (kind: RecordKind) => `${prefix}${kind}:ids`,
    recordIdsOf: (kind: RecordKind, owner: string) => `${prefix}${kind}:of:${owner}`,
    /** Hash of one day: line to its sums. */
    rollups: (dimension: Dimension, day: number) => `${prefix}rollups:${dimension}:${day}`,
    /** Sorted set: the days that have sums. */
    rollupDays: (dimension: Dimension) => `${prefix}rollups:${dimension}`,
    /** Hash of one key: model, generation and bin to count. */
    habits: (keyId: string) => `${prefix}habits:${keyId}`,
  }
}

export type RedisKeys = ReturnType<typeof redisKeys>
