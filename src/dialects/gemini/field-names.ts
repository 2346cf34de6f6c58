import type { JsonField } from '../../core/json-fields.ts'
import type { Fields } from '../fields.ts'
import { isFields } from '../fields.ts'
import { foldName, invalid } from '../json-request.ts'

/** Google's parser takes a field by its JSON name and by its proto name: `maxOutputTokens` and `max_output_tokens`. */

export function snakeOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function camelOf(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** A field by either name; undefined where it is null. By both names at once it is refused: nobody knows which one counts. */
export function fieldOf(fields: Fields, name: string): unknown {
  const snake = snakeOf(name)
  if (snake === name) return fields[name] ?? undefined
  if (fields[name] !== undefined && fields[snake] !== undefined)
    throw invalid(`Send ${name} or ${snake}, not both.`, name)
  return fields[name] ?? fields[snake] ?? undefined
}

/** By which of its names a field is there; undefined where it is not. */
export function spellingOf(fields: Fields, name: string): string | undefined {
  return [name, snakeOf(name)].find((spelling) => fields[spelling] !== undefined)
}

/** The names as they are compared: whatever else a parser may take for one of them is found. */
export type Governed = ReadonlyMap<string, string>

export function governing(names: readonly string[]): Governed {
  return new Map(names.map((name) => [comparable(name), name]))
}

function comparable(name: string): string {
  return foldName(name).replaceAll('_', '')
}

/** Refuses a governed name that is there twice, or in any spelling but the two that are Google's. */
export function checkNames(
  fields: Iterable<readonly [string, JsonField]>,
  values: Fields,
  governed: Governed,
): void {
  for (const [name, { rawName }] of fields) {
    const known = governed.get(comparable(name))
    if (known !== undefined && rawName !== known && rawName !== snakeOf(known))
      throw invalid(`Write the field ${known} plainly, without escapes.`, known)
  }
  for (const name of governed.values()) fieldOf(values, name)
}

/** The field as an object. */
export function objectOf(fields: Fields, name: string): Fields | undefined {
  const value = fieldOf(fields, name)
  if (value === undefined || isFields(value)) return value
  throw invalid(`${name} must be an object.`, name)
}

/** The field as a list of objects: Google takes a single one for a list of one. */
export function objectsOf(fields: Fields, name: string): readonly Fields[] {
  const value = fieldOf(fields, name) ?? []
  const items: unknown[] = Array.isArray(value) ? value : [value]
  if (items.every(isFields)) return items
  throw invalid(`${name} must be a list of objects.`, name)
}

export function stringOf(fields: Fields, name: string): string | undefined {
  const value = fieldOf(fields, name)
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${name} must be a string.`, name)
}

export function numberOf(fields: Fields, name: string): number | undefined {
  const value = fieldOf(fields, name)
  if (value === undefined || typeof value === 'number') return value
  throw invalid(`${name} must be a number.`, name)
}

export function flagOf(fields: Fields, name: string): boolean | undefined {
  const value = fieldOf(fields, name)
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(`${name} must be true or false.`, name)
}

/** The field as a list of strings. */
export function stringsOf(fields: Fields, name: string): readonly string[] {
  const value = fieldOf(fields, name) ?? []
  const items: unknown[] = Array.isArray(value) ? value : [value]
  if (items.every((item) => typeof item === 'string')) return items
  throw invalid(`${name} must be a list of strings.`, name)
}

/** A whole number from 1 to `most`. */
export function wholeOf(fields: Fields, name: string, most: number): number | undefined {
  const value = numberOf(fields, name)
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return value
  throw invalid(`${name} must be a whole number from 1 to ${most}.`, name)
}
