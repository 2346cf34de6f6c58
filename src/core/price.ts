/** Prices of one unit each, in picoUSD per token (or in millionths of a millionth of another currency). */
export interface Rates {
  readonly input: number
  readonly cachedInput: number
  readonly cacheWrite: number
  /** What is kept for an hour; absent where it costs the same. */
  readonly cacheWriteLong?: number
  readonly inputAudio: number
  readonly output: number
  readonly outputAudio: number
}

/** Rates that hold for the whole call once its input is above a number of tokens. */
export interface RateTier {
  readonly aboveInputTokens: number
  readonly rates: Rates
}

/** What a currency other than USD was worth when the card was made. */
export interface Exchange {
  readonly currency: string
  readonly usdPerUnit: number
  /** ISO date of the rate. */
  readonly date: string
}

/** A price that held for a time; rows keep its id, and a card is never changed once it priced a row. */
export interface PriceCard {
  /** `<provider>/<model>@<date>`, with region and hours where it has them, and `#` with a digest of its prices. */
  readonly id: string
  readonly rates: Rates
  /** In rising order of `aboveInputTokens`. */
  readonly tiers: readonly RateTier[]
  /** Of one search of the web by the provider, in picoUSD; absent where none is sold. */
  readonly webSearch?: number
  /** Where the vendor's price is not in USD: the rate that turned it into USD. */
  readonly exchange?: Exchange
}

/** A card with the time at which it holds. */
export interface DatedCard extends PriceCard {
  /** Unix milliseconds from which it holds. */
  readonly from: number
  /** Minutes of the UTC day, end exclusive, and days (0 is Sunday) in which it holds; without it, always. */
  readonly hours?: { readonly start: number; readonly end: number; readonly days: readonly number[] }
}

function holdsAt(card: DatedCard, time: number): boolean {
  if (time < card.from) return false
  if (!card.hours) return true
  const date = new Date(time)
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes()
  return minute >= card.hours.start && minute < card.hours.end && card.hours.days.includes(date.getUTCDay())
}

/**
 * The card that holds at a time: of those with the latest start, one bound to hours goes before one that is not.
 * @param time Unix milliseconds
 */
export function cardAt(cards: readonly DatedCard[], time: number): DatedCard | undefined {
  let best: DatedCard | undefined
  for (const card of cards) {
    if (!holdsAt(card, time)) continue
    const later = !best || card.from > best.from
    if (later || (card.from === best?.from && card.hours && !best.hours)) best = card
  }
  return best
}
