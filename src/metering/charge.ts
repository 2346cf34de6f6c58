import { matchesAny } from '../core/glob.ts'
import type { PriceCard } from '../core/price.ts'
import type { Rate } from '../core/rate.ts'
import type { Usage } from '../core/usage.ts'
import { mostPicoOf, picoOf, quotientUp, type Most, type Prices } from './cost.ts'

/** What the charge of a call depends on besides its usage. */
export interface Pricing {
  /** The provider's. */
  readonly card: PriceCard
  /** The org's. */
  readonly rate: Rate
  /** The catalogue name. */
  readonly model: string
}

/** All of something, in hundredths of a per cent. */
const whole = 10_000
const picoPerNano = 1000

/** What an org is charged for a usage, in nanoUSD, rounded up once. */
export function chargeOf(pricing: Pricing, usage: Usage): number {
  return charged(pricing.rate, picoOf(pricesFor(pricing), usage))
}

/** The most that an org can be charged for a call within these bounds, in nanoUSD. */
export function mostChargeOf(pricing: Pricing, most: Most): number {
  return charged(pricing.rate, mostPicoOf(pricesFor(pricing), most))
}

/** An org's own card has prices of tokens; searches cost what they cost. */
function pricesFor({ card, rate, model }: Pricing): Prices {
  if (rate.kind !== 'card') return card
  const own = rate.prices.find(({ models }) => matchesAny(models, model))
  if (!own) return card
  const { webSearch } = card
  return { rates: own.rates, tiers: [], ...(webSearch !== undefined && { webSearch }) }
}

/** NanoUSD of picoUSD, with the markup where there is one. */
function charged(rate: Rate, pico: bigint): number {
  const share = rate.kind === 'markup' ? whole + rate.basisPoints : whole
  return Number(quotientUp(pico * BigInt(share), BigInt(whole * picoPerNano)))
}
