import { matchesAny } from '../core/glob.ts'
import type { PriceCard } from '../core/price.ts'
import type { Rate } from '../core/rate.ts'
import type { Usage } from '../core/usage.ts'
import { mostPicoOf, picoOf, quotientUp, type Prices } from './cost.ts'

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

/** The most that an org can be charged for so many tokens, whatever kinds they are of, in nanoUSD. */
export function mostChargeOf(pricing: Pricing, inputTokens: number, outputTokens: number): number {
  return charged(pricing.rate, mostPicoOf(pricesFor(pricing), inputTokens, outputTokens))
}

function pricesFor({ card, rate, model }: Pricing): Prices {
  if (rate.kind !== 'card') return card
  const own = rate.prices.find(({ models }) => matchesAny(models, model))
  return own ? { rates: own.rates, tiers: [] } : card
}

/** NanoUSD of picoUSD, with the markup where there is one. */
function charged(rate: Rate, pico: bigint): number {
  const share = rate.kind === 'markup' ? whole + rate.basisPoints : whole
  return Number(quotientUp(pico * BigInt(share), BigInt(whole * picoPerNano)))
}
