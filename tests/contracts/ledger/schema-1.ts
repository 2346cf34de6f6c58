import { noUsage, type Usage } from '../../../src/core/usage.ts'
import type { Attempt, Receipt } from '../../../src/ledger/call.ts'
import type { Limit } from '../../../src/ledger/limit.ts'
import type { Key } from '../../../src/ledger/records.ts'
import type { Sql } from '../../../src/core/sql.ts'
import { amountsOf, leaseMs, noon, small } from './harness.ts'

/** The books of an org as the first schema kept them, written down as its gateway wrote them. */

/** The first step of `src/ledger/sql/schema.ts` as it was released. */
const tables = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE org (slug TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE projects (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE keys (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, project_id TEXT, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE limits (id TEXT PRIMARY KEY, scope_id TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX limits_by_scope ON limits (scope_id);
  CREATE TABLE tallies (limit_id TEXT, window INTEGER, spent INTEGER NOT NULL, PRIMARY KEY (limit_id, window)) WITHOUT ROWID;
  CREATE TABLE buckets (limit_id TEXT PRIMARY KEY, used REAL NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE holds (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE requests (
    id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
    key_id TEXT NOT NULL, project_id TEXT, model TEXT NOT NULL, provider TEXT NOT NULL,
    input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    charge INTEGER NOT NULL, provider_cost INTEGER NOT NULL,
    source TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT NOT NULL
  );
  CREATE INDEX requests_by_time ON requests (started_at);
  CREATE TABLE audit (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE idempotency (name TEXT PRIMARY KEY, target TEXT NOT NULL, digest TEXT) WITHOUT ROWID`

const hourMs = 3_600_000
const made = noon - 100 * hourMs
const day = Date.UTC(2031, 0, 15)
const month = Date.UTC(2031, 0, 1)

export const slug = 'old'
export const org = { slug, name: 'Old', createdAt: made }
export const projects = [1, 2].map((number) => ({
  id: `prj_old_${number}`,
  name: `p${number}`,
  createdAt: made,
}))
const key = { name: 'k', scopes: ['call'], createdAt: made } as const
export const keys: readonly Key[] = [
  { id: 'key_old_1', projectId: 'prj_old_1', models: ['gpt-*', 'a'], ...key },
  { id: 'key_old_2', ...key },
  { id: 'key_old_3', projectId: 'prj_old_1', ...key, revokedAt: made + 1 },
]
/** The keys' hashes stand beside them. */
export const hashOf = (keyId: string) => `hash of ${keyId}`

const limitOf = (number: number, limit: Omit<Limit, 'id' | 'createdAt'>): Limit => ({
  id: `lim_old_${number}`,
  createdAt: made,
  ...limit,
})
const ofOrg = { type: 'org', id: 'org_old' } as const
const ofProject = { type: 'project', id: 'prj_old_1' } as const
const ofKey = { type: 'key', id: 'key_old_1' } as const
export const limits: readonly Limit[] = [
  limitOf(1, { scope: ofOrg, metric: 'cost', per: 'day', amount: 1000 }),
  limitOf(2, { scope: ofProject, metric: 'tokens', per: 'lifetime', amount: 5000 }),
  limitOf(3, { scope: ofKey, metric: 'requests', per: 'month', amount: 90, models: ['gpt-*'] }),
  limitOf(4, { scope: ofKey, metric: 'concurrency', amount: 3 }),
  limitOf(5, { scope: ofKey, metric: 'tokens', per: 'minute', amount: 600, burst: 900 }),
]
const all = limits.map(({ id }) => id)

function attemptOf(usage: Partial<Usage>, more: Partial<Attempt> = {}): Attempt {
  const fields = { provider: 'openai', model: 'gpt-5.2', status: 200, latencyMs: 9, source: 'exact' } as const
  return { ...fields, usage: { ...noUsage, ...usage }, providerCost: 7, priceCard: 'card', ...more }
}

interface OldRow extends Receipt {
  readonly served?: number
  readonly limits: readonly string[]
}

function rowOf(number: number, row: Partial<OldRow> & { startedAt: number }): OldRow {
  const attempts = row.attempts ?? [attemptOf({ inputTokens: 10, cachedInputTokens: 3, outputTokens: 5 })]
  const served = row.served ?? (attempts.length > 0 ? 0 : undefined)
  return {
    kind: 'receipt',
    id: `req_old_${number}`,
    keyId: 'key_old_1',
    projectId: 'prj_old_1',
    model: 'gpt-5.2',
    provider: 'openai',
    attempts,
    usage: (served === undefined ? undefined : attempts[served]?.usage) ?? noUsage,
    source: 'exact',
    charge: 40,
    providerCost: attempts.reduce((sum, attempt) => sum + attempt.providerCost, 0),
    hold: small,
    outcome: 'ok',
    tags: {},
    endedAt: row.startedAt + 1500,
    limits: all,
    ...(served !== undefined && { served }),
    ...row,
  }
}

const { projectId: _, ...noProject } = rowOf(4, { startedAt: noon - 3 * hourMs })
const large = Number.MAX_SAFE_INTEGER
/** In no order of time, as ids of calls that end need not be. */
export const rows: readonly OldRow[] = [
  rowOf(1, { startedAt: noon - 2 * hourMs, tags: { team: 'a', env: 'prod' } }),
  rowOf(2, { startedAt: noon - 2 * hourMs + 1, endedAt: noon - 1, tags: { team: 'b', 'q"': "it's ä 😀" } }),
  rowOf(3, {
    startedAt: noon - hourMs,
    attempts: [
      attemptOf({}, { provider: 'first', status: 500, providerCost: 1 }),
      attemptOf({ inputTokens: 20, outputTokens: 1 }, { provider: 'second', model: 'a', source: 'counted' }),
    ],
    served: 1,
    model: 'a',
    provider: 'second',
    source: 'counted',
    outcome: 'cancelled',
    charge: 55,
    tags: { team: 'a' },
  }),
  { ...noProject, keyId: 'key_old_2', limits: [all[0] ?? ''] },
  rowOf(5, { startedAt: noon - hourMs, attempts: [], charge: 0, outcome: 'failed' }),
  rowOf(6, {
    startedAt: noon - 30 * hourMs,
    charge: large,
    attempts: [attemptOf({}, { providerCost: large })],
    limits: [],
  }),
  rowOf(7, {
    startedAt: noon - 30 * hourMs,
    charge: large,
    attempts: [attemptOf({}, { providerCost: 2 })],
    limits: [],
  }),
]

/** What the rows come to in the windows that stand open. */
export const tallies: readonly (readonly [limitId: string, window: number, spent: number])[] = [
  ['lim_old_1', day, 40 + 40 + 55 + 40],
  ['lim_old_1', day - 24 * hourMs, 77],
  ['lim_old_2', 0, 15 + 15 + 21],
  ['lim_old_3', month, 2],
]
export const bucket = { limitId: 'lim_old_5', used: 300.5, at: noon - 10_000 }

const held = {
  provider: 'openai',
  model: 'gpt-5.2',
  hold: small,
  floor: amountsOf({ inputTokens: 8, cost: 4 }),
}
const holdOf = { keyId: 'key_old_1', projectId: 'prj_old_1', tags: {}, openedAt: noon - 5000, limits: all }
/** Calls that were under way, one of them extended. */
export const holds = [
  {
    id: 'req_old_8', ...holdOf, tags: { team: 'c' }, candidates: [held], leaseUntil: noon - 5000 + leaseMs,
    seq: 0, soFar: amountsOf({}), serving: 0,
  },
  {
    id: 'req_old_9', ...holdOf, candidates: [{ ...held, model: 'a', hold: { ...small, cost: 60 } }], leaseUntil: noon + leaseMs,
    seq: 2, soFar: amountsOf({ inputTokens: 9, outputTokens: 4, cost: 11 }), serving: 0,
  },
] // prettier-ignore

export const audit = [1, 2, 3].map((number) => ({
  id: `aud_old_${number}`, at: made, actor: 'root', action: 'project-created', target: 'prj_old_1', details: { name: `${number}` },
})) // prettier-ignore
export const idempotency = [
  { name: 'root first', target: 'prj_old_1', digest: null },
  { name: 'root second', target: 'lim_old_1', digest: 'digest' },
]

/** Writes it all down. */
export function writeSchema1(sql: Sql): void {
  for (const statement of tables.split(';')) sql.run(statement)
  sql.run("INSERT INTO meta VALUES ('schema', 1)")
  sql.run('INSERT INTO org VALUES (?, ?)', slug, JSON.stringify(org))
  for (const each of projects) sql.run('INSERT INTO projects VALUES (?, ?)', each.id, JSON.stringify(each))
  for (const each of keys) {
    const { id, projectId = null } = each
    sql.run('INSERT INTO keys VALUES (?, ?, ?, ?)', id, hashOf(id), projectId, JSON.stringify(each))
  }
  for (const each of limits)
    sql.run('INSERT INTO limits VALUES (?, ?, ?)', each.id, each.scope.id, JSON.stringify(each))
  for (const tally of tallies) sql.run('INSERT INTO tallies VALUES (?, ?, ?)', ...tally)
  sql.run('INSERT INTO buckets VALUES (?, ?, ?)', bucket.limitId, bucket.used, bucket.at)
  for (const each of holds) sql.run('INSERT INTO holds VALUES (?, ?)', each.id, JSON.stringify(each))
  for (const row of rows) writeRow(sql, row)
  for (const each of audit) sql.run('INSERT INTO audit VALUES (?, ?)', each.id, JSON.stringify(each))
  for (const { name, target, digest } of idempotency)
    sql.run('INSERT INTO idempotency VALUES (?, ?, ?)', name, target, digest)
}

function writeRow(sql: Sql, row: OldRow): void {
  const { attempts, served, hold, tags, limits, usage } = row
  const body = { attempts, ...(served !== undefined && { served }), hold, tags, limits }
  sql.run(
    'INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    row.id,
    row.startedAt,
    row.endedAt,
    row.keyId,
    row.projectId ?? null,
    row.model,
    row.provider,
    usage.inputTokens,
    usage.cachedInputTokens,
    usage.outputTokens,
    row.charge,
    row.providerCost,
    row.source,
    row.outcome,
    JSON.stringify(body),
  )
}

/** A row as it is told. */
export function receiptFrom({ limits: _limits, served: _served, ...receipt }: OldRow): Receipt {
  return receipt
}
