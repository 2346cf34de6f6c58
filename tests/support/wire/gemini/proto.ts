import { z } from 'zod'
import { isObject } from '../../simulator/json.ts'

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** As the JSON form of protocol buffers has it: names in either case, and null for what is not set. */
function asProto(value: unknown): unknown {
  if (!isObject(value)) return value
  const set = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(set.map(([name, field]) => [camel(name), field]))
}

/** A message of the protocol: nothing unknown is in it. */
export function message<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(asProto, z.strictObject(shape))
}

/** A message that has nothing to say here beyond being one. */
export const anyMessage = z.record(z.string(), z.unknown())

/** Bytes in either kind of base64. */
export const bytes = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'Base64 decoding failed')
