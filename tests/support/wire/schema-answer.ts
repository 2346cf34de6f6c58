import { isObject, type Json } from '../simulator/json.ts'

/** Words for the formats of strings that schemas like to ask for. */
const formats: Record<string, string> = {
  date: '2025-11-23',
  time: '12:00:00Z',
  'date-time': '2025-11-23T12:00:00Z',
  email: 'a@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/** Of schemas that refer to themselves, no more than so deep. */
const maxDepth = 8

function typeOf(schema: Json): unknown {
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (typeof type === 'string') return type.toLowerCase()
  return schema.properties ? 'object' : schema.items ? 'array' : 'string'
}

function referred(schema: Json, root: Json): unknown {
  if (typeof schema.$ref !== 'string') return undefined
  let at: unknown = root
  for (const step of schema.$ref.replace(/^#\/?/, '').split('/')) {
    if (step !== '' && isObject(at)) at = at[step]
  }
  return at
}

function alternative(schema: Json): unknown {
  const lists = [schema.anyOf, schema.oneOf, schema.allOf]
  for (const list of lists) if (Array.isArray(list)) return list[0] as unknown
  return undefined
}

class Writer {
  readonly #root: Json

  constructor(root: Json) {
    this.#root = root
  }

  write(schema: unknown, depth: number): unknown {
    if (!isObject(schema) || depth > maxDepth) return null
    if ('const' in schema) return schema.const
    if (Array.isArray(schema.enum)) return schema.enum[0] as unknown
    const other = referred(schema, this.#root) ?? alternative(schema)
    return other === undefined ? this.#writeType(schema, depth) : this.write(other, depth + 1)
  }

  #writeType(schema: Json, depth: number): unknown {
    const type = typeOf(schema)
    if (type === 'object') return this.#writeObject(schema, depth)
    if (type === 'array') return [this.write(schema.items ?? {}, depth + 1)]
    if (type === 'number' || type === 'integer') return schema.minimum ?? 1
    if (type === 'boolean') return true
    if (type === 'null') return null
    return formats[String(schema.format)] ?? 'text'
  }

  #writeObject(schema: Json, depth: number): Json {
    const properties = isObject(schema.properties) ? schema.properties : {}
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, this.write(property, depth + 1)]),
    )
  }
}

/** A value that fits a simple JSON Schema (or Gemini's kind of it). */
export function schemaAnswer(schema: unknown): unknown {
  return new Writer(isObject(schema) ? schema : {}).write(schema, 0)
}
