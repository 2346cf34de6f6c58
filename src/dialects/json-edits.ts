import { createHash } from 'node:crypto'
import type { Splice } from '../core/json-fields.ts'
import { readText, type JsonRequest } from './json-request.ts'

/** Edits of a request's bytes that leave all else as it came. */

/** The longest id that providers take. */
const maxIdLength = 64

/** Replaces a field's value, unless it is that already, or puts the field in front of all others. */
export function setField(request: JsonRequest, name: string, json: string): Splice[] {
  const field = request.fields.get(name)
  if (!field) return [insertion(request, name, json)]
  if (JSON.stringify(request.values[name]) === json) return []
  return [{ start: field.valueStart, end: field.valueEnd, text: json }]
}

function insertion(request: JsonRequest, name: string, json: string): Splice {
  const separator = request.fields.size > 0 ? ',' : ''
  return { start: request.open + 1, end: request.open + 1, text: `"${name}":${json}${separator}` }
}

export function renameField(request: JsonRequest, name: string, newName: string): Splice[] {
  const field = request.fields.get(name)
  return field
    ? [{ start: field.nameStart, end: field.nameStart + name.length + 2, text: `"${newName}"` }]
    : []
}

/** Replaces what of a field's value has to be otherwise: `mend` gives back the value itself where nothing has to. */
export function mendField(request: JsonRequest, name: string, mend: (value: unknown) => unknown): Splice[] {
  const field = request.fields.get(name)
  const value = request.values[name]
  if (!field || mend(value) === value) return []
  const text = decoder.decode(request.body.subarray(field.valueStart, field.valueEnd))
  return [{ start: field.valueStart, end: field.valueEnd, text: JSON.stringify(mend(parseExactly(text))) }]
}

/** The items as `mend` has them, none, one or more for each; the same list where all of them stay. */
export function mendList(value: unknown, mend: (item: unknown) => readonly unknown[]): unknown {
  if (!Array.isArray(value)) return value
  const items: readonly unknown[] = value
  const mended = items.flatMap(mend)
  const isSame = mended.length === items.length && mended.every((item, at) => item === items[at])
  return isSame ? value : mended
}

/** JSON whose numbers are written again as they were: a double does not hold them all. */
function parseExactly(text: string): unknown {
  return sourceJson.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? sourceJson.rawJSON(source) : value,
  )
}

/** ES2026; TypeScript's library does not have it yet. */
interface SourceJson {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown
  rawJSON(text: string): unknown
}

const sourceJson = JSON as unknown as SourceJson
const decoder = new TextDecoder()

export function prefixId(request: JsonRequest, name: string, org: string): Splice[] {
  const field = request.fields.get(name)
  const id = readText(request.values, name)
  if (!field || id === undefined) return []
  return [{ start: field.valueStart, end: field.valueEnd, text: JSON.stringify(prefixedId(id, org)) }]
}

/** `alice` of org `acme` goes up as `acme:alice`; what would grow too long goes up as a digest. */
export function prefixedId(id: string, org: string): string {
  const prefixed = `${org}:${id}`
  if (prefixed.length <= maxIdLength) return prefixed
  return `${org}:${createHash('sha256').update(id).digest('hex').slice(0, 32)}`
}
