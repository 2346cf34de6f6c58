import { WeirError } from '../core/errors.ts'
import { countBackslashNames, findFields, type JsonField, type JsonFields } from '../core/json-fields.ts'
import type { InputSize } from '../core/dialect.ts'
import { isFields, type Fields } from './fields.ts'
import { surveyRequest, type Surveying } from './survey.ts'

/** A request's JSON with where its fields are, so that a few can be edited. */
export interface JsonRequest {
  readonly body: Uint8Array
  readonly values: Fields
  readonly fields: ReadonlyMap<string, JsonField>
  /** Offset of the opening brace. */
  readonly open: number
  readonly size: InputSize
}

interface Reading extends Surveying {
  /** Fields that change model, price, amount, stored state or whom a limit counts. Whoever sends one must send it plainly, and once. */
  readonly governed: ReadonlySet<string>
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a body as every dialect has to. Throws WeirError `invalid_request`, naming the field at fault. */
export function readJsonRequest(body: Uint8Array, reading: Reading): JsonRequest {
  refuseTangled(body)
  const values = parseObject(body)
  const found = findFields(body)
  if (found.fields.length > maxFields) throw invalid(`A request has at most ${maxFields} fields.`)
  const { fieldCount, backslashNames, size } = surveyRequest(values, body.length, reading)
  const fields = indexFields(found, reading.governed)
  if (fieldCount !== found.fieldCount) throw invalid('A field is repeated within one object.')
  // V8 12.8 to 14.6 may read an escaped name as one with a backslash that it saw before (nodejs/node#63785): `"\u0074ype"` would hide.
  if (backslashNames > 0 && backslashNames !== countBackslashNames(body))
    throw invalid('A field has a name that cannot be read for certain: write it without escapes.')
  return { body, values, fields, open: found.open, size }
}

/** More commas, colons and brackets than the longest honest request has, its text included: reading them would hold up everybody. */
const maxMarks = 500_000
const maxFields = 1_000
/** By byte: 1 for a mark. */
const marks = Uint8Array.from({ length: 256 }, (_, byte) =>
  ',:[{'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

function refuseTangled(body: Uint8Array): void {
  if (body.length <= maxMarks) return
  let count = 0
  for (const byte of body) count += marks[byte] ?? 0
  if (count > maxMarks) throw invalid('The request has too many parts.')
}

function parseObject(body: Uint8Array): Fields {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(body))
  } catch {
    throw invalid('The body is not valid JSON in UTF-8.')
  }
  if (!isFields(value)) throw invalid('The body must be a JSON object.')
  return value
}

/** Names that a provider may read as a governed field, but we would not, are refused. */
function indexFields({ fields }: JsonFields, governed: ReadonlySet<string>): Map<string, JsonField> {
  const byName = new Map<string, JsonField>()
  for (const field of fields) {
    const name = plainName(field.rawName)
    const folded = foldName(name)
    if (governed.has(folded) && field.rawName !== folded)
      throw invalid(`Write the field ${folded} plainly, in lower case and without escapes.`, folded)
    if (byName.has(name)) throw invalid(`The field ${name} is repeated.`, name)
    byName.set(name, field)
  }
  return byName
}

/** A name without its escapes, and as UTF-8 where it was found byte by byte. */
function plainName(rawName: string): string {
  if (!/[\\\x80-\xff]/.test(rawName)) return rawName
  const bytes = Uint8Array.from(`"${rawName}"`, (character) => character.charCodeAt(0))
  return JSON.parse(decoder.decode(bytes)) as string
}

/** A name as a provider that ignores case reads it: some take `\u017f` for s and `\u212a` for k, too. */
export function foldName(name: string): string {
  return name.toUpperCase().toLowerCase()
}

/** Texts only: anything else could not carry the org. */
export function readText(values: Fields, name: string): string | undefined {
  const value = values[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${name} must be a string.`, name)
}

/** False where it is absent. */
export function readFlag(values: Fields, name: string): boolean {
  const value = values[name] ?? false
  if (typeof value !== 'boolean') throw invalid(`${name} must be true or false.`, name)
  return value
}

/** A whole number from 1 to `most`. */
export function readWhole(values: Fields, name: string, most: number): number | undefined {
  const value = values[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most)
    throw invalid(`${name} must be a whole number from 1 to ${most}.`, name)
  return value
}

export function invalid(message: string, param?: string): WeirError {
  return new WeirError('invalid_request', message, param === undefined ? {} : { param })
}
