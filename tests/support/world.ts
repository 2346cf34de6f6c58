import { afterAll, beforeAll, describe } from 'vitest'
import type { Gateway } from './gateway.ts'
import { hosts, type Host } from './hosts.ts'
import { prices } from './prices.ts'
import { startSimulator, type FlavourName, type Simulator } from './simulator/simulator.ts'
import { Tenant, type TenantOptions } from './tenant.ts'

/** A gateway with a simulator behind each of its providers. */
export interface World {
  readonly host: string
  readonly gateway: Gateway
  /** By provider. `acme` and `backup` are declared in WEIR_CONFIG, the others are the gateway's own. */
  readonly simulators: Readonly<Record<ProviderName, Simulator>>
  /** A new org with a project and a key. */
  tenant(options?: TenantOptions): Promise<Tenant>
}

const flavourOf = {
  acme: 'generic',
  backup: 'openai',
  openai: 'openai',
  deepseek: 'deepseek',
  alibaba: 'alibaba',
} as const satisfies Record<string, FlavourName>

export type ProviderName = keyof typeof flavourOf

export const providerNames = Object.keys(flavourOf) as ProviderName[]

/** A model of each provider, and its name there. */
export const models: Readonly<Record<ProviderName, string>> = {
  acme: 'acme-chat',
  backup: 'backup-chat',
  openai: 'gpt-4.1',
  deepseek: 'deepseek-flash',
  alibaba: 'qwen3-max',
}

type Simulators = World['simulators']

async function startSimulators(): Promise<Simulators> {
  const started = providerNames.map(async (name) => {
    const simulator = await startSimulator({ flavour: flavourOf[name], key: `sk-operator-${name}-canary` })
    return [name, simulator] as const
  })
  return Object.fromEntries(await Promise.all(started)) as Simulators
}

const size = { context: 32_768, max_output: 8_192 }

/** What is laid over the catalogue. Nobody listens at `dead`. */
function configFor({ acme, backup }: Simulators): object {
  const speaks = ['openai-chat']
  return {
    providers: {
      acme: { name: 'Acme', base_url: acme.url, api_key_env: 'ACME_API_KEY', speaks },
      backup: { base_url: backup.url, api_key_env: 'BACKUP_API_KEY', speaks },
      dead: { base_url: 'http://127.0.0.1:1/v1', speaks },
    },
    models: {
      'acme-chat': { provider: 'acme', upstream: 'chat-70b', ...size, price: prices['acme-chat'] },
      'acme-cny': { provider: 'acme', upstream: 'chat-7b', ...size, price: prices['acme-cny'] },
      'acme-free': { provider: 'acme', ...size, free: true },
      'acme-unpriced': { provider: 'acme', ...size },
      'backup-chat': { provider: 'backup', upstream: 'spare-1', ...size, price: prices['backup-chat'] },
      'dead-chat': { provider: 'dead', ...size, price: prices['acme-chat'] },
    },
    routes: {
      'best-chat': { strategy: 'priority', candidates: ['acme-chat', 'backup-chat'] },
      'dead-first': { strategy: 'priority', candidates: ['dead-chat', 'backup-chat'] },
    },
  }
}

function environmentFor(simulators: Simulators): Record<string, string> {
  const { acme, backup, openai, deepseek, alibaba } = simulators
  return {
    ACME_API_KEY: acme.key,
    BACKUP_API_KEY: backup.key,
    OPENAI_API_KEY: openai.key,
    OPENAI_BASE_URL: openai.url,
    DEEPSEEK_API_KEY: deepseek.key,
    DEEPSEEK_BASE_URL: deepseek.url,
    DASHSCOPE_API_KEY: alibaba.key,
    DASHSCOPE_BASE_URL: alibaba.url,
  }
}

/** Starts it all; `stop` ends it all. */
export async function startWorld({ host, start }: Host, env: Readonly<Record<string, string>> = {}) {
  const simulators = await startSimulators()
  const options = { config: configFor(simulators), env: { ...environmentFor(simulators), ...env } }
  const gateway = await start(options)
  return {
    host,
    gateway,
    simulators,
    options,
    tenant: (tenantOptions?: TenantOptions) => Tenant.create(gateway, tenantOptions),
    async stop() {
      await gateway.stop()
      await Promise.all(Object.values(simulators).map((simulator) => simulator.close()))
    },
  }
}

/** Runs the same tests on every host, against a world of its own each. */
export function describeHosts(
  name: string,
  body: (world: () => World) => void,
  env: Readonly<Record<string, string>> = {},
): void {
  describe.each(hosts)(`${name} ($host)`, (host) => {
    let started: Awaited<ReturnType<typeof startWorld>> | undefined
    beforeAll(async () => {
      started = await startWorld(host, env)
    }, 30_000)
    afterAll(() => started?.stop())
    body(() => {
      if (!started) throw new Error('The world has not started yet.')
      return started
    })
  })
}
