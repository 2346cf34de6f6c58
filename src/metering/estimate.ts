import type { Amounts } from '../core/amounts.ts'
import type { Offer } from '../core/catalogue.ts'
import type { InputSize, ModelRequest, Seen } from '../core/dialect.ts'
import { noUsage, type Usage } from '../core/usage.ts'
import { chargeOf, type Pricing } from './charge.ts'

/** How many bytes of text a token has on average, in most languages. */
const bytesPerToken = 4
/** What an image, or a file of unknown length, is taken to count where nobody said. */
const likelyMediaTokens = 1_000
/** What the provider's chat template may add to the text. */
const templateTokens = 64

/** Of a provider that did not answer. */
export const nothingSeen: Seen = { outputBytes: 0 }

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
export function countedUsage(request: ModelRequest, offer: Offer, seen: Seen): Usage {
  const { outputBytes, webSearches = 0, usageSoFar } = seen
  if (usageSoFar) return toldOrCounted(usageSoFar, seen)
  const { textBytes, images, unbounded } = request.size
  const media = (images + (unbounded ? 1 : 0)) * likelyMediaTokens
  const inputTokens = Math.min(offer.contextTokens, tokensOfText(textBytes) + media)
  const counted = { ...noUsage, inputTokens, outputTokens: tokensOfText(outputBytes) }
  return webSearches > 0 ? { ...counted, webSearches } : counted
}

/** The input as it was told; of the output, and of searches, the more of what was told and what was seen. */
function toldOrCounted(told: Usage, { outputBytes, webSearches = 0 }: Seen): Usage {
  const searches = Math.max(webSearches, told.webSearches ?? 0)
  return {
    ...told,
    outputTokens: Math.max(told.outputTokens, tokensOfText(outputBytes)),
    ...(searches > 0 && { webSearches: searches }),
  }
}

/** A usage as amounts, in what the org is charged for it. */
export function amountsOf(usage: Usage, pricing: Pricing): Amounts {
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cost: chargeOf(pricing, usage),
  }
}
