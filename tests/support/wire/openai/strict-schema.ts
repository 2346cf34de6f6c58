import { isObject, type Json } from '../../simulator/json.ts'
import { firstWrong, Refusal } from '../refusal.ts'

/** Keywords that a strict schema may not have. */
const refused = ['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'patternProperties', 'dependentRequired']

function contextOf(path: readonly string[]): string {
  return `In context=(${path.map((step) => `'${step}'`).join(', ')})`
}

function wrongObject(schema: Json, path: readonly string[]): string | undefined {
  if (schema.type !== 'object' && !schema.properties) return undefined
  if (schema.additionalProperties !== false) {
    return `${contextOf(path)}, 'additionalProperties' is required to be supplied and to be false.`
  }
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : []
  const names = isObject(schema.properties) ? Object.keys(schema.properties) : []
  const missing = names.find((name) => !required.includes(name))
  if (missing === undefined) return undefined
  return `${contextOf(path)}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`
}

function wrongAt(schema: unknown, path: readonly string[]): string | undefined {
  if (!isObject(schema)) return undefined
  const keyword = refused.find((name) => name in schema)
  if (keyword) return `${contextOf(path)}, '${keyword}' is not permitted.`
  return (
    wrongObject(schema, path) ??
    firstWrong(childrenOf(schema), ([name, child]) => wrongAt(child, [...path, ...name.split('.')]))
  )
}

function childrenOf(schema: Json): [string, unknown][] {
  const of = (key: string): [string, unknown][] => {
    const value = schema[key]
    if (Array.isArray(value)) return value.map((child: unknown, at) => [`${key}.${at}`, child])
    return isObject(value) ? Object.entries(value).map(([name, child]) => [`${key}.${name}`, child]) : []
  }
  return [...of('properties'), ...of('$defs'), ...of('anyOf'), ['items', schema.items]]
}

/** Refuses a schema that cannot be kept to strictly. */
export function mustBeStrict(schema: unknown, what: string, param: string): void {
  const isRootObject = isObject(schema) && schema.type === 'object'
  const wrong = isRootObject ? wrongAt(schema, []) : 'schema must be a JSON Schema of \'type: "object"\'.'
  if (wrong)
    throw new Refusal(400, `Invalid schema for ${what}: ${wrong}`, { param, code: 'invalid_json_schema' })
}

/** A function as both APIs have it. */
export interface FunctionParam {
  readonly name: string
  readonly parameters?: Json | null | undefined
  readonly strict?: boolean | null | undefined
}

/** Refuses a function whose arguments no model could write. */
export function mustTakeArguments({ name, parameters, strict }: FunctionParam, param: string): void {
  if (parameters && parameters.type !== 'object') {
    const message = `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${String(parameters.type ?? 'None')}"'.`
    throw new Refusal(400, message, { param, code: 'invalid_function_parameters' })
  }
  if (strict && parameters) mustBeStrict(parameters, `function '${name}'`, param)
}
