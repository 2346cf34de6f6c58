/** What a call takes, or may take, out of the limits above it. */
export interface Amounts {
  readonly inputTokens: number
  readonly outputTokens: number
  /** NanoUSD. */
  readonly cost: number
}

export const noAmounts: Amounts = { inputTokens: 0, outputTokens: 0, cost: 0 }

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: a.cost + b.cost,
  }
}

/** The largest of each amount. */
export function largest(amounts: readonly Amounts[]): Amounts {
  return {
    inputTokens: Math.max(0, ...amounts.map((a) => a.inputTokens)),
    outputTokens: Math.max(0, ...amounts.map((a) => a.outputTokens)),
    cost: Math.max(0, ...amounts.map((a) => a.cost)),
  }
}
