import type { Made } from './monkey.ts'
import type { OrgBooks } from './books.ts'
import type { Follower } from './follower.ts'
import type { Served } from './provider-watch.ts'
import type { Scenario } from './scenario.ts'
import type { Tenants } from './tenants.ts'
import type { Told } from './writers.ts'
import type { Row } from './wire.ts'

/** Everything that was seen of a run, for the auditor to judge. */
export interface Evidence {
  readonly scenario: Scenario
  readonly tenants: Tenants
  /** By clients. */
  readonly told: readonly Told[]
  /** By providers. */
  readonly served: readonly Served[]
  /** Of each org, when all had come to rest. */
  readonly books: readonly OrgBooks[]
  /** What the books said while the run went on. */
  readonly followers: readonly Follower[]
  /** By how much each limit was seen beyond its amount, at most, while the run went on. */
  readonly beyond: ReadonlyMap<string, bigint>
  /** What an admin was told is done. */
  readonly acknowledged: { readonly topUps: readonly string[]; readonly adjustments: readonly string[] }
  readonly faults: readonly Made[]
  /** What should not have happened to processes. */
  readonly mishaps: readonly string[]
  /** What each gateway tells of the same books. */
  readonly tellings: readonly string[]
}

/** What is held of these calls may grow as they stream, so that their rows do not tell what was held at first. */
export function openEndedCalls({ told }: Pick<Evidence, 'told'>): Set<string> {
  return new Set(told.filter(({ plan }) => plan.isOpenEnded).map(({ plan }) => plan.tag))
}

/** Rows by the tag `call`. */
export function rowsByTag({ books }: Pick<Evidence, 'books'>): Map<string, Row> {
  return new Map(books.flatMap(({ rows }) => rows.map((row) => [row.tags['call'] ?? '', row] as const)))
}
