import { parseSignedUsd, parseUsd } from '../../core/money.ts'
import type { Metric } from '../../ledger/limit.ts'

const maxCount = 1_000_000_000_000

/** An amount as it is written in a body: a count, or USD as a decimal text or a number. */
export type WrittenAmount = string | number

/** Reads an amount in the metric's unit; undefined if it is none. */
export function readAmount(metric: Metric, written: WrittenAmount): number | undefined {
  if (metric === 'cost') return readUsd(written)
  if (typeof written === 'string' || !Number.isInteger(written)) return undefined
  return written >= 0 && written <= maxCount ? written : undefined
}

/** What an amount of this metric must be. */
export function amountHelp(metric: Metric): string {
  return metric === 'cost'
    ? 'must be USD from 0 to 4000000 with at most nine decimals, as a decimal string or a number.'
    : 'must be a whole number from 0 to 1000000000000.'
}

/** NanoUSD of an amount that is not below zero; undefined if it is none. */
export function readUsd(written: WrittenAmount): number | undefined {
  return parseUsd(decimalText(written))
}

/** NanoUSD of an amount that may be below zero; undefined if it is none. */
export function readSignedUsd(written: WrittenAmount): number | undefined {
  return parseSignedUsd(decimalText(written))
}

/** The shortest decimal text of a number: JavaScript writes those below a millionth with an exponent. */
function decimalText(written: WrittenAmount): string {
  if (typeof written === 'string') return written
  const sign = written < 0 ? '-' : ''
  const [digits = '', exponent] = String(Math.abs(written)).split('e-')
  if (exponent === undefined) return `${sign}${digits}`
  const places = Number(exponent) + digits.replace(/^\d\.?/, '').length
  return `${sign}0.${digits.replace('.', '').padStart(places, '0')}`
}
