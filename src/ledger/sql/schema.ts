import type { Sql } from '../../core/sql.ts'

/**
 * The tables of one org. Records that are only read whole are kept as JSON beside the columns that are searched.
 * Rows of requests are long and come in order, so theirs is a plain table: one without rowids would put each on an extra page.
 * A step is never changed once it was released; new ones are added at the end.
 */
const steps: readonly string[] = [
  `CREATE TABLE org (slug TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
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
   CREATE TABLE idempotency (name TEXT PRIMARY KEY, target TEXT NOT NULL, digest TEXT) WITHOUT ROWID;`,

  // One table for all records; counters, not only limits, have tallies; every row has a mark that rises as rows are written.
  `CREATE TABLE records (kind TEXT, id TEXT, owner TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
   CREATE INDEX records_by_owner ON records (kind, owner, id) WHERE owner IS NOT NULL;
   INSERT INTO records SELECT 'org', 'org', NULL, body FROM org;
   INSERT INTO records SELECT 'project', id, NULL, body FROM projects;
   INSERT INTO records SELECT 'key', id, project_id, body FROM keys;
   INSERT INTO records SELECT 'hash', hash, NULL, json_object('keyId', id) FROM keys;
   INSERT INTO records SELECT 'limit', id, scope_id, body FROM limits;
   INSERT INTO records SELECT 'audit', id, NULL, body FROM audit;
   INSERT INTO records SELECT 'idempotency', name, NULL,
     CASE WHEN digest IS NULL THEN json_object('target', target) ELSE json_object('target', target, 'digest', digest) END
     FROM idempotency;
   DROP TABLE org;
   DROP TABLE projects;
   DROP TABLE keys;
   DROP TABLE limits;
   DROP TABLE audit;
   DROP TABLE idempotency;
   ALTER TABLE tallies RENAME COLUMN limit_id TO counter;
   ALTER TABLE tallies ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE buckets RENAME COLUMN limit_id TO counter;
   CREATE TABLE end_users (counter TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
   CREATE TABLE habits (key_id TEXT, model TEXT, body TEXT NOT NULL, PRIMARY KEY (key_id, model)) WITHOUT ROWID;
   ALTER TABLE requests RENAME TO old_requests;
   DROP INDEX requests_by_time;
   CREATE TABLE requests (
     mark INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
     key_id TEXT NOT NULL, project_id TEXT, end_user TEXT, model TEXT NOT NULL, provider TEXT NOT NULL,
     charge INTEGER NOT NULL, provider_cost INTEGER NOT NULL, source TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT NOT NULL
   );
   INSERT INTO requests SELECT NULL, id, started_at, ended_at, key_id, project_id, NULL, model, provider,
     charge, provider_cost, source, outcome, body FROM old_requests ORDER BY ended_at, id;
   CREATE INDEX requests_by_time ON requests (started_at);
   CREATE TABLE rollups (
     dimension TEXT, hour INTEGER, value TEXT, project TEXT, model TEXT, provider TEXT,
     requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
     charge_usd INTEGER NOT NULL, charge_nano INTEGER NOT NULL, cost_usd INTEGER NOT NULL, cost_nano INTEGER NOT NULL,
     PRIMARY KEY (dimension, hour, value, project, model, provider)
   ) WITHOUT ROWID;
   INSERT INTO rollups
     SELECT dimension, started_at / 3600000 * 3600000, value, coalesce(project_id, ''), model, provider, count(*),
       sum(input_tokens), sum(cached_input_tokens), sum(output_tokens), sum(charge / 1000000000), sum(charge % 1000000000),
       sum(provider_cost / 1000000000), sum(provider_cost % 1000000000)
     FROM (
       SELECT 'all' AS dimension, '' AS value, * FROM old_requests
       UNION ALL SELECT 'key', key_id, * FROM old_requests
       UNION ALL SELECT 'tag', tags.key || '=' || tags.value, old_requests.*
         FROM old_requests, json_each(old_requests.body, '$.tags') AS tags
     ) GROUP BY 1, 2, 3, 4, 5, 6;
   DROP TABLE old_requests;`,
]

/** Whether an org was ever created here. Reading this writes nothing, so an invented key costs nothing. */
export function isCreated(sql: Sql): boolean {
  return sql.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'").length > 0
}

/** Brings the tables up to date. */
export function migrate(sql: Sql): void {
  sql.run('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID')
  const [row] = sql.all<{ value: number }>("SELECT value FROM meta WHERE name = 'schema'")
  const done = row?.value ?? 0
  if (done > steps.length) throw new Error(`These books were written by a newer gateway (schema ${done}).`)
  for (const step of steps.slice(done)) {
    for (const statement of step.split(';')) if (statement.trim()) sql.run(statement)
  }
  if (done < steps.length) sql.run("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", steps.length)
}
