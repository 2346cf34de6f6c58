import type { DatedCard } from './price.ts'

/** One model as one provider sells it. */
export interface Offer {
  /** The catalogue's name, which callers, limits and rows use. */
  readonly model: string
  readonly provider: string
  /** The name that the provider knows it by. */
  readonly upstream: string
  readonly name: string
  /** Most tokens of input and output together. */
  readonly contextTokens: number
  /** Most tokens that one answer may have. */
  readonly maxOutputTokens: number
  /** Most tokens that one image in the input may count. */
  readonly imageTokens: number
  /** Its streams do not show all of its output as it comes, such as what it reasons: nobody can tell from them how much it is. */
  readonly hidesOutput?: boolean
  readonly tags: readonly string[]
  /** ISO date of its release, where known. */
  readonly released?: string
  /** The admin said that it costs nothing. */
  readonly free: boolean
  /** Empty where the price is unknown. */
  readonly cards: readonly DatedCard[]
}

/** Candidates behind a name that an operator made up, in order. */
export interface Route {
  readonly strategy: 'priority'
  /** Model names, or `provider/model`. */
  readonly candidates: readonly string[]
}

/** Everything that can be called, by name. */
export interface Catalogue {
  readonly models: ReadonlyMap<string, readonly Offer[]>
  readonly routes: ReadonlyMap<string, Route>
}
