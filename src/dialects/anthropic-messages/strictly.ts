import { isFields, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'

/** Reads what a request must be like to be understood. `at` says where it stands: `messages.3.content.1`. */

export function objectAt(value: unknown, at: string): Fields {
  if (isFields(value)) return value
  throw invalid(`${at} must be an object.`, at)
}

/** A list; an empty one where it is absent. */
export function listAt(value: unknown, at: string): readonly unknown[] {
  const list = value ?? []
  if (Array.isArray(list)) return list
  throw invalid(`${at} must be a list.`, at)
}

export function textAt(value: unknown, at: string): string {
  if (typeof value === 'string') return value
  throw invalid(`${at} must be a string.`, at)
}

export function optionalText(value: unknown, at: string): string | undefined {
  return (value ?? undefined) === undefined ? undefined : textAt(value, at)
}

export function optionalNumber(value: unknown, at: string): number | undefined {
  const number = value ?? undefined
  if (number === undefined || typeof number === 'number') return number
  throw invalid(`${at} must be a number.`, at)
}

export function optionalFlag(value: unknown, at: string): boolean | undefined {
  const flag = value ?? undefined
  if (flag === undefined || typeof flag === 'boolean') return flag
  throw invalid(`${at} must be true or false.`, at)
}

/** The name of a caller's field, as far as it can stand in a header; else what it stands for. */
export function nameable(name: string, otherwise: string): string {
  return /^[a-z][a-z0-9_]{0,63}$/.test(name) ? name : otherwise
}
