import type { JsonObject } from '../../core/chat/call.ts'
import { isFields, type Fields } from '../fields.ts'
import { camelOf } from './field-names.ts'

/** Google's own schemas are a subset of OpenAPI's; its newer fields take JSON Schema. */

type Rewrite = (schema: Fields) => JsonObject

/** Where a schema holds others: alone, in a list, or by name. */
const inner: Readonly<Record<string, 'one' | 'list' | 'named'>> = {
  items: 'one',
  additionalProperties: 'one',
  anyOf: 'list',
  oneOf: 'list',
  allOf: 'list',
  prefixItems: 'list',
  properties: 'named',
  $defs: 'named',
  definitions: 'named',
}

function mapInner(name: string, value: unknown, rewrite: Rewrite): unknown {
  const rewritten = (schema: unknown) => (isFields(schema) ? rewrite(schema) : schema)
  const place = Object.hasOwn(inner, name) ? inner[name] : undefined
  if (place === 'one') return rewritten(value)
  if (place === 'list' && Array.isArray(value)) return value.map(rewritten)
  if (place === 'named' && isFields(value))
    return Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, rewritten(schema)]))
  return value
}

/** Fields that JSON Schema does not have, or that say nothing there. */
const ownToGoogle: ReadonlySet<string> = new Set(['nullable', 'propertyOrdering', 'example'])

/** A schema of Google's as JSON Schema. */
export function toJsonSchema(schema: Fields): JsonObject {
  const entries = Object.entries(schema)
    .map(([name, value]) => [name.startsWith('$') ? name : camelOf(name), value] as const)
    .filter(([name, value]) => !ownToGoogle.has(name) && value !== null && !isEnumFormat(name, value))
    .map(([name, value]) => [name, plainValue(name, mapInner(name, value, toJsonSchema))] as const)
  const converted = Object.fromEntries(entries)
  return schema['nullable'] === true ? orNull(converted) : converted
}

function isEnumFormat(name: string, value: unknown): boolean {
  return name === 'format' && value === 'enum'
}

/** Types in lower case; bounds, which proto writes as text, as numbers. */
function plainValue(name: string, value: unknown): unknown {
  if (name === 'type' && typeof value === 'string') return value.toLowerCase()
  if (/^(min|max)[A-Z]/.test(name) && typeof value === 'string' && /^\d{1,15}$/.test(value))
    return Number(value)
  return value
}

function orNull(schema: Fields): JsonObject {
  const { type, enum: values } = schema
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const orNone = Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}
  return { ...schema, type: [type, 'null'], ...orNone }
}

/** JSON Schema as the format of an answer takes it: `const` is an `enum` of one. */
export function withoutConst(schema: Fields): JsonObject {
  const { const: only, ...rest } = schema
  const entries = Object.entries(rest).map(
    ([name, value]) => [name, mapInner(name, value, withoutConst)] as const,
  )
  return { ...Object.fromEntries(entries), ...(only !== undefined && { enum: [only] }) }
}
