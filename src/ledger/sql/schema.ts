import type { Sql } from './sql.ts'

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
]

/** Whether an org was ever created here. Reading this writes nothing, so an invented key costs nothing. */
export function isCreated(sql: Sql): boolean {
  return sql.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'org'").length > 0
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
