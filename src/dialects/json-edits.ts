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
