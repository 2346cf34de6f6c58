import type { JsonObject } from '../core/chat/call.ts'
import { isFields } from './fields.ts'

/** Keywords that OpenAI can hold an answer to, or that only explain; it refuses strict schemas with others. */
const keywords: ReadonlySet<string> = new Set([
  '$defs',
  '$ref',
  '$schema',
  'additionalProperties',
  'anyOf',
  'const',
  'definitions',
  'description',
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'items',
  'maxItems',
  'maximum',
  'minItems',
  'minimum',
  'multipleOf',
  'pattern',
  'properties',
  'required',
  'title',
  'type',
])

const formats: ReadonlySet<unknown> = new Set([
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'time',
  'uuid',
])

/** What says which values there are: without any of these a schema is one of anything. */
const kinds = ['$ref', 'anyOf', 'const', 'enum', 'type']

/** Whether OpenAI can hold an answer to the schema: objects that are closed, and have all their fields. */
export function fitsStrict(schema: JsonObject): boolean {
  return schema['type'] === 'object' && schema['anyOf'] === undefined && isStrict(schema)
}

function isStrict(schema: unknown): boolean {
  if (!isFields(schema) || Object.keys(schema).some((name) => !keywords.has(name))) return false
  if (!kinds.some((name) => name in schema)) return false
  if ('format' in schema && !formats.has(schema['format'])) return false
  return isClosed(schema) && hasItems(schema) && childrenOf(schema).every(isStrict)
}

function isOfType(schema: JsonObject, type: string): boolean {
  return schema['type'] === type || (Array.isArray(schema['type']) && schema['type'].includes(type))
}

function isClosed(schema: JsonObject): boolean {
  const { properties = {}, required = [], additionalProperties } = schema
  if (!isOfType(schema, 'object') && schema['properties'] === undefined) return true
  if (additionalProperties !== false || !isFields(properties) || !Array.isArray(required)) return false
  const names = new Set(Object.keys(properties))
  return names.size === required.length && required.every((name) => names.has(name as string))
}

function hasItems(schema: JsonObject): boolean {
  return !isOfType(schema, 'array') || isFields(schema['items'])
}

function childrenOf(schema: JsonObject): unknown[] {
  const { items, anyOf, properties, $defs, definitions } = schema
  const named = [properties, $defs, definitions].flatMap((each) =>
    isFields(each) ? Object.values(each) : [],
  )
  return [...named, ...(Array.isArray(anyOf) ? anyOf : []), ...(items === undefined ? [] : [items])]
}

/** What is wished of an answer, or of the arguments of a tool. */
interface Shape {
  readonly schema?: JsonObject
  readonly strict?: boolean
}

/** Whether to hold the model to the schema, where it can be held to it: OpenAI would refuse the others. */
export function keptStrict({ schema, strict }: Shape, dropped: Set<string>): boolean | undefined {
  if (strict !== true || !schema || fitsStrict(schema)) return strict
  dropped.add('strict')
  return undefined
}
