import { formatUsd } from '../core/money.ts'
import type { Rates } from '../core/price.ts'
import type { Rate } from '../core/rate.ts'

/** What an org is charged, and prices of a million tokens, as admins see them. */

export function rateToWire(rate: Rate) {
  if (rate.kind === 'cost') return { type: 'cost' as const }
  if (rate.kind === 'markup') return { type: 'markup' as const, percent: rate.basisPoints / 100 }
  const prices = rate.prices.map(({ models, rates }) => ({
    models,
    price: { currency: 'USD' as const, per_million: ratesToWire(rates) },
  }))
  return { type: 'card' as const, prices }
}

/** USD of a million tokens. */
export function ratesToWire(rates: Rates) {
  return {
    input: perMillion(rates.input),
    cached_input: perMillion(rates.cachedInput),
    cache_write: perMillion(rates.cacheWrite),
    input_audio: perMillion(rates.inputAudio),
    output: perMillion(rates.output),
    output_audio: perMillion(rates.outputAudio),
  }
}

/** One picoUSD a token is a thousand nanoUSD a million tokens. */
function perMillion(picoUsd: number): string {
  return formatUsd(picoUsd * 1000)
}
