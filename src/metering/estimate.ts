import type { Amounts } from '../core/amounts.ts'
import type { Offer } from '../core/catalogue.ts'
import type { InputSize, ModelRequest } from '../core/dialect.ts'
import { noUsage, type Usage } from '../core/usage.ts'
import { chargeOf, type Pricing } from './charge.ts'

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

/** The most input that a call can have: no text has more tokens than bytes, and no input is longer than the context. */
export function mostInput({ textBytes, images, unbounded }: InputSize, offer: Offer): number {
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

/** A usage as amounts, in what the org is charged for it. */
export function amountsOf(usage: Usage, pricing: Pricing): Amounts {
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cost: chargeOf(pricing, usage),
  }
}
