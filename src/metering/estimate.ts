import type { Amounts } from '../core/amounts.ts'
import type { Offer } from '../core/catalogue.ts'
import type { InputSize, ModelRequest } from '../core/dialect.ts'
import type { PriceCard } from '../core/price.ts'
import { noUsage, type Usage } from '../core/usage.ts'
import { costOf, mostCostOf } from './cost.ts'

/** How many bytes of text a token has on average, in most languages. */
const bytesPerToken = 4
/** What an image, or a file of unknown length, is taken to count where nobody said. */
const likelyMediaTokens = 1_000
/** What the provider's chat template may add to the text. */
const templateTokens = 64

/** Tokens of generated text that a provider did not count for us. */
export function tokensOfText(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken)
}

/** The cap that goes up where the caller named none: what the model can put out at most. */
export function defaultOutputCap(offer: Offer): number {
  return Math.min(offer.maxOutputTokens, offer.contextTokens)
}

/** The most that a call can use: no text has more tokens than bytes, and no input is longer than the context. */
export function mostOf(request: ModelRequest, offer: Offer, card: PriceCard): Amounts {
  const inputTokens = mostInput(request.size, offer)
  const outputTokens =
    (request.outputCap ?? defaultOutputCap(offer)) * request.answers + request.extraOutputTokens
  return { inputTokens, outputTokens, cost: mostCostOf(card, inputTokens, outputTokens) }
}

function mostInput({ textBytes, images, unbounded }: InputSize, offer: Offer): number {
  const bound = textBytes + templateTokens + images * offer.imageTokens
  return unbounded ? offer.contextTokens : Math.min(offer.contextTokens, bound)
}

/** What a call is likely to use by the text that went by: its row when the provider did not say. */
export function countedUsage(request: ModelRequest, offer: Offer, outputBytes: number): Usage {
  const { textBytes, images, unbounded } = request.size
  const media = (images + (unbounded ? 1 : 0)) * likelyMediaTokens
  const inputTokens = Math.min(offer.contextTokens, tokensOfText(textBytes) + media)
  return { ...noUsage, inputTokens, outputTokens: tokensOfText(outputBytes) }
}

/** A usage as amounts, at the price of the card. */
export function amountsOf(usage: Usage, card: PriceCard): Amounts {
  return { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, cost: costOf(card, usage) }
}
