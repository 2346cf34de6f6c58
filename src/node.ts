import { getRequestListener } from '@hono/node-server'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { compose } from './compose.ts'
import { hashKey } from './ledger/key-hash.ts'
import type { Ledger } from './ledger/ledger.ts'
import { connectRedis } from './ledger/redis/connection.ts'
import { log } from './observe/log.ts'
import { Outage } from './pipeline/outage.ts'
import { readConfigFile } from './platform/node/config-file.ts'
import { firstStart, storedRootKeyHash, type FirstStart } from './platform/node/first-start.ts'
import { openJournal } from './platform/node/journal.ts'
import { nodeEdge } from './platform/node/node-edge.ts'
import { stopOnSignal } from './platform/node/shutdown.ts'
import { redisNodeLedger } from './platform/node/redis-node-ledger.ts'
import { sqliteLedger } from './platform/node/sqlite-ledger.ts'
import { sqliteStore } from './platform/node/sqlite-store.ts'
import { undiciTransport } from './platform/node/undici-transport.ts'
import { greeting } from './platform/node/greeting.ts'
import { readSettings, type Settings } from './settings.ts'
import { redisStore } from './store/redis-store.ts'
import type { Store } from './store/store.ts'

/** Longer than load balancers keep a connection idle, so that they never send into one that is being closed. */
const keepAliveMs = 75_000
const settleForMs = 600_000
/** A gateway that stops waits no longer for a ledger that takes nothing: what it holds is swept, what is journalled stays. */
const drainMs = 20_000

async function start(): Promise<void> {
  const settings = readSettings(process.env)
  const ledger = openLedger(settings)
  const store = openStore(settings)
  const journal = await openJournal(settings.dataFolder, log)
  const outage = new Outage({ ledger, journal, log, settleForMs })
  const transport = undiciTransport()
  const edge = nodeEdge(settings)
  const adminKeyHash = settings.adminKey === undefined ? undefined : hashKey(settings.adminKey)
  const app = compose({
    environment: process.env,
    settings,
    configText: readConfigFile(settings.config),
    ledger,
    store,
    transport,
    edge,
    outage,
    settleForMs,
    rootKeyHash: async () => adminKeyHash ?? storedRootKeyHash(ledger),
  })
  const made = adminKeyHash === undefined ? await firstStart(ledger) : undefined
  process.on('unhandledRejection', (reason) => log('error', 'unexpected-error', { reason: String(reason) }))
  const server = createServer(
    { keepAliveTimeout: keepAliveMs },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  )
  const stopPosting = outage.keepPosting()
  const drain = async () => {
    await stopPosting()
    await Promise.race([edge.drain(), setTimeout(drainMs)])
    await journal.close()
    await store.close()
  }
  stopOnSignal({ server, edge: { drain }, transport, ledger, log })
  server.once('error', failStart)
  server.listen(settings.port, settings.host, () => greet(server, made))
}

function openLedger(settings: Settings): Ledger {
  const { ledger, archiveFolder, dataFolder, durability, retentionMs } = settings
  const leaseMs = settings.leaseSeconds * 1000
  if (ledger !== 'sqlite') return redisNodeLedger({ url: ledger, leaseMs, archiveFolder, log })
  const now = () => Date.now()
  return sqliteLedger({
    folder: dataFolder,
    durability,
    leaseMs,
    now,
    log,
    ...(retentionMs && { retentionMs }),
  })
}

function openStore({ ledger, dataFolder }: Settings): Store {
  if (ledger === 'sqlite') return sqliteStore(dataFolder, () => Date.now())
  return redisStore(
    connectRedis({ url: ledger, onError: (reason) => log('warn', 'redis-unreachable', { reason }) }),
  )
}

function greet(server: Server, made: FirstStart | undefined): void {
  const { address, family, port } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  process.stdout.write(greeting(url, made))
}

function failStart(error: unknown): void {
  log('error', 'start-failed', { reason: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}

start().catch(failStart)
