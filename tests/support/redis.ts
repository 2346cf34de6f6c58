import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** A redis-server of the test's own, on a free port of 127.0.0.1 and in a folder of its own. */
export interface RunningRedis {
  readonly url: string
  readonly port: number
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>
  /** Starts it again, on the same port and folder, and waits until it has loaded; one that still runs is killed first. */
  restart(): Promise<void>
  /** Stands still from now on, its connections open. */
  pause(): void
  resume(): void
  /** Removes every key. */
  flush(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

export interface RedisOptions {
  /** When what was written is on the disk: before the answer, or within a second (the default). `kill` loses nothing either way. */
  readonly appendfsync?: 'always' | 'everysec'
  /** A cluster of this one node, which has all slots. Redis holds it back for two seconds after each start. */
  readonly cluster?: boolean
  /** Further arguments of redis-server. */
  readonly args?: readonly string[]
}

/** One process of a server that may be started again. */
interface Run {
  readonly child: ChildProcess
  readonly gone: Promise<void>
}

const program = 'redis-server'
const pollMs = 5
const slotCount = 16_384
/** How far a node's port of the cluster is from its port for clients. */
const busDistance = 10_000

export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-redis-'))
  const guard = startGuard(folder)
  const logFile = join(folder, 'redis.log')

  const launch = async (port: number): Promise<Run> => {
    const run = spawnRedis(argumentsOf(port, folder, options), logFile)
    guard.watch(run.child.pid)
    void run.gone.then(() => guard.watch(undefined))
    await whenReady(port, run, options).catch(async (error: unknown) => {
      await kill(run)
      throw new Error(`${program} did not start:\n${readFileSync(logFile, 'utf8')}`, { cause: error })
    })
    return run
  }
  const kill = async ({ child, gone }: Run) => {
    child.kill('SIGKILL')
    await gone
  }

  try {
    const started = await onFreePort(options, launch)
    const { port } = started
    let { run } = started
    return {
      url: `redis://127.0.0.1:${port}`,
      port,
      kill: () => kill(run),
      async restart() {
        await kill(run)
        run = await launch(port)
      },
      pause: () => void run.child.kill('SIGSTOP'),
      resume: () => void run.child.kill('SIGCONT'),
      flush: () => withClient(port, async (client) => void (await client.flushall())),
      async stop() {
        await kill(run)
        await guard.end()
      },
    }
  } catch (error) {
    await guard.end()
    throw error
  }
}

function argumentsOf(port: number, folder: string, { cluster, appendfsync, args = [] }: RedisOptions) {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: appendfsync ?? 'everysec',
    'maxmemory-policy': 'noeviction',
    ...(cluster && { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' }),
  }
  return [...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]), ...args]
}

function spawnRedis(args: readonly string[], logFile: string): Run {
  const log = openSync(logFile, 'a')
  const child = spawn(program, args, { stdio: ['ignore', log, log] })
  closeSync(log)
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', ({ message }) => {
      appendFileSync(logFile, `${message}\n`)
      resolve()
    })
  })
  return { child, gone }
}

/** Ports from below those that the system gives away, so that nobody takes one while its server is down. */
async function onFreePort(options: RedisOptions, launch: (port: number) => Promise<Run>) {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000)
    const needed = options.cluster ? [port, port + busDistance] : [port]
    if (!(await Promise.all(needed.map(isFree))).every(Boolean)) continue
    try {
      return { port, run: await launch(port) }
    } catch (error) {
      // Another took it in between.
      if (!String(error).includes(`Failed listening on port ${port}`)) throw error
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

async function whenReady(port: number, { child, gone }: Run, { cluster }: RedisOptions): Promise<void> {
  const ended = gone.then(() => Promise.reject(new Error('The process ended.')))
  await withClient(port, async (client) => {
    const ready = async () => {
      await until(async () => isLoaded(await client.info(), child.pid))
      if (cluster) await formCluster(client)
    }
    await Promise.race([ready(), ended])
  })
}

/** A server that happens to have the port but is not ours counts for nothing. */
function isLoaded(info: string, pid: number | undefined): boolean {
  return info.includes(`\nprocess_id:${pid}\r`) && info.includes('\nloading:0\r')
}

async function formCluster(client: Redis): Promise<void> {
  const info = async () => String(await client.cluster('INFO'))
  if ((await info()).includes('cluster_slots_assigned:0\r')) {
    // ADDSLOTSRANGE would be shorter, but Redis 6.2 does not know it.
    await client.cluster('ADDSLOTS', ...Array.from({ length: slotCount }, (_, slot) => slot))
  }
  await until(async () => (await info()).includes('cluster_state:ok\r'))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(pollMs)
}

/** Waits for the server to listen, and leaves no connection behind. */
async function withClient<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1', {
    enableReadyCheck: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => pollMs,
  })
  // It cannot connect until the server listens.
  client.on('error', () => {})
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

/**
 * A shell that outlives the test runner by a moment: its stdin closes however the runner ends, `kill -9` too, and then it ends the
 * server and removes the folder. In a process group of its own, so that what ends the runner's group does not end it first.
 */
function startGuard(folder: string) {
  const script = `
    while read -r line; do pid=$line; done
    [ -n "$pid" ] && kill -9 "$pid" && sleep 0.1
    rm -rf "$1"`
  const shell = spawn('sh', ['-c', script, 'redis-guard', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.stdin.on('error', () => {})
  const gone = once(shell, 'exit')
  return {
    watch: (pid: number | undefined) => void shell.stdin.write(`${pid ?? ''}\n`),
    async end() {
      shell.stdin.end()
      await gone
    },
  }
}
