import type { JsonObject } from '../../core/chat/call.ts'
import { isFields, type Fields } from '../fields.ts'

/** Limits that the provider's decoder does not keep: they are told to the model instead. */
const toldLimits = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'not',
]

const knownFormats: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

/** Where a schema holds others: by name, in a list, or as it is. */
const maps = ['properties', '$defs', 'definitions']
const lists = ['anyOf', 'allOf', 'prefixItems']

/** A schema as the provider's decoder takes it. What that cannot keep to is put into words. */
export function cleanSchema(schema: JsonObject): JsonObject {
  if (schema['$ref'] !== undefined) return { $ref: schema['$ref'], ...onlyDefinitions(schema) }
  const cleaned: Record<string, unknown> = Object.fromEntries(
    Object.entries(withAnyOf(schema))
      .filter(([name, value]) => !isTold(name, value))
      .map(([name, value]) => [name, cleanField(name, value)]),
  )
  const words = toldWords(schema)
  if (words !== '') cleaned['description'] = [schema['description'], words].filter(Boolean).join('\n')
  if (isObject(schema)) cleaned['additionalProperties'] = false
  return cleaned
}

/** Beside a reference nothing may stand, but what it refers to. */
function onlyDefinitions(schema: JsonObject): Fields {
  const names = ['$defs', 'definitions'].filter((name) => schema[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, cleanField(name, schema[name])]))
}

function withAnyOf({ oneOf, ...rest }: JsonObject): JsonObject {
  return oneOf === undefined || rest['anyOf'] !== undefined ? rest : { ...rest, anyOf: oneOf }
}

function isTold(name: string, value: unknown): boolean {
  return toldLimits.includes(name) || (name === 'format' && !knownFormats.has(value))
}

function toldWords(schema: JsonObject): string {
  const told = Object.entries(schema).filter(([name, value]) => isTold(name, value) && value !== false)
  return told.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')
}

function cleanField(name: string, value: unknown): unknown {
  if (maps.includes(name) && isFields(value)) return mapValues(value, cleanItem)
  if (lists.includes(name) && Array.isArray(value)) return (value as unknown[]).map(cleanItem)
  if (name === 'items') return Array.isArray(value) ? (value as unknown[]).map(cleanItem) : cleanItem(value)
  return value
}

function cleanItem(value: unknown): unknown {
  return isFields(value) ? cleanSchema(value) : value
}

function mapValues(fields: Fields, change: (value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]))
}

function isObject({ type, properties }: JsonObject): boolean {
  return type === 'object' || properties !== undefined || (Array.isArray(type) && type.includes('object'))
}
