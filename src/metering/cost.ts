import type { PriceCard, Rates } from '../core/price.ts'
import type { Usage } from '../core/usage.ts'

/** What a card says of prices. */
export type Prices = Pick<PriceCard, 'rates' | 'tiers' | 'webSearch'>

const picoPerNano = 1000n

/** The rates that hold for a call with that much input. */
export function ratesFor(prices: Prices, inputTokens: number): Rates {
  return prices.tiers.findLast((tier) => inputTokens > tier.aboveInputTokens)?.rates ?? prices.rates
}

/** What a usage costs by a card, in nanoUSD, rounded up once. */
export function costOf(card: PriceCard, usage: Usage): number {
  return Number(quotientUp(picoOf(card, usage), picoPerNano))
}

/** The most that a call may use: tokens of whatever kinds, and searches. */
export type Most = Pick<Usage, 'inputTokens' | 'outputTokens' | 'webSearches'>

/** The most that a call within these bounds can cost by a card, in nanoUSD. */
export function mostCostOf(card: PriceCard, most: Most): number {
  return Number(quotientUp(mostPicoOf(card, most), picoPerNano))
}

/** What a usage costs in picoUSD. Exact: sums of products may pass 2^53. */
export function picoOf(prices: Prices, usage: Usage): bigint {
  const rates = ratesFor(prices, usage.inputTokens)
  const long = usage.cacheWriteLongTokens ?? 0
  const special = usage.cachedInputTokens + usage.cacheWriteTokens + usage.inputAudioTokens
  return (
    times(usage.inputTokens - special, rates.input) +
    times(usage.cachedInputTokens, rates.cachedInput) +
    times(usage.cacheWriteTokens - long, rates.cacheWrite) +
    times(long, rates.cacheWriteLong ?? rates.cacheWrite) +
    times(usage.inputAudioTokens, rates.inputAudio) +
    times(usage.outputTokens - usage.outputAudioTokens, rates.output) +
    times(usage.outputAudioTokens, rates.outputAudio) +
    times(usage.webSearches ?? 0, prices.webSearch ?? 0)
  )
}

/** The most that a call within these bounds can cost, in picoUSD. */
export function mostPicoOf(prices: Prices, { inputTokens, outputTokens, webSearches = 0 }: Most): bigint {
  const reached = prices.tiers.filter((tier) => inputTokens > tier.aboveInputTokens)
  const rates = [prices.rates, ...reached.map((tier) => tier.rates)]
  const input = Math.max(
    ...rates.flatMap((r) => [r.input, r.cachedInput, r.cacheWrite, r.cacheWriteLong ?? 0, r.inputAudio]),
  )
  const output = Math.max(...rates.flatMap((r) => [r.output, r.outputAudio]))
  const searches = times(webSearches, prices.webSearch ?? 0)
  return times(inputTokens, input) + times(outputTokens, output) + searches
}

/** A quotient of what is not negative, rounded up. */
export function quotientUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

function times(count: number, rate: number): bigint {
  return BigInt(count) * BigInt(rate)
}
