import type { Usage } from '../../src/core/usage.ts'

/** What models of the tests cost a million tokens. Written as WEIR_CONFIG writes it, and priced here without the gateway's code. */
export interface TestPrice {
  readonly currency: 'USD' | 'CNY'
  readonly per_million: { readonly input: number; readonly cached_input?: number; readonly output: number }
}

export const prices = {
  'acme-chat': { currency: 'USD', per_million: { input: 3.75, cached_input: 0.375, output: 15.5 } },
  'acme-cny': { currency: 'CNY', per_million: { input: 8, cached_input: 2, output: 24 } },
  'backup-chat': { currency: 'USD', per_million: { input: 0.123457, output: 7.000001 } },
} as const satisfies Record<string, TestPrice>

/** As `config/exchange-rates.json` has it. */
const usdPerCny = 0.14908
const picoPerNano = 1000n

/** NanoUSD, rounded up once: tokens times the price of a million, which is picoUSD a token once multiplied by a million. */
export function priceOf({ currency, per_million: rates }: TestPrice, usage: Partial<Usage>): bigint {
  const pico = (price: number) => BigInt(Math.round(price * 1_000_000 * (currency === 'CNY' ? usdPerCny : 1)))
  const { inputTokens = 0, cachedInputTokens = 0, outputTokens = 0 } = usage
  const sum =
    BigInt(inputTokens - cachedInputTokens) * pico(rates.input) +
    BigInt(cachedInputTokens) * pico(rates.cached_input ?? rates.input) +
    BigInt(outputTokens) * pico(rates.output)
  return (sum + picoPerNano - 1n) / picoPerNano
}

/** A decimal amount of USD in nanoUSD. */
export function nanoOf(usd: string | number): bigint {
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(String(usd))
  if (!match) throw new Error(`${usd} is no amount of USD.`)
  return BigInt(match[1] ?? '') * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'))
}

/** NanoUSD as a decimal amount of USD. */
export function usdOf(nano: bigint): string {
  return `${nano / 1_000_000_000n}.${String(nano % 1_000_000_000n).padStart(9, '0')}`
}

/** What a provider's chat template may add to the text of a call. */
const templateTokens = 64

/** The most that a call of text can use, which is held for it: no text has more tokens than bytes. */
export function mostOf(body: string, maxTokens: number) {
  return { inputTokens: Buffer.byteLength(body) + templateTokens, outputTokens: maxTokens }
}
