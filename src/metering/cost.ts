import type { PriceCard, Rates } from '../core/price.ts'
import type { Usage } from '../core/usage.ts'

const picoPerNano = 1000n

/** The rates that hold for a call with that much input. */
export function ratesFor(card: PriceCard, inputTokens: number): Rates {
  return card.tiers.findLast((tier) => inputTokens > tier.aboveInputTokens)?.rates ?? card.rates
}

/** What a usage costs by a card, in nanoUSD, rounded up once. Exact: sums of products may pass 2^53 on the way. */
export function costOf(card: PriceCard, usage: Usage): number {
  const rates = ratesFor(card, usage.inputTokens)
  const special = usage.cachedInputTokens + usage.cacheWriteTokens + usage.inputAudioTokens
  const pico =
    times(usage.inputTokens - special, rates.input) +
    times(usage.cachedInputTokens, rates.cachedInput) +
    times(usage.cacheWriteTokens, rates.cacheWrite) +
    times(usage.inputAudioTokens, rates.inputAudio) +
    times(usage.outputTokens - usage.outputAudioTokens, rates.output) +
    times(usage.outputAudioTokens, rates.outputAudio)
  return toNano(pico)
}

/** The most that so many tokens can cost by a card, whatever kinds they are of, in nanoUSD. */
export function mostCostOf(card: PriceCard, inputTokens: number, outputTokens: number): number {
  const reachable = [
    card.rates,
    ...card.tiers.filter((t) => inputTokens > t.aboveInputTokens).map((t) => t.rates),
  ]
  const input = Math.max(...reachable.flatMap((r) => [r.input, r.cachedInput, r.cacheWrite, r.inputAudio]))
  const output = Math.max(...reachable.flatMap((r) => [r.output, r.outputAudio]))
  return toNano(times(inputTokens, input) + times(outputTokens, output))
}

function times(tokens: number, rate: number): bigint {
  return BigInt(tokens) * BigInt(rate)
}

function toNano(pico: bigint): number {
  return Number((pico + picoPerNano - 1n) / picoPerNano)
}
