import { z } from 'zod'
import { dotted, readStrictly, typeName } from '../fault.ts'

/** What a gateway may say that no vendor says, by name. Anything else unknown is an error. */
export const extensions = {
  weir: z.record(z.string(), z.unknown()).optional(),
  reasoning_content: z.string().nullish(),
  reasoning_details: z.array(z.looseObject({ type: z.string() })).optional(),
  extra_content: z.record(z.string(), z.unknown()).optional(),
}

/** What it may say beside in an error. */
export const errorExtensions = {
  weir: extensions.weir,
  limit: z.record(z.string(), z.unknown()).optional(),
  request_id: z.string().optional(),
}

/** An object of a format at which the gateway may say a word of its own. */
export function emitted<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, weir: extensions.weir })
}

export const count = z.int().min(0)
export const name = z.string().min(1)

/** A refusal of what was emitted. */
export function fail(what: string, message: string): never {
  throw new Error(`${what}: ${message}`)
}

/** Holds something to be so. */
export function must(isSo: boolean, what: string, message: string): asserts isSo {
  if (!isSo) fail(what, message)
}

/** Reads a value by its schema, or throws with the place that is wrong. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const read = readStrictly(schema, value)
  if ('ok' in read) return read.ok
  const { why, path, expected, message, value: found } = read.fault
  const place = dotted(path) || 'it'
  if (why === 'unknown') fail(what, `${place} is not a field of this format`)
  if (why === 'missing') fail(what, `${place} is missing`)
  fail(
    what,
    `${place} is ${typeName(found)} ${JSON.stringify(found)}: ${message}${expected ? ` (${expected})` : ''}`,
  )
}

/** Parses JSON, or throws. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fail(what, `is no JSON: ${text.slice(0, 80)}`)
  }
}
