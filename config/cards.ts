import { createHash } from 'node:crypto'
import type { DatedCard, Exchange, Rates } from '../src/core/price.ts'
import type { ExchangeRates, PriceCardConfig, RatesConfig } from './schema.ts'

/** One USD for a million tokens is a million picoUSD a token. */
const picoPerMillion = 1_000_000

/** One USD for a thousand of something is a billion picoUSD for each. */
const picoPerThousand = 1_000_000_000

const everyDay = [0, 1, 2, 3, 4, 5, 6]

/** Whose card it is: the id starts with it. */
export interface Owner {
  readonly provider: string
  readonly model: string
}

/** Turns a price card into integer rates in picoUSD per token. */
export function makeCard(owner: Owner, card: PriceCardConfig, exchangeRates: ExchangeRates): DatedCard {
  const exchange = exchangeFor(card.currency, exchangeRates)
  const usdPerUnit = exchange?.usdPerUnit ?? 1
  const tiers = (card.above ?? []).map((tier) => ({
    aboveInputTokens: tier.input_tokens,
    rates: makeRates(tier.per_million, usdPerUnit),
  }))
  const prices = {
    rates: makeRates(card.per_million, usdPerUnit),
    tiers: tiers.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens),
    ...(card.per_thousand_searches !== undefined && {
      webSearch: Math.round(card.per_thousand_searches * picoPerThousand * usdPerUnit),
    }),
  }
  return {
    id: `${cardName(owner, card)}#${digest(prices)}`,
    from: card.from ? Date.parse(card.from) : 0,
    ...prices,
    ...(exchange && { exchange }),
    ...(card.hours && { hours: makeHours(card.hours) }),
  }
}

/** Whose card it is and when and where it holds. Of each name there is only one in a catalogue. */
export function cardName({ provider, model }: Owner, { from, region, hours }: PriceCardConfig): string {
  const when = hours && `${hours.start}-${hours.end}`
  return [`${provider}/${model}@${from ?? 'start'}`, region, when].filter(Boolean).join(':')
}

/** Tells apart cards of one name from different releases: rows keep the id, so it must never come to mean another price. */
function digest(prices: object): string {
  return createHash('sha256').update(JSON.stringify(prices)).digest('hex').slice(0, 8)
}

function exchangeFor(currency: PriceCardConfig['currency'], rates: ExchangeRates): Exchange | undefined {
  if (currency === 'USD') return undefined
  const { usd_per_unit: usdPerUnit, date } = rates[currency]
  return { currency, usdPerUnit, date }
}

function makeRates(perMillion: RatesConfig, usdPerUnit: number): Rates {
  const { input, output } = perMillion
  const pico = (price = 0): number => Math.round(price * picoPerMillion * usdPerUnit)
  return {
    input: pico(input),
    cachedInput: pico(perMillion.cached_input ?? input),
    cacheWrite: pico(perMillion.cache_write ?? input),
    ...(perMillion.cache_write_long !== undefined && { cacheWriteLong: pico(perMillion.cache_write_long) }),
    inputAudio: pico(perMillion.input_audio ?? input),
    output: pico(output),
    outputAudio: pico(perMillion.output_audio ?? output),
  }
}

function makeHours({ start, end, days }: NonNullable<PriceCardConfig['hours']>): DatedCard['hours'] & object {
  return { start: minuteOfDay(start), end: minuteOfDay(end), days: days ?? everyDay }
}

/** `09:30` -> 570. */
function minuteOfDay(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}
