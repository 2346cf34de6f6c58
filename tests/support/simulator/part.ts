import type { Json } from './json.ts'

/** A stretch of the body: a stream's event, or half of an unstreamed body. */
export interface Part {
  readonly bytes: Buffer
  /** Told with these bytes. */
  readonly usage?: Json
}

export function part(text: string, usage?: Json): Part {
  return { bytes: Buffer.from(text), ...(usage && { usage }) }
}

export function lengthOf(parts: readonly Part[]): string {
  return String(parts.reduce((sum, { bytes }) => sum + bytes.length, 0))
}

/** A place among the parts; below zero it counts from the end. */
export function placeOf(at: number, parts: readonly Part[]): number {
  return at < 0 ? Math.max(0, parts.length + at) : Math.min(at, parts.length)
}
