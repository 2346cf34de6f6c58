import type { ChildProcess } from 'node:child_process'
import { startGateway, type Gateway } from '../support/gateway.ts'
import { Tenant } from '../support/tenant.ts'
import { startWire, type Wire } from '../support/wire/start-wire.ts'
import { startWorkerGateway } from '../support/worker-gateway.ts'
import { upstreamNames, upstreams, type UpstreamName } from './upstreams.ts'

/** One gateway with a simulated provider of each dialect behind it. */
export interface World {
  readonly gateway: Gateway & { readonly process: ChildProcess }
  readonly wires: Readonly<Record<UpstreamName, Wire>>
  readonly tenant: Tenant
  stop(): Promise<void>
}

/** Seals that every provider believes to be its own, as all do who host the same model. */
export const sharedSeals = Array.from({ length: 64 }, (_, at) => btoa(`seal ${at} that all know`))

const keyOf = (name: UpstreamName) => `sk-operator-${name}-canary`

/** The name of a provider's model here. */
export function modelName(upstream: UpstreamName, model: string): string {
  return `${upstream}.${model.replaceAll(/[^a-z0-9.-]/g, '-')}`
}

function modelsIn(name: UpstreamName): string[] {
  const { models, modelsFor = {} } = upstreams[name]
  return [models, ...Object.values(modelsFor)].flatMap(({ plain, thinking, old = plain }) => [
    plain,
    ...thinking,
    old,
  ])
}

function configFor(wires: World['wires']): object {
  const custom = (name: UpstreamName) => ({
    base_url: wires[name].url,
    api_key_env: `${name.toUpperCase()}_API_KEY`,
    speaks: [upstreams[name].format],
  })
  const models = upstreamNames.flatMap((name) =>
    modelsIn(name).map((model) => [
      modelName(name, model),
      {
        provider: upstreams[name].provider,
        upstream: model,
        context: 200_000,
        max_output: 32_000,
        price: { currency: 'USD', per_million: upstreams[name].price },
      },
    ]),
  )
  return {
    providers: {
      'chat-only': custom('chat'),
      'responses-only': custom('responses'),
      'gemini-only': custom('gemini'),
      'open-only': custom('open'),
    },
    models: Object.fromEntries(models) as object,
  }
}

function environmentFor({ anthropic, bedrock }: World['wires']): Record<string, string> {
  return {
    CHAT_API_KEY: keyOf('chat'),
    RESPONSES_API_KEY: keyOf('responses'),
    GEMINI_API_KEY: keyOf('gemini'),
    OPEN_API_KEY: keyOf('open'),
    ANTHROPIC_API_KEY: keyOf('anthropic'),
    ANTHROPIC_BASE_URL: anthropic.url,
    AWS_BEARER_TOKEN_BEDROCK: keyOf('bedrock'),
    AWS_BEDROCK_BASE_URL: bedrock.url,
  }
}

async function startWires(): Promise<World['wires']> {
  const started = upstreamNames.map(async (name) => {
    const { format, options } = upstreams[name]
    const wire = await startWire(format, { key: keyOf(name), issued: sharedSeals, ...options })
    return [name, wire] as const
  })
  return Object.fromEntries(await Promise.all(started)) as World['wires']
}

const starts = { node: startGateway, workerd: startWorkerGateway } as const

export type Host = keyof typeof starts

/** Starts it all. */
export async function startWorld(host: Host): Promise<World> {
  const wires = await startWires()
  const gateway = await starts[host]({ config: configFor(wires), env: environmentFor(wires) })
  return {
    gateway,
    wires,
    tenant: await Tenant.create(gateway),
    async stop() {
      await gateway.stop()
      await Promise.all(Object.values(wires).map((wire) => wire.stop()))
    },
  }
}
