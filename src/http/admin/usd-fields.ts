import { z } from '@hono/zod-openapi'
import { readSignedUsd, readUsd, type WrittenAmount } from './amounts.ts'

/** Amounts of USD in bodies: decimal strings or numbers as they are written, integers once they are read. */

/** More than any vendor asks for a million tokens; above it someone has mixed up the units. */
const maxPricePerMillionNanoUsd = 1_000_000_000_000
const nanoPerPico = 1000

/** Above zero; nanoUSD once read. */
export const positiveUsdField = usdField(
  (written) => notZero(readUsd(written)),
  'must be USD above 0, at most 4000000, with at most nine decimals, as a decimal string or a number.',
).openapi({ description: 'USD, as a decimal string or a number.', example: '5.00' })

/** Below or above zero; nanoUSD once read. */
export const signedUsdField = usdField(
  (written) => notZero(readSignedUsd(written)),
  'must be USD from -4000000 to 4000000, not 0, with at most nine decimals, as a decimal string or a number.',
).openapi({
  description: 'USD, as a decimal string or a number. Below zero gives back.',
  example: '-0.25',
})

/** Of a million tokens; picoUSD a token once read. A finer price than that would be rounded, perhaps to nothing. */
export const priceField = usdField(
  readPrice,
  'must be USD for a million tokens, from 0 to 1000, with at most six decimals.',
).openapi({ description: 'USD for a million tokens, as a decimal string or a number.', example: '2.50' })

function readPrice(written: WrittenAmount): number | undefined {
  const nano = readUsd(written)
  if (nano === undefined || nano > maxPricePerMillionNanoUsd || nano % nanoPerPico !== 0) return undefined
  return nano / nanoPerPico
}

function notZero(amount: number | undefined): number | undefined {
  return amount === 0 ? undefined : amount
}

function usdField(read: (written: WrittenAmount) => number | undefined, help: string) {
  return z.union([z.string(), z.number()], help).transform((written, ctx) => {
    const amount = read(written)
    if (amount === undefined) ctx.addIssue({ code: 'custom', message: help })
    return amount ?? 0
  })
}
