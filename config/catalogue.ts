import type { Catalogue, Offer } from '../src/core/catalogue.ts'
import { cardName, makeCard } from './cards.ts'
import { ConfigError, check } from './errors.ts'
import exchangeRatesFile from './exchange-rates.json' with { type: 'json' }
import alibaba from './models/alibaba.json' with { type: 'json' }
import anthropic from './models/anthropic.json' with { type: 'json' }
import awsBedrock from './models/aws-bedrock.json' with { type: 'json' }
import azureOpenai from './models/azure-openai.json' with { type: 'json' }
import deepseek from './models/deepseek.json' with { type: 'json' }
import google from './models/google.json' with { type: 'json' }
import openai from './models/openai.json' with { type: 'json' }
import sandbox from './models/sandbox.json' with { type: 'json' }
import vertex from './models/vertex.json' with { type: 'json' }
import { exchangeRatesSchema, modelFileSchema, modelSchema, type WeirConfig } from './schema.ts'

/** A model that several providers sell is offered by them in this order. */
const modelFiles: Readonly<Record<string, unknown>> = {
  openai,
  anthropic,
  google,
  deepseek,
  alibaba,
  'azure-openai': azureOpenai,
  'aws-bedrock': awsBedrock,
  vertex,
  sandbox,
}

const exchangeRates = check(exchangeRatesSchema, exchangeRatesFile, 'exchange-rates.json')

/** Which provider sells a model, and what is written about it, not yet checked. */
interface Entry {
  readonly provider: string
  readonly model: Readonly<Record<string, unknown>>
}

type Entries = Map<string, Entry[]>

interface CatalogueOptions {
  /** What WEIR_CONFIG says. */
  readonly overlay?: WeirConfig | undefined
  /** The region that each provider is configured for; prices of its other regions are left out. */
  readonly regions?: Readonly<Record<string, string | undefined>>
}

/**
 * The models that ship with Weir, with WEIR_CONFIG laid over them.
 * @throws ConfigError that names the model and the field
 */
export function loadCatalogue({ overlay, regions = {} }: CatalogueOptions = {}): Catalogue {
  const entries = readModelFiles()
  for (const [name, { provider, ...fields }] of Object.entries(overlay?.models ?? {})) {
    entries.set(name, overlayModel(name, entries.get(name) ?? [], { provider, fields }))
  }
  const models = new Map<string, readonly Offer[]>()
  for (const [name, sellers] of entries) {
    models.set(
      name,
      sellers.map((entry) => makeOffer(name, entry, regions[entry.provider])),
    )
  }
  const routes = new Map(Object.entries(overlay?.routes ?? {}))
  checkRoutes({ models, routes })
  return { models, routes }
}

function readModelFiles(): Entries {
  const entries: Entries = new Map()
  for (const [provider, file] of Object.entries(modelFiles)) {
    for (const [name, model] of Object.entries(check(modelFileSchema, file, `models/${provider}.json`))) {
      entries.set(name, [...(entries.get(name) ?? []), { provider, model }])
    }
  }
  return entries
}

interface Overlay {
  readonly provider: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
}

/** Overrides the offers that an entry of WEIR_CONFIG means, or adds the one that it makes. */
function overlayModel(name: string, offers: readonly Entry[], { provider, fields }: Overlay): Entry[] {
  const isMeant = (offer: Entry): boolean => provider === undefined || offer.provider === provider
  if (offers.some(isMeant)) {
    return offers.map((offer) =>
      isMeant(offer) ? { ...offer, model: { ...offer.model, ...fields } } : offer,
    )
  }
  if (provider === undefined) {
    throw new ConfigError([
      `WEIR_CONFIG: models.${name}.provider: must be there, as nobody sells a model of this name`,
    ])
  }
  return [...offers, { provider, model: fields }]
}

function makeOffer(name: string, { provider, model: fields }: Entry, region: string | undefined): Offer {
  const model = check(modelSchema, fields, `${provider}/${name}`)
  const cards = model.price.map((card) => ({
    card,
    made: makeCard({ provider, model: name }, card, exchangeRates),
  }))
  checkCardNames(model.price.map((card) => cardName({ provider, model: name }, card)))
  return {
    model: name,
    provider,
    upstream: model.upstream ?? name,
    name: model.name ?? name,
    contextTokens: model.context,
    maxOutputTokens: model.max_output,
    imageTokens: model.image_tokens,
    ...(model.hides_output && { hidesOutput: true }),
    tags: model.tags,
    ...(model.released && { released: model.released }),
    free: model.free,
    cards: cards.filter(({ card }) => !card.region || card.region === region).map(({ made }) => made),
  }
}

/** Of two prices for the same time and place, nobody could say which holds. */
function checkCardNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw new ConfigError([`${twice}: two price cards have the same date, region and hours`])
}

function checkRoutes({ models, routes }: Catalogue): void {
  const problems: string[] = []
  for (const [name, { candidates }] of routes) {
    if (isSold(name, models)) problems.push(`WEIR_CONFIG: routes.${name}: is the name of a model already`)
    for (const candidate of candidates.filter((candidate) => !isSold(candidate, models))) {
      problems.push(`WEIR_CONFIG: routes.${name}: nobody sells the candidate ${candidate}`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
}

/** Whether a candidate, `model` or `provider/model`, names something that can be called. */
function isSold(candidate: string, models: Catalogue['models']): boolean {
  if (models.has(candidate)) return true
  const slash = candidate.indexOf('/')
  const offers = models.get(candidate.slice(slash + 1)) ?? []
  return offers.some((offer) => offer.provider === candidate.slice(0, slash))
}
