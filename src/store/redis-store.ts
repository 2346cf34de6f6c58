import type { Store, StoredKind } from './store.ts'

interface Connection {
  command(name: string, ...args: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

/** Redis before 7 has no `PEXPIRE … GT`. */
const renewLua = `if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end`

/** The store in Redis, which itself forgets what is over. */
export function redisStore(connection: Connection): Store {
  const keyOf = (org: string, kind: StoredKind, id: string) => `weir:{${org}}:${kind}:${id}`
  return {
    async put(org, { kind, id, text, keepMs }) {
      await connection.command('SET', keyOf(org, kind, id), text, 'PX', String(keepMs))
    },
    async get(org, kind, id) {
      const text = await connection.command('GET', keyOf(org, kind, id))
      return typeof text === 'string' ? text : undefined
    },
    async renew(org, kind, { ids, keepMs }) {
      const renewed = ids.map((id) =>
        connection.command('EVAL', renewLua, '1', keyOf(org, kind, id), String(keepMs)),
      )
      await Promise.all(renewed)
    },
    async delete(org, kind, id) {
      return (await connection.command('DEL', keyOf(org, kind, id))) === 1
    },
    close: () => connection.close(),
  }
}
