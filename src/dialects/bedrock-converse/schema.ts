import type { JsonObject } from '../../core/chat/call.ts'
import { isFields } from '../fields.ts'

/** What Claude's decoder cannot hold a model to. */
const unenforced: ReadonlySet<string> = new Set([
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
])

/** Fields of a schema that hold schemas by name, and those that hold one or a list of them. */
const byName: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])
const inside: ReadonlySet<string> = new Set(['items', 'prefixItems', 'anyOf', 'allOf'])

export interface Enforceable {
  readonly schema: JsonObject
  /** Whether it says less than it did. */
  readonly weakened: boolean
}

/** The schema as Claude's decoder takes it: objects are closed, and there are none of the limits that it does not know. */
export function enforceable(schema: JsonObject): Enforceable {
  const state = { weakened: false }
  return { schema: strictSchema(schema, state), weakened: state.weakened }
}

function strictSchema(schema: JsonObject, state: { weakened: boolean }): JsonObject {
  const strict: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(schema)) {
    if (unenforced.has(name)) state.weakened = true
    else if (name === 'oneOf') strict['anyOf'] = mapped(value, state)
    else if (byName.has(name) && isFields(value)) strict[name] = named(value, state)
    else strict[name] = inside.has(name) ? mapped(value, state) : value
  }
  const isObject = strict['type'] === 'object' || isFields(strict['properties'])
  return isObject ? { ...strict, additionalProperties: false } : strict
}

function named(schemas: JsonObject, state: { weakened: boolean }): JsonObject {
  const entries = Object.entries(schemas).map(([name, value]) => [name, mapped(value, state)] as const)
  return Object.fromEntries(entries)
}

function mapped(value: unknown, state: { weakened: boolean }): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((inner) => mapped(inner, state))
  return isFields(value) ? strictSchema(value, state) : value
}
