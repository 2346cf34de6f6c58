import { Redis } from 'ioredis'

/** What the engine asks of Redis. Each call rejects if Redis cannot be reached; then it may or may not have been done. */
export interface RedisConnection {
  command(name: string, ...args: readonly string[]): Promise<unknown>
  /** Runs a script as one step. `key` tells a cluster where. */
  script(name: string, key: string, args: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

interface Options {
  /** `redis://` or `rediss://`, with the password in it. */
  readonly url: string
  readonly scripts: Readonly<Record<string, string>>
  /** Told when the connection breaks; never with the address, which may hold a password. */
  readonly onError: (reason: string) => void
}

/** A caller waits no longer than this for a Redis that hangs. */
const commandTimeoutMs = 2_000

/**
 * A connection that heals itself. While Redis is away every command fails at once, instead of waiting in a queue that
 * would grow without bound and be sent when nobody waits for the answers any more.
 */
export function connectRedis({ url, scripts, onError }: Options): RedisConnection {
  const redis = new Redis(url, {
    // Replies are read as the older protocol gives them, flat and in strings.
    protocol: 2,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    autoResendUnfulfilledCommands: false,
    connectTimeout: commandTimeoutMs,
    retryStrategy: (tries) => Math.min(50 * tries, 500),
  })
  redis.on('error', (error: Error) => onError(error.name))
  const hashes = new Map(Object.entries(scripts))
  for (const [name, lua] of hashes) redis.defineCommand(name, { numberOfKeys: 1, lua })
  return {
    command: (name, ...args) => redis.call(name, ...args),
    script(name, key, args) {
      // Defined above, by a name that types cannot follow.
      const run = (redis as unknown as Record<string, (...args: string[]) => Promise<unknown>>)[name]
      if (!run) throw new Error(`There is no script ${name}.`)
      return run.call(redis, key, ...args)
    },
    async close() {
      await redis.quit().catch(() => redis.disconnect())
    },
  }
}
