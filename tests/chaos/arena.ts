import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { prices } from '../support/prices.ts'
import { startRedis, type RunningRedis } from '../support/redis.ts'
import { startSimulator, type Simulator } from '../support/simulator/simulator.ts'
import { adminKey } from './admin.ts'
import { GatewayProcess } from './gateway-process.ts'
import { startGuard, type Guard } from './guard.ts'
import type { Pace, Scenario } from './scenario.ts'

export const providerNames = ['acme', 'backup'] as const

export type ProviderName = (typeof providerNames)[number]

/** All that runs: the gateways, what they keep their books in, and the providers behind them. */
export interface Arena {
  /** Logs, and the books of SQLite. */
  readonly folder: string
  readonly gateways: readonly GatewayProcess[]
  readonly providers: Readonly<Record<ProviderName, Simulator>>
  readonly redis: RunningRedis | undefined
  /** Ends it all. What `keep` asks for stays in the folder. */
  stop(keep: boolean): Promise<void>
}

export async function startArena({ ledger, gateways: count, pace }: Scenario): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), `weir-chaos-${ledger}-`))
  const guard = startGuard()
  const providers = {
    acme: await startSimulator({ flavour: 'generic', key: 'sk-acme' }),
    backup: await startSimulator({ flavour: 'openai', key: 'sk-backup' }),
  }
  const redis = ledger === 'redis' ? await startRedis({ appendfsync: 'always' }) : undefined
  const env = environmentFor({ folder, pace, providers, redis })
  mkdirSync(join(folder, 'data'))
  const gateways = await Promise.all(
    Array.from({ length: count }, (_, number) => newGateway({ folder, env, guard }, number)),
  )
  return {
    folder,
    gateways,
    providers,
    redis,
    async stop(keep) {
      await Promise.all(gateways.map((gateway) => gateway.kill()))
      await guard.end()
      if (keep && redis) await keepRedis(redis, join(folder, 'redis'))
      await redis?.stop()
      await Promise.all(Object.values(providers).map((provider) => provider.close()))
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Surroundings {
  readonly folder: string
  readonly pace: Pace
  readonly providers: Arena['providers']
  readonly redis: RunningRedis | undefined
}

function environmentFor({ folder, pace, providers, redis }: Surroundings): Record<string, string> {
  const config = join(folder, 'weir.json')
  writeFileSync(config, JSON.stringify(configFor(providers)))
  return {
    WEIR_DATA: join(folder, 'data'),
    WEIR_ADMIN_KEY: adminKey,
    WEIR_CONFIG: config,
    WEIR_LEASE_SECONDS: String(pace.lease),
    WEIR_FIRST_BYTE_SECONDS: String(pace.firstByte),
    WEIR_IDLE_SECONDS: String(pace.idle),
    WEIR_TOTAL_SECONDS: String(pace.total),
    ACME_API_KEY: providers.acme.key,
    BACKUP_API_KEY: providers.backup.key,
    ...(redis && { WEIR_LEDGER: redis.url }),
  }
}

const size = { context: 32_768, max_output: 256 }

function configFor({ acme, backup }: Arena['providers']): object {
  const speaks = ['openai-chat']
  return {
    providers: {
      acme: { base_url: acme.url, api_key_env: 'ACME_API_KEY', speaks },
      backup: { base_url: backup.url, api_key_env: 'BACKUP_API_KEY', speaks },
    },
    models: {
      'acme-chat': { provider: 'acme', upstream: 'chat-70b', ...size, price: prices['acme-chat'] },
      'backup-chat': { provider: 'backup', upstream: 'spare-1', ...size, price: prices['backup-chat'] },
    },
    routes: {
      'best-chat': { strategy: 'priority', candidates: ['acme-chat', 'backup-chat'] },
      'thrifty-chat': { strategy: 'priority', candidates: ['backup-chat', 'acme-chat'] },
    },
  }
}

interface GatewayPlace {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly guard: Guard
}

async function newGateway({ folder, env, guard }: GatewayPlace, number: number): Promise<GatewayProcess> {
  const logFile = join(folder, `gateway-${number}.log`)
  const gateway = new GatewayProcess({ port: await freePort(number), env, logFile, guard })
  await gateway.start()
  return gateway
}

/** One from below those that the system gives away, so that nobody takes it while its gateway is down. */
async function freePort(number: number): Promise<number> {
  for (;;) {
    // From a range of its own, for the others look at the same time.
    const port = 20_000 + 3_000 * number + Math.floor(Math.random() * 3_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

/** What Redis had on its disk, before its own folder goes. */
async function keepRedis({ url }: RunningRedis, folder: string): Promise<void> {
  const client = new Redis(url)
  const [, from = ''] = (await client.config('GET', 'dir')) as string[]
  client.disconnect()
  cpSync(from, folder, { recursive: true })
}
