/** A JSON object whose fields are not known yet. */
export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The field as an object; an empty one where it is none. */
export function fieldsOf(fields: Fields, name: string): Fields {
  const value = fields[name]
  return isFields(value) ? value : {}
}

/** The field as a key: a text, or a number as one; empty where it is neither. A provider may send an object that no text can be made of. */
export function keyOf(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The field as a list; an empty one where it is none. */
export function listOf(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name]
  return Array.isArray(value) ? value : []
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' ? value : undefined
}

/** More tokens than any call can have: a provider that says so is wrong. */
const absurd = 1_000_000_000

/** A number of tokens; undefined where it is none that can be believed. */
export function countOf(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= absurd
  return isCount ? value : undefined
}

const decoder = new TextDecoder()

/** A provider's JSON; undefined where it is none. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : decoder.decode(text))
  } catch {
    return undefined
  }
}

/** How many bytes a text has in UTF-8; none, if it is no text. */
export function utf8Length(text: unknown): number {
  if (typeof text !== 'string') return 0
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    // A surrogate pair is two units and four bytes; anything else above U+07FF is three.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}
