import { isObject, type Json } from '../../support/simulator/json.ts'

/** Readers of what came, that say what is wrong instead of guessing. */

export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Readonly<Record<string | number, unknown>>)[step]
  }
  return here
}

export function objectAt(value: unknown, ...path: readonly (string | number)[]): Json {
  const found = at(value, ...path)
  if (!isObject(found)) throw new Error(`No object at ${path.join('.')} in ${JSON.stringify(value)}`)
  return found
}

/** An absent list is empty. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path) ?? []
  if (!Array.isArray(found) || !found.every(isObject))
    throw new Error(`No list of objects at ${path.join('.')} in ${JSON.stringify(value)}`)
  return found
}

/** An absent or null text is empty. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path) ?? ''
  if (typeof found !== 'string') throw new Error(`No text at ${path.join('.')} in ${JSON.stringify(value)}`)
  return found
}

/** An absent count is zero. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path) ?? 0
  if (typeof found !== 'number') throw new Error(`No number at ${path.join('.')} in ${JSON.stringify(value)}`)
  return found
}

/** All of a text that comes in pieces. */
export function joined(values: readonly unknown[], ...path: readonly (string | number)[]): string {
  return values.map((value) => textAt(value, ...path)).join('')
}
