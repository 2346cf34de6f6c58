import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import { ConfigError } from '../errors.ts'

/** The release that prices are taken from, and its day: to be changed together with the package. */
const source = '@pydantic/genai-prices 0.1.8'
const checked = '2026-09-23'

const tokenPrices: Readonly<Record<string, string>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cached_input',
  // A card knows one price of cached input: the dearer, so that cached audio is never undercharged.
  cache_audio_read_mtok: 'cached_input',
  cache_write_mtok: 'cache_write',
  cache_write_1h_mtok: 'cache_write_long',
  output_mtok: 'output',
  input_audio_mtok: 'input_audio',
  output_audio_mtok: 'output_audio',
}

/** Prices of tools, of which only searches of the web are passed on: no call can owe the others. */
const toolPrices = ['web_searches_kcount', 'storage_searches_kcount']

type PerMillion = Record<string, number>

/** A price card as the model files hold it. */
export interface Card {
  readonly currency: string
  readonly from?: string
  readonly region?: string
  readonly per_million: PerMillion
  readonly per_thousand_searches?: number
  readonly above?: readonly { readonly input_tokens: number; readonly per_million: PerMillion }[]
  readonly source: string
  readonly checked: string
}

/**
 * A model's prices as price cards.
 * @throws ConfigError if the package says something that a card made here would lose
 */
export function cardsOf(model: ModelInfo): Card[] {
  const conditional: ConditionalPrice[] = Array.isArray(model.prices)
    ? model.prices
    : [{ prices: model.prices }]
  return conditional.map(({ constraint, prices }) => {
    if (constraint?.type === 'time_of_date') {
      throw new ConfigError([`${model.id}: has hours without a date in the package: write its price by hand`])
    }
    const above = tierStarts(prices).map((start) => ({
      input_tokens: start,
      per_million: perMillion(model.id, prices, start),
    }))
    return {
      currency: 'USD',
      ...(constraint && { from: constraint.start_date }),
      per_million: perMillion(model.id, prices, 0),
      ...(above.length > 0 && { above }),
      ...searchPrice(model.id, prices),
      source,
      checked,
    }
  })
}

/** Like ours, the package's tiers hold for the whole call once its input is above their start. */
function tierStarts(prices: ModelPrice): number[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
  )
  return [...new Set(starts)].toSorted((a, b) => a - b)
}

function perMillion(model: string, prices: ModelPrice, start: number): PerMillion {
  const rates: PerMillion = {}
  for (const [key, price] of Object.entries(prices)) {
    const field = tokenPrices[key]
    if (price === undefined || toolPrices.includes(key)) continue
    if (!field) throw new ConfigError([`${model}: the package has a price that Weir does not know: ${key}`])
    const rate = typeof price === 'number' ? price : (tierAt(price.tiers, start)?.price ?? price.base)
    rates[field] = Math.max(rate, rates[field] ?? 0)
  }
  return rates
}

function searchPrice(model: string, { web_searches_kcount: price }: ModelPrice) {
  if (price === undefined) return {}
  if (typeof price !== 'number')
    throw new ConfigError([`${model}: the package has searches at several prices`])
  return { per_thousand_searches: price }
}

function tierAt<T extends { readonly start: number }>(tiers: readonly T[], start: number): T | undefined {
  return tiers.findLast((tier) => tier.start <= start)
}
