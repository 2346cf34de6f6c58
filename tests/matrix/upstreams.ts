import type { WireFormat, WireOptions } from '../support/wire/start-wire.ts'
import type { WireUsage } from '../support/wire/scene.ts'
import type { Client } from './ask.ts'

/** Prices of a million tokens: all different, so that a charge tells which tokens it is for. */
export interface Price {
  readonly input: number
  readonly cached_input: number
  readonly cache_write: number
  readonly output: number
}

export interface Models {
  /** One that takes all of the features. */
  readonly plain: string
  /** Those with which thoughts are tried. */
  readonly thinking: readonly string[]
  /** One that keeps to no schema by itself. */
  readonly old?: string
}

export interface Upstream {
  readonly format: WireFormat
  /** As the gateway knows it. */
  readonly provider: string
  readonly price: Price
  /** By the provider's names. */
  readonly models: Models
  /** For callers whose bytes would pass as they are with those models. */
  readonly modelsFor?: Partial<Record<Client['dialect'], Models>>
  /** Kinds of tokens of which it says nothing. */
  readonly silent: readonly (keyof WireUsage)[]
  readonly options?: WireOptions
}

export type UpstreamName = 'chat' | 'responses' | 'anthropic' | 'gemini' | 'bedrock' | 'open'

/** Every way in which a provider can be spoken to. */
export const upstreams: Readonly<Record<UpstreamName, Upstream>> = {
  chat: {
    format: 'openai-chat',
    provider: 'chat-only',
    price: { input: 1.25, cached_input: 0.125, cache_write: 1.5, output: 10 },
    models: { plain: 'gpt-4.1', thinking: ['gpt-5.2'] },
    silent: [],
  },
  responses: {
    format: 'openai-responses',
    provider: 'responses-only',
    price: { input: 1.75, cached_input: 0.175, cache_write: 2.2, output: 14 },
    models: { plain: 'gpt-4.1', thinking: ['gpt-5.2'] },
    silent: [],
  },
  anthropic: {
    format: 'anthropic-messages',
    provider: 'anthropic',
    price: { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 },
    models: {
      plain: 'claude-sonnet-4-5',
      thinking: ['claude-sonnet-4-5', 'claude-opus-4-6', 'claude-opus-5-5'],
      old: 'claude-sonnet-4-20250514',
    },
    silent: [],
  },
  gemini: {
    format: 'gemini',
    provider: 'gemini-only',
    price: { input: 2, cached_input: 0.2, cache_write: 2.5, output: 12 },
    models: { plain: 'gemini-2.5-flash', thinking: ['gemini-3-pro-preview', 'gemini-2.5-flash'] },
    silent: ['cacheWrite'],
  },
  bedrock: {
    format: 'bedrock-converse',
    provider: 'aws-bedrock',
    price: { input: 3.3, cached_input: 0.33, cache_write: 4.125, output: 16.5 },
    models: {
      plain: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      thinking: [
        'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
        'us.anthropic.claude-opus-4-6-v1',
        'us.amazon.nova-2-lite-v1:0',
      ],
    },
    modelsFor: {
      'anthropic-messages': {
        plain: 'openai.gpt-oss-120b-1:0',
        thinking: ['openai.gpt-oss-120b-1:0', 'us.amazon.nova-2-lite-v1:0'],
      },
    },
    silent: ['reasoning'],
  },
  // As third parties speak OpenAI's dialect, who show what their models think.
  open: {
    format: 'openai-chat',
    provider: 'open-only',
    price: { input: 0.5, cached_input: 0.05, cache_write: 0.6, output: 2 },
    models: { plain: 'gpt-5-oss', thinking: ['gpt-5-oss'] },
    silent: [],
    options: { reasoningContent: true },
  },
}

export const upstreamNames = Object.keys(upstreams) as UpstreamName[]

/** One for each dialect. */
export const dialectNames = upstreamNames.filter((name) => name !== 'open')

/** A usage as this provider tells it. */
export function toldBy(upstream: UpstreamName, usage: WireUsage): WireUsage {
  const unsaid = upstreams[upstream].silent.map((kind) => [kind, 0])
  return { ...usage, ...Object.fromEntries(unsaid) }
}

export function modelsOf(upstream: UpstreamName, { dialect }: Client): Models {
  const { models, modelsFor = {} } = upstreams[upstream]
  return modelsFor[dialect] ?? models
}

/** What a model costs, without the gateway's code: nanoUSD, rounded up once. A price of a million is one in picoUSD a token. */
export function chargeOf(upstream: UpstreamName, usage: WireUsage): bigint {
  const { price } = upstreams[upstream]
  const plain = usage.input - usage.cached - usage.cacheWrite
  const counts = [plain, usage.cached, usage.cacheWrite, usage.output]
  const prices = [price.input, price.cached_input, price.cache_write, price.output]
  const pico = counts.reduce(
    (sum, count, at) => sum + BigInt(count) * BigInt(Math.round((prices[at] ?? 0) * 1_000_000)),
    0n,
  )
  return (pico + 999n) / 1000n
}
