import { z } from 'zod'
import { message } from './proto.ts'

const types = z
  .string()
  .transform((type) => type.toUpperCase())
  .pipe(z.enum(['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL', 'TYPE_UNSPECIFIED']))

/** Counts are 64 bits wide, and so may be texts. */
const count = z.union([z.int(), z.string().regex(/^\d+$/)])

/** The vendor's own kind of schema: some of OpenAPI 3.0, and no `$ref`, `oneOf`, `const` or `additionalProperties`. */
export interface SchemaParam {
  type?: string | undefined
  properties?: Record<string, SchemaParam> | undefined
  required?: string[] | undefined
  items?: SchemaParam | undefined
  anyOf?: SchemaParam[] | undefined
  enum?: string[] | undefined
}

export const schemaMessage: z.ZodType<SchemaParam> = z.lazy(() =>
  message({
    type: types.optional(),
    format: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    nullable: z.boolean().optional(),
    enum: z.array(z.string()).optional(),
    items: schemaMessage.optional(),
    minItems: count.optional(),
    maxItems: count.optional(),
    properties: z.record(z.string(), schemaMessage).optional(),
    minProperties: count.optional(),
    maxProperties: count.optional(),
    required: z.array(z.string()).optional(),
    propertyOrdering: z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    pattern: z.string().optional(),
    anyOf: z.array(schemaMessage).optional(),
    default: z.unknown().optional(),
    example: z.unknown().optional(),
  }),
)

/** What is wrong with one beyond its fields. */
export function wrongSchema(schema: SchemaParam, where: string): string | undefined {
  const names = Object.keys(schema.properties ?? {})
  if (schema.type === 'OBJECT' && schema.properties && names.length === 0) {
    return `* ${where}.properties: should be non-empty for OBJECT type`
  }
  if (schema.type === 'ARRAY' && !schema.items) return `* ${where}.items: missing field.`
  const missing = schema.required?.findIndex((name) => !names.includes(name)) ?? -1
  if (missing >= 0) return `* ${where}.required[${missing}]: property is not defined`
  for (const [name, child] of childrenOf(schema)) {
    const wrong = wrongSchema(child, `${where}.${name}`)
    if (wrong) return wrong
  }
  return undefined
}

function childrenOf({ properties = {}, items, anyOf = [] }: SchemaParam): (readonly [string, SchemaParam])[] {
  const named = Object.entries(properties).map(([name, child]) => [`properties[${name}]`, child] as const)
  const listed = anyOf.map((child, at) => [`any_of[${at}]`, child] as const)
  return [...named, ...(items ? [['items', items] as const] : []), ...listed]
}
