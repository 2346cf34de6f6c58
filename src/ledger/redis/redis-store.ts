import type { ListQuery, RecordKind, RecordKinds, RecordStore } from '../store.ts'
import type { RedisConnection } from './connection.ts'
import type { RedisKeys } from './keys.ts'
import type { Reads } from './reads.ts'

interface Kept {
  readonly owner?: string
  readonly body: unknown
}

interface Options {
  readonly connection: Pick<RedisConnection, 'command'>
  readonly keys: RedisKeys
  readonly reads: Reads
}

/** Kinds that are never listed. */
const unlisted: ReadonlySet<RecordKind> = new Set<RecordKind>(['org', 'hash', 'idempotency'])

/** What policies and limits are made of: others must read it anew once it changed. A new key is in nobody's memory. */
const revising: ReadonlySet<RecordKind> = new Set<RecordKind>(['org', 'project', 'limit'])

/** The records of an org in Redis, for one piece of work: it reads through `Reads`, and its writes are gathered to be made as one. */
export class RedisStore implements RecordStore {
  readonly writes: string[][] = []
  /** Whether what was written makes others' memories stale. */
  revises = false
  readonly #options: Options
  readonly #written = new Map<string, Kept>()

  constructor(options: Options) {
    this.#options = options
  }

  get<K extends RecordKind>(kind: K, id: string): RecordKinds[K] | undefined {
    // This engine wrote it.
    return this.#kept(kind, id)?.body as RecordKinds[K] | undefined
  }

  put<K extends RecordKind>(
    kind: K,
    { id, owner, body }: { id: string; owner?: string; body: RecordKinds[K] },
  ): void {
    const kept: Kept = { ...(owner !== undefined && { owner }), body }
    const { keys } = this.#options
    if (revising.has(kind) || (kind === 'key' && this.#isKnown(kind, id))) this.revises = true
    this.#written.set(`${kind} ${id}`, kept)
    this.writes.push(['HSET', keys.records(kind), id, JSON.stringify(kept)])
    if (unlisted.has(kind)) return
    this.writes.push(['ZADD', keys.recordIds(kind), '0', id])
    if (owner !== undefined) this.writes.push(['ZADD', keys.recordIdsOf(kind, owner), '0', id])
  }

  remove(kind: RecordKind, id: string): void {
    const { keys } = this.#options
    const owner = this.#kept(kind, id)?.owner
    this.revises = true
    this.writes.push(['HDEL', keys.records(kind), id], ['ZREM', keys.recordIds(kind), id])
    if (owner !== undefined) this.writes.push(['ZREM', keys.recordIdsOf(kind, owner), id])
  }

  /** What the same work wrote is not among them. */
  list<K extends RecordKind>(kind: K, query: ListQuery): readonly RecordKinds[K][] {
    const { owner, after, order, limit } = query
    // Those of a call, which begin nowhere, are asked for too often to write them in JSON.
    const isWhole = owner !== undefined && after === undefined
    const name = isWhole ? `list ${kind} ${order} ${limit} ${owner}` : JSON.stringify([kind, query])
    return this.#options.reads.read(name, () => this.#fetchList<K>(kind, query))
  }

  #isKnown(kind: RecordKind, id: string): boolean {
    return this.#kept(kind, id) !== undefined
  }

  #kept(kind: RecordKind, id: string): Kept | undefined {
    const name = `${kind} ${id}`
    const { connection, keys, reads } = this.#options
    const written = this.#written.get(name)
    if (written) return written
    return reads.read(name, async () => {
      const text = await connection.command('HGET', keys.records(kind), id)
      return typeof text === 'string' ? (JSON.parse(text) as Kept) : undefined
    })
  }

  async #fetchList<K extends RecordKind>(
    kind: K,
    { owner, after, order, limit }: ListQuery,
  ): Promise<RecordKinds[K][]> {
    const { connection, keys } = this.#options
    const index = owner === undefined ? keys.recordIds(kind) : keys.recordIdsOf(kind, owner)
    const from = after === undefined ? '' : `(${after}`
    const range = order === 'ascending' ? [index, from || '-', '+'] : [index, from || '+', '-']
    const command = order === 'ascending' ? 'ZRANGEBYLEX' : 'ZREVRANGEBYLEX'
    const ids = (await connection.command(command, ...range, 'LIMIT', '0', String(limit))) as string[]
    if (ids.length === 0) return []
    const texts = (await connection.command('HMGET', keys.records(kind), ...ids)) as (string | null)[]
    return texts.flatMap((text) => (text === null ? [] : [(JSON.parse(text) as Kept).body as RecordKinds[K]]))
  }
}
