import { isFields, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'

/** What is read of a request must have the right type. A refusal names the place, such as `messages[2].content`. */

export function needFields(value: unknown, path: string): Fields {
  if (isFields(value)) return value
  throw invalid(`${path} must be an object.`, path)
}

export function needList(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw invalid(`${path} must be a list.`, path)
}

export function needText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw invalid(`${path} must be a string.`, path)
}

/** A name or an id. */
export function needName(value: unknown, path: string): string {
  const name = needText(value, path)
  if (name !== '') return name
  throw invalid(`${path} must not be empty.`, path)
}

/** Undefined where it is absent or null. */
export function optional<T>(
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path)
}

export function needFlag(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  throw invalid(`${path} must be true or false.`, path)
}

export function needNumber(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  throw invalid(`${path} must be a number.`, path)
}

export function needWhole(value: unknown, path: string): number {
  const number = needNumber(value, path)
  if (Number.isSafeInteger(number)) return number
  throw invalid(`${path} must be a whole number.`, path)
}

/** A reader of one of a few words. */
export function oneOf<T extends string>(words: readonly T[]): (value: unknown, path: string) => T {
  return (value, path) => {
    const word = words.find((word) => word === value)
    if (word !== undefined) return word
    throw invalid(`${path} must be one of ${words.join(', ')}.`, path)
  }
}

/** Puts down the fields that are none of these and ask for something. */
export function noteForeign(record: Fields, known: ReadonlySet<string>, foreign: Set<string>): void {
  for (const [name, value] of Object.entries(record))
    if (!known.has(name) && !isIdle(value)) foreign.add(name)
}

/** Null and what is empty ask for nothing. */
function isIdle(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
