import type {
  Extension,
  ExtendStep,
  Hold,
  OpenCall,
  Posting,
  Receipt,
  Refusal,
  Settlement,
  Stale,
} from './call.ts'
import type { Limit, LimitState } from './limit.ts'
import type { Briefing } from './policy.ts'
import type {
  Adjustment,
  AuditEntry,
  Change,
  Created,
  Key,
  KeyUpdate,
  LimitUpdate,
  NewAdjustment,
  NewKey,
  NewLimit,
  NewTopUp,
  Org,
  OrgUpdate,
  Page,
  PageQuery,
  Project,
  ProjectUpdate,
  TopUp,
} from './records.ts'
import type { Exported, ExportQuery, RequestQuery, UsageLine, UsageQuery } from './report.ts'

/** The life of calls. */
export interface CallMethods {
  /** What a key may do: `invalid_key` if it is unknown, revoked or expired. */
  policy(keyHash: string): Briefing | Refusal
  /** Checks the key and every limit above it, and takes the hold, all or nothing. Idempotent on the call's id. */
  open(call: OpenCall): Hold | Stale | Refusal
  /** Renews the lease, and holds more where asked: budgets may refuse, rates go into debt. Idempotent on (id, seq). */
  extend(id: string, step: ExtendStep): Extension | Refusal
  /** Turns the hold into a row. Idempotent on id: a better source replaces a worse one by the difference. */
  settle(settlement: Settlement): Receipt | Refusal
  /** Puts a call into the books that was served without them: whatever the limits say, for it is spent. Idempotent on id. */
  post(posting: Posting): Receipt | Refusal
  /** Settles the calls that outlived their lease (or every open call) and counts them. */
  sweep(which: 'expired' | 'all'): number
  /** When the next lease runs out, Unix milliseconds; undefined if nothing is held. */
  nextExpiry(): number | undefined
}

/** What the org consists of. Every change writes a line of the audit trail. */
export interface OrgMethods {
  createOrg(org: { slug: string; name: string }, change: Change): Created<Org> | Refusal
  org(): Org | Refusal
  updateOrg(update: OrgUpdate, change: Change): Org | Refusal
  createProject(project: { id: string; name: string }, change: Change): Created<Project> | Refusal
  project(id: string): Project | Refusal
  projects(query: PageQuery): Page<Project> | Refusal
  updateProject(id: string, update: ProjectUpdate, change: Change): Project | Refusal
  createKey(key: NewKey, change: Change): Created<Key> | Refusal
  key(id: string): Key | Refusal
  keys(query: PageQuery & { projectId?: string }): Page<Key> | Refusal
  updateKey(id: string, update: KeyUpdate, change: Change): Key | Refusal
  /** From the next call on the key is refused; calls under way end as they would. */
  revokeKey(id: string, change: Change): Key | Refusal
  /** Newest first. */
  audit(query: PageQuery): Page<AuditEntry> | Refusal
}

export interface LimitMethods {
  createLimit(limit: NewLimit, change: Change): Created<Limit> | Refusal
  /** Where it stands; of a limit that each end user has, the share of the one named. */
  limit(id: string, endUser?: string): LimitState | Refusal
  limits(query: PageQuery & { scopeId?: string }): Page<LimitState> | Refusal
  /** The limits that a key's calls count towards, widest scope first; those of an end user if one is named. */
  limitsOfKey(keyId: string, endUser?: string): readonly LimitState[] | Refusal
  /** Takes effect at once; what was spent and held stays. */
  updateLimit(id: string, update: LimitUpdate, change: Change): LimitState | Refusal
  deleteLimit(id: string, change: Change): Limit | Refusal
  /** Raises a lifetime limit on cost; refuses any other. */
  topUp(topUp: NewTopUp, change: Change): Created<TopUp> | Refusal
  topUps(query: PageQuery & { limitId?: string }): Page<TopUp> | Refusal
}

export interface ReportMethods {
  request(id: string): Receipt | Refusal
  /** Newest first. */
  requests(query: RequestQuery): Page<Receipt> | Refusal
  usage(query: UsageQuery): readonly UsageLine[] | Refusal
  exportRows(query: ExportQuery): readonly Exported[] | Refusal
  /** Corrects what was charged, by a row of its own. */
  adjust(adjustment: NewAdjustment, change: Change): Created<Adjustment> | Refusal
  /** Newest first. */
  adjustments(query: PageQuery): Page<Adjustment> | Refusal
  /** Deletes the oldest rows that ended before a time, a few hundred at most, and counts them. Their sums stay. */
  prune(endedBefore: number): number
}

/**
 * The book of one org: its keys, limits, holds and rows, which only ever change together.
 * Every method is one atomic step, and refuses with `not_found` where the org was never created.
 * Methods may be added; those that exist keep their shape, for an old object may meet a new gateway.
 */
export interface Book extends CallMethods, OrgMethods, LimitMethods, ReportMethods {}
