import { spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { inject } from 'vitest'
import workerd from 'workerd'
import { watchEnd, testAdminKey, type Gateway, type GatewayOptions } from './gateway.ts'

export interface WorkerGatewayOptions extends GatewayOptions {
  /** Folder of the Durable Objects' storage, to be kept; without it a fresh one that is removed at the end. */
  readonly folder?: string
  /** The address of a Redis that keeps the books, in place of Durable Objects. */
  readonly redis?: string
}

export interface WorkerGateway extends Gateway {
  readonly folder: string
  readonly process: ChildProcess
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>
}

/** Starts the Worker in workerd itself, with real Durable Objects on disk, on a free port. */
export async function startWorkerGateway(options: WorkerGatewayOptions = {}): Promise<WorkerGateway> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'weir-workerd-'))
  const storage = join(folder, 'storage')
  if (!existsSync(storage)) mkdirSync(storage)
  const bundle = options.redis === undefined ? 'worker.js' : 'worker-redis.js'
  copyFileSync(join(inject('runFolder'), bundle), join(folder, 'worker.js'))
  writeFileSync(join(folder, 'config.capnp'), workerdConfig(storage, options))
  const child = spawn(workerd, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const gone = watchEnd(child)
  let output = ''
  const note = (chunk: Buffer) => (output += chunk.toString())
  child.stdout?.on('data', note)
  child.stderr?.on('data', note)
  const port = await Promise.race([
    listeningPort(child.stdio[3] as Readable),
    gone.then(() => Promise.reject(new Error(`workerd did not start:\n${output}`))),
  ])
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await gone
  }
  return {
    url: `http://127.0.0.1:${port}`,
    adminKey: testAdminKey,
    folder,
    process: child,
    output: () => output,
    kill: () => end('SIGKILL'),
    async stop() {
      // workerd would wait for every open connection; nothing of it is needed any more.
      await end('SIGKILL')
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function bindingsOf({ env, config, redis }: WorkerGatewayOptions): Record<string, string> {
  const configured = config ? { WEIR_CONFIG: JSON.stringify(config) } : {}
  return { WEIR_ADMIN_KEY: testAdminKey, ...configured, ...(redis && { WEIR_LEDGER: redis }), ...env }
}

/** Binding and class of each Durable Object. */
const sqliteObjects = { ORG_LEDGER: 'OrgLedger', ORG_DIRECTORY: 'OrgDirectory', ORG_STORE: 'OrgStore' }
const redisObjects = { REDIS_GATEWAY: 'RedisGateway' }

/** workerd tells on its control pipe where it listens. */
async function listeningPort(control: Readable): Promise<number> {
  let text = ''
  for await (const chunk of control) {
    text += String(chunk)
    const port = /"event":"listen","socket":"http","port":(\d+)/.exec(text)?.[1]
    if (port) return Number(port)
  }
  throw new Error(`workerd did not say where it listens: ${text}`)
}

/** The configuration that wrangler.toml stands for, in workerd's own words. */
function workerdConfig(storage: string, options: WorkerGatewayOptions): string {
  const objects = Object.entries(options.redis === undefined ? sqliteObjects : redisObjects)
  const bindings = [
    ...Object.entries(bindingsOf(options)).map(
      ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
    ),
    ...objects.map(([name, className]) => `(name = "${name}", durableObjectNamespace = "${className}")`),
  ]
  const namespaces = objects.map(
    ([, className]) => `(className = "${className}", uniqueKey = "${className}", enableSql = true)`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .gateway),
    (name = "storage", disk = (path = ${JSON.stringify(storage)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const gateway :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-20",
  compatibilityFlags = ["nodejs_compat", "enable_request_signal"],
  bindings = [
    ${bindings.join(',\n    ')},
  ],
  durableObjectNamespaces = [
    ${namespaces.join(',\n    ')},
  ],
  durableObjectStorage = (localDisk = "storage"),
);
`
}
