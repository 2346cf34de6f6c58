import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { Cluster, Redis } from 'ioredis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startRedis, type RedisOptions, type RunningRedis } from './redis.ts'

/** The servers that other tests lean on do what they are believed to do. */

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start(options?: RedisOptions): Promise<RunningRedis> {
  const redis = await startRedis(options)
  ends.push(() => redis.stop())
  return redis
}

function connect({ url }: { url: string }, options: { commandTimeout?: number } = {}): Redis {
  const client = new Redis(url, { ...options, retryStrategy: () => 10 })
  client.on('error', () => {})
  ends.push(() => client.disconnect())
  return client
}

async function traces(client: Redis) {
  const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1])
  const [, folder = ''] = (await client.config('GET', 'dir')) as string[]
  return { pid, folder }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Also of a paused one: its system still accepts for it. A process that is dead but not yet reaped listens no more. */
function listens(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(Number(new URL(url).port), '127.0.0.1')
    const end = (heard: boolean) => {
      socket.destroy()
      resolve(heard)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

describe('a redis-server', () => {
  test.each(['always', 'everysec'] as const)(
    'has after kill -9 what it had answered for (fsync %s)',
    async (appendfsync) => {
      const redis = await start({ appendfsync })
      const before = connect(redis)
      await Promise.all(Array.from({ length: 1_000 }, (_, at) => before.set(`key${at}`, at)))
      const { pid } = await traces(before)
      before.disconnect()
      await redis.kill()
      expect(isRunning(pid)).toBe(false)
      expect(await listens(redis.url)).toBe(false)

      await redis.restart()
      const after = connect(redis)
      expect(await after.dbsize()).toBe(1_000)
      expect(await after.get('key999')).toBe('999')
    },
  )

  test('can be restarted while it runs, and its clients come back', async () => {
    const redis = await start()
    const client = connect(redis)
    await client.set('kept', 'yes')
    await redis.restart()
    expect(await client.get('kept')).toBe('yes')
  })

  test('answers nothing while it is paused, and what it was asked meanwhile afterwards', async () => {
    const redis = await start()
    const hasty = connect(redis, { commandTimeout: 100 })
    const patient = connect(redis)
    await Promise.all([hasty.ping(), patient.ping()])
    redis.pause()
    const answer = patient.incr('count')
    await expect(hasty.incr('count')).rejects.toThrow('timed out')
    redis.resume()
    expect(await answer).toBeGreaterThan(0)
    expect(await patient.get('count')).toBe('2')
    expect(await hasty.ping()).toBe('PONG')
  })

  test('can be killed while it is paused', async () => {
    const redis = await start()
    redis.pause()
    await redis.restart()
    expect(await connect(redis).ping()).toBe('PONG')
  })

  test('runs beside another, and shares nothing with it', async () => {
    const [one, other] = await Promise.all([start(), start()])
    expect(one.port).not.toBe(other.port)
    await connect(one).set('mine', 'yes')
    expect(await connect(other).get('mine')).toBeNull()
    await one.flush()
    expect(await connect(one).dbsize()).toBe(0)
  })

  test('has the settings that a ledger needs, and those of the test', async () => {
    const client = connect(await start({ args: ['--hz', '50'] }))
    const setting = async (name: string) => ((await client.config('GET', name)) as string[])[1]
    expect(await setting('appendonly')).toBe('yes')
    expect(await setting('appendfsync')).toBe('everysec')
    expect(await setting('maxmemory-policy')).toBe('noeviction')
    expect(await setting('save')).toBe('')
    expect(await setting('hz')).toBe('50')
  })

  test('says why it did not start', async () => {
    await expect(startRedis({ args: ['--no-such-setting', 'yes'] })).rejects.toThrow('no-such-setting')
  })
})

describe('a cluster of one node', () => {
  const script = "redis.call('SET', KEYS[1], 'x') redis.call('SET', KEYS[2], 'y') return 'done'"

  test('runs scripts on keys of one slot, and refuses others', async () => {
    const redis = await start({ cluster: true })
    const client = connect(redis)
    expect(await client.eval(script, 2, '{org_1}:book', '{org_1}:hold')).toBe('done')
    await expect(client.eval(script, 2, '{org_1}:book', '{org_2}:book')).rejects.toThrow('CROSSSLOT')

    await redis.restart()
    expect(await client.get('{org_1}:hold')).toBe('y')
    const cluster = new Cluster([{ host: '127.0.0.1', port: redis.port }])
    ends.push(() => cluster.disconnect())
    expect(await cluster.mget('{org_1}:book', '{org_1}:hold')).toEqual(['x', 'y'])
  })
})

describe('nothing is left', () => {
  test('after stop', async () => {
    const redis = await startRedis()
    const client = connect(redis)
    const { pid, folder } = await traces(client)
    const clients = (await client.client('LIST')) as string
    expect(clients.trim().split('\n')).toHaveLength(1)
    client.disconnect()
    expect([isRunning(pid), existsSync(folder)]).toEqual([true, true])
    await redis.stop()
    expect([isRunning(pid), existsSync(folder)]).toEqual([false, false])
    await redis.stop()
  })

  test('when the process that started it is killed', async () => {
    const program = `
      import { startRedis } from './tests/support/redis.ts'
      const [paused, restarted] = await Promise.all([startRedis(), startRedis()])
      await restarted.restart()
      process.on('SIGUSR2', () => {
        paused.pause()
        console.log('paused')
      })
      console.log(JSON.stringify([paused.url, restarted.url]))`
    const runner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    ends.push(() => runner.kill('SIGKILL'))
    const [line] = await once(runner.stdout, 'data')
    const urls: string[] = JSON.parse(String(line))
    const folders = await Promise.all(urls.map(async (url) => (await traces(connect({ url }))).folder))
    const left = async () => [...(await Promise.all(urls.map(listens))), ...folders.map(existsSync)]
    runner.kill('SIGUSR2')
    await once(runner.stdout, 'data')
    expect(await left()).toEqual([true, true, true, true])
    runner.kill('SIGKILL')
    await vi.waitFor(async () => expect(await left()).toEqual([false, false, false, false]), 5_000)
  })
})
