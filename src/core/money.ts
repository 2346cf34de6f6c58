/**
 * Money is integers. Prices are picoUSD per unit, amounts are nanoUSD; both are safe JavaScript integers.
 * One picoUSD per token is one USD per million million tokens, so a price of 1 USD per million tokens is 1,000,000.
 */

const nanoPerUsd = 1_000_000_000

/** The largest single amount that a limit or an adjustment may have: 4 million USD, in nanoUSD. */
export const maxAmountNanoUsd = 4_000_000 * nanoPerUsd

/** A sum that may pass 2^53 nanoUSD: whole USD, and the rest in nanoUSD (0 to 999,999,999; both negative for a negative sum). */
export interface Sum {
  readonly usd: number
  readonly nano: number
}

/**
 * Reads a decimal amount of USD exactly.
 * @returns nanoUSD, or undefined if the text is no plain decimal, has more than nine decimals, or is above 4 million USD.
 */
export function parseUsd(text: string): number | undefined {
  const match = /^(\d{1,7})(?:\.(\d{1,9})0*)?$/.exec(text)
  if (!match) return undefined
  const nano = Number(match[1]) * nanoPerUsd + Number((match[2] ?? '').padEnd(9, '0'))
  return nano <= maxAmountNanoUsd ? nano : undefined
}

/** Reads an amount of USD that may be below zero, as `parseUsd` does. */
export function parseSignedUsd(text: string): number | undefined {
  if (!text.startsWith('-')) return parseUsd(text)
  const nano = parseUsd(text.slice(1))
  // Zero has no sign.
  return nano && -nano
}

/** NanoUSD as a decimal string with all its digits, e.g. 1500000000 -> "1.5", 1 -> "0.000000001". */
export function formatUsd(nanoUsd: number): string {
  return formatSum({ usd: Math.trunc(nanoUsd / nanoPerUsd), nano: nanoUsd % nanoPerUsd })
}

/** A sum as a decimal string with all its digits. */
export function formatSum({ usd, nano }: Sum): string {
  const sign = usd < 0 || nano < 0 ? '-' : ''
  const decimals = String(Math.abs(nano)).padStart(9, '0').replace(/0+$/, '')
  return `${sign}${Math.abs(usd)}${decimals && '.'}${decimals}`
}

/** Brings the nanoUSD part of a sum back under one USD, and both parts to one sign. */
export function normaliseSum(usd: number, nano: number): Sum {
  const whole = usd + Math.trunc(nano / nanoPerUsd)
  const rest = nano % nanoPerUsd
  const carry = whole > 0 && rest < 0 ? 1 : whole < 0 && rest > 0 ? -1 : 0
  return { usd: whole - carry, nano: rest + carry * nanoPerUsd }
}
