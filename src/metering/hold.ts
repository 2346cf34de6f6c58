import type { Amounts } from '../core/amounts.ts'
import type { Offer } from '../core/catalogue.ts'
import type { ModelRequest } from '../core/dialect.ts'
import { mostChargeOf, type Pricing } from './charge.ts'
import { defaultOutputCap, mostInput } from './estimate.ts'

/** A call as one offer would serve it. */
export interface Terms {
  readonly request: ModelRequest
  readonly offer: Offer
  readonly pricing: Pricing
}

/** How much output a call may have, in tokens. */
export interface OutputBounds {
  /** Of one answer. */
  readonly cap: number
  /** Of all answers together, as far as it is held from the start. */
  readonly first: number
  /** Of all answers together. */
  readonly most: number
}

interface Known {
  /** Output tokens that nearly all calls of this key and model stay under, where that is known. */
  readonly habit?: number
  /** The cap of one answer that a budget affords, where that is less than was asked for. */
  readonly clampTo?: number
}

/** A cap that is no more than so many times the habit is held as it is. */
const farFromHabit = 2

/** How few bytes a token is taken to have where its output is to be covered: most have more. */
const fewestBytesPerToken = 3

/**
 * How much output a call may have, and how much of it is held at first: what is usual, where the stream shows all of its output as
 * it comes, so that more can be held in time; else the cap.
 */
export function outputBounds(request: ModelRequest, offer: Offer, { habit, clampTo }: Known): OutputBounds {
  const { outputCap, answers } = request
  const cap = Math.min(outputCap ?? defaultOutputCap(offer), clampTo ?? Infinity)
  const most = cap * answers
  const shows = request.stream && offer.hidesOutput !== true
  if (!shows || habit === undefined) return { cap, first: most, most }
  const isNear = outputCap !== undefined && outputCap <= farFromHabit * habit
  return { cap, first: isNear ? most : Math.min(most, habit * answers), most }
}

/** What is held of a call with so much output, in what the org is charged for it. */
export function holdOf({ request, offer, pricing }: Terms, output: number): Amounts {
  const { webSearches = 0 } = request
  // The model reads its prompt again after each search, with what was found.
  const inputTokens = mostInput(request.size, offer) * (1 + webSearches)
  const outputTokens = output + request.extraOutputTokens
  const cost = mostChargeOf(pricing, { inputTokens, outputTokens, webSearches })
  return { inputTokens, outputTokens, cost }
}

/** How many tokens a text is taken to have at most, to be covered by a hold. */
export function coveringTokens(bytes: number): number {
  return Math.ceil(bytes / fewestBytesPerToken)
}
