import { Cluster, Redis } from 'ioredis'
import { transactLua } from './transact.lua.ts'

/** What the engine asks of Redis. Each call rejects if Redis cannot be reached; then it may or may not have been done. */
export interface RedisConnection {
  command(name: string, ...args: readonly string[]): Promise<unknown>
  /** Runs the script in `transact.lua.ts`: plans as `packPlans` gives them, and the text of each. `key` tells a cluster where. */
  transact(key: string, plans: readonly Uint8Array[], texts: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

interface Options {
  /** `redis://` or `rediss://`, with the password in it; `redis+cluster://` or `rediss+cluster://` for any node of a cluster. */
  readonly url: string
  /** Told when the connection breaks; never with the address, which may hold a password. */
  readonly onError: (reason: string) => void
}

/** A caller waits no longer than this for a Redis that hangs. */
const commandTimeoutMs = 2_000

const outageOptions = {
  // Replies are read as the older protocol gives them, flat and in strings.
  protocol: 2,
  maxRetriesPerRequest: 0,
  commandTimeout: commandTimeoutMs,
  autoResendUnfulfilledCommands: false,
  connectTimeout: commandTimeoutMs,
} as const

/**
 * A connection that heals itself. While Redis is away every command fails at once, instead of waiting in a queue that
 * would grow without bound and be sent when nobody waits for the answers any more.
 */
export function connectRedis({ url, onError }: Options): RedisConnection {
  const redis = url.includes('+cluster:')
    ? connectCluster(url, outageOptions)
    : new Redis(url, { ...outageOptions, retryStrategy })
  redis.on('error', (error: Error) => onError(reasonOf(error)))
  redis.defineCommand('transact', { numberOfKeys: 1, lua: transactLua })
  return {
    command: (name, ...args) => redis.call(name, ...args),
    // Defined above, where types cannot follow.
    transact: (key, plans, texts) =>
      (redis as unknown as Scripted).transact(key, ...plans.map(asBuffer), ...texts),
    async close() {
      await redis.quit().catch(() => redis.disconnect())
    },
  }
}

interface Scripted {
  transact(key: string, ...plansAndTexts: (Buffer | string)[]): Promise<unknown>
}

/** The same bytes, as the client takes them. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function retryStrategy(tries: number): number {
  return Math.min(50 * tries, 500)
}

function connectCluster(url: string, options: typeof outageOptions): Cluster {
  const { hostname, port, username, password, protocol } = new URL(url)
  const credentials = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol.startsWith('rediss') && { tls: {} }),
  }
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue: true,
    redisOptions: { ...options, ...credentials },
  })
}

/** The code of an error, such as ECONNREFUSED or WRONGPASS: its text may hold an address. */
function reasonOf(error: Error & { readonly code?: unknown }): string {
  if (typeof error.code === 'string') return error.code
  return /^[A-Z]{4,}(?= )/.exec(error.message)?.[0] ?? error.name
}
