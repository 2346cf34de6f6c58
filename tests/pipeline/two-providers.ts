import type { Catalogue, Offer } from '../../src/core/catalogue.ts'
import { bearer, defineProvider, type ConfiguredProvider } from '../../src/core/provider.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { events, json, scripted, type Script } from './scripted.ts'
import { makeWorld } from './world.ts'

/** Two providers that sell one model at different prices, and one of which sells another. */

const rates = (rate: number) => {
  return {
    input: rate,
    cachedInput: rate,
    cacheWrite: rate,
    inputAudio: rate,
    output: rate,
    outputAudio: rate,
  }
}

function offer(provider: string, model: string, price: number): Offer {
  return {
    model,
    provider,
    upstream: `${model}-at-${provider}`,
    name: model,
    contextTokens: 100_000,
    maxOutputTokens: 1000,
    imageTokens: 1000,
    tags: [],
    free: false,
    cards: [{ id: `${provider}/${model}@start`, rates: rates(price), tiers: [], from: 0 }],
  }
}

function configured(id: string): ConfiguredProvider {
  const provider = defineProvider({
    id,
    name: id,
    baseUrl: `https://${id}.example/v1`,
    auth: bearer('X_API_KEY'),
    speaks: { chat: ['openai-chat'] },
    quirks: { refusedFields: id === 'first' ? ['search', 'sold_by_first'] : ['search'] },
  })
  return {
    provider,
    baseUrl: provider.baseUrl,
    region: undefined,
    authHeaders: { authorization: `Bearer op-${id}` },
    secrets: [`sk-operator-${id}`],
  }
}

export const catalogue: Catalogue = {
  models: new Map([
    ['both', [offer('first', 'both', 1_000_000), offer('second', 'both', 5_000_000)]],
    ['other', [offer('second', 'other', 2_000_000)]],
  ]),
  routes: new Map([['best', { strategy: 'priority', candidates: ['both', 'other'] }]]),
}

export const providers: ReadonlyMap<string, ConfiguredProvider> = new Map(
  ['first', 'second'].map((id) => [id, configured(id)]),
)

const usage = { prompt_tokens: 10, completion_tokens: 4 }
/** At 1 USD for a million tokens, in nanoUSD. */
export const costAtFirst = 14_000

export const answer: Script = {
  headers: json,
  body: [JSON.stringify({ choices: [{ message: { content: 'Water.' }, finish_reason: 'stop' }], usage })],
}

const event = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`
/** The pieces of a stream, as they come. */
export const pieces = {
  first: event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
  text: event({ choices: [{ index: 0, delta: { content: 'Water flows.' }, finish_reason: null }] }),
  finish: event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  usage: event({ choices: [], usage }),
  done: 'data: [DONE]\n\n',
} as const
export const stream: Script = { headers: events, body: Object.values(pieces) }

export const failing = (status: number, headers: Record<string, string> = {}): Script => ({
  status,
  headers: { ...json, ...headers },
  body: [JSON.stringify({ error: { message: 'the vendor’s own words', code: null } })],
})

export const request = { model: 'both', messages: [{ role: 'user', content: 'hi' }], max_tokens: 50 }

/** A world in front of the two, which follow the scripts in the order in which they are asked. */
export async function worldWith(
  scripts: readonly Script[],
  book?: (book: Ledger['book']) => Partial<Ledger['book']>,
) {
  const transport = scripted(scripts)
  const world = await makeWorld({ catalogue, providers, transport, ...(book && { book }) })
  return { ...world, sent: transport.sent }
}
