import type { Catalogue, Offer } from '../core/catalogue.ts'
import type { DialectId } from '../core/dialect.ts'
import { WeirError, type ErrorCode } from '../core/errors.ts'
import { matchesAny } from '../core/glob.ts'
import { cardAt, type PriceCard } from '../core/price.ts'
import type { ConfiguredProvider, Provider, Speech } from '../core/provider.ts'

/** One way to serve a call: who sells which model at which price. */
export interface PlannedCandidate {
  readonly offer: Offer
  readonly card: PriceCard
  readonly configured: ConfiguredProvider
  /** How the provider is spoken to: as the caller speaks, where it can. */
  readonly speech: Speech
}

/** What decides whether an offer may be used. */
export interface Judging {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  /** Globs of the models that the key may use; absent means all. */
  readonly allowed: readonly string[] | undefined
  /** Unix milliseconds: prices are those of this time. */
  readonly time: number
  /** How the caller speaks. */
  readonly dialect: DialectId
}

export interface PlanRequest extends Judging {
  readonly catalogue: Catalogue
  /** A model, `provider/model`, or a route. */
  readonly name: string
}

const freeRates = { input: 0, cachedInput: 0, cacheWrite: 0, inputAudio: 0, output: 0, outputAudio: 0 }

/** The candidates for a call, in order. Throws WeirError where nothing may or can serve it, for the reason that the caller can do most about. */
export function planCall(request: PlanRequest): readonly [PlannedCandidate, ...PlannedCandidate[]] {
  const offers = offersFor(request.catalogue, request.name)
  if (offers.length === 0) throw reasonError('model_not_found', request.name)
  const judged = offers.map((offer) => judgeOffer(offer, request))
  const [first, ...others] = judged.filter((candidate) => typeof candidate !== 'string')
  if (first) return [first, ...others]
  const reasons: ErrorCode[] = ['price_unknown', 'no_provider_available', 'model_not_allowed']
  throw reasonError(
    reasons.find((reason) => judged.includes(reason)) ?? 'no_provider_available',
    request.name,
  )
}

/** An offer as a candidate, or why it is none. */
export function judgeOffer(offer: Offer, judging: Judging): PlannedCandidate | ErrorCode {
  const { allowed, providers, time, dialect } = judging
  if (allowed && !matchesAny(allowed, offer.model)) return 'model_not_allowed'
  const configured = providers.get(offer.provider)
  const speech = configured && speechFor(configured.provider, offer.upstream, dialect)
  if (!speech) return 'no_provider_available'
  const card = priceOf(offer, time)
  return card ? { offer, card, configured, speech } : 'price_unknown'
}

/** How a provider is spoken to about a model: as the caller speaks, if it can be, so that bytes pass as they are. */
function speechFor({ speaks }: Provider, upstream: string, dialect: DialectId): Speech | undefined {
  const spoken = speaks.chat.filter(({ models }) => !models || matchesAny(models, upstream))
  return spoken.find((speech) => speech.dialect === dialect) ?? spoken[0]
}

/** The card that holds at a time (Unix milliseconds); undefined if the price is not known. */
function priceOf(offer: Offer, time: number): PriceCard | undefined {
  if (offer.free) return { id: `${offer.provider}/${offer.model}@free`, rates: freeRates, tiers: [] }
  return cardAt(offer.cards, time)
}

/** Everyone who sells what a name stands for, in order of preference. */
export function offersFor(catalogue: Catalogue, name: string): readonly Offer[] {
  const route = catalogue.routes.get(name)
  if (route) return route.candidates.flatMap((candidate) => sellersOf(catalogue, candidate))
  return sellersOf(catalogue, name)
}

function sellersOf({ models }: Catalogue, name: string): readonly Offer[] {
  const known = models.get(name)
  if (known) return known
  const slash = name.indexOf('/')
  if (slash < 0) return []
  const sold = models.get(name.slice(slash + 1)) ?? []
  return sold.filter((offer) => offer.provider === name.slice(0, slash))
}

function reasonError(code: ErrorCode, name: string): WeirError {
  const shown = name.slice(0, 100)
  const messages: Partial<Record<ErrorCode, string>> = {
    model_not_found: `There is no model ${shown}.`,
    model_not_allowed: `This key may not use the model ${shown}.`,
    price_unknown: `The price of ${shown} is not known, so it cannot be metered. The operator can set one.`,
    no_provider_available: `No provider of ${shown} is configured.`,
  }
  return new WeirError(code, messages[code] ?? code, { param: 'model' })
}
