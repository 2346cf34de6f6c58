import type { Rates } from './price.ts'

/** How what a provider costs becomes what an org is charged. */
export type Rate =
  | { readonly kind: 'cost' }
  | {
      readonly kind: 'markup'
      /** Hundredths of a per cent on top: 1250 is 12.5 %. May be negative, down to -10000. */
      readonly basisPoints: number
    }
  | {
      readonly kind: 'card'
      /** The first match wins; models that none matches are charged at cost. */
      readonly prices: readonly ModelPrice[]
    }

/** The org's own price of some models, whatever their providers take. */
export interface ModelPrice {
  /** Globs of catalogue names. */
  readonly models: readonly string[]
  readonly rates: Rates
}

export const atCost: Rate = { kind: 'cost' }
