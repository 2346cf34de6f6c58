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
    /** Hash: id to hold. */
    holds: `${prefix}holds`,
    /** Sorted set: ids of holds by the end of their lease, which is their version too (see `KeptHold`). */
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
    rollups: (dimension: Dimension, day: number) => `${prefix}${rollupsName(dimension, day)}`,
    rollupDays: (dimension: Dimension) => `${prefix}${rollupDaysName(dimension)}`,
    habits: (keyId: string) => `${prefix}${habitsName(keyId)}`,
  }
}

/** Hash of one day: line to its sums. Like those below, without the prefix: the script puts it there. */
export function rollupsName(dimension: Dimension, day: number): string {
  return `rollups:${dimension}:${day}`
}

/** Sorted set: the days that have sums. */
export function rollupDaysName(dimension: Dimension): string {
  return `rollups:${dimension}`
}

/** Hash of one key: model, generation and bin to count. */
export function habitsName(keyId: string): string {
  return `habits:${keyId}`
}

export type RedisKeys = ReturnType<typeof redisKeys>
