import type { ModelRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { countBackslashNames, findFields, type JsonField, type JsonFields } from '../../core/json-fields.ts'
import { readEndUser } from './end-user.ts'
import { surveyRequest } from './survey.ts'
import { isFields } from './usage.ts'

/** A chat request with where its fields are, so that a few can be edited. */
export interface ChatRequest extends ModelRequest {
  readonly values: Readonly<Record<string, unknown>>
  readonly fields: ReadonlyMap<string, JsonField>
  readonly open: number
  /** Whether the caller asked for the usage chunk of a stream. */
  readonly wantsUsage: boolean
}

/** Fields that change model, price, amount, stored state or whom a limit counts. Whoever sends one must send it plainly, and once. */
export const governedFields: ReadonlySet<string> = new Set([
  'model',
  'models',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'best_of',
  'service_tier',
  'tools',
  'functions',
  'web_search_options',
  'plugins',
  'store',
  'background',
  'conversation',
  'previous_response_id',
  'prediction',
  'prompt_cache_options',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'metadata',
])

/** Ids that a provider would mix up between orgs if they came up as they are. */
export const tenantFields = ['user', 'safety_identifier', 'prompt_cache_key']

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads and checks a chat request. Throws WeirError, naming the field at fault. */
export function readRequest(body: Uint8Array): ChatRequest {
  refuseTangled(body)
  const values = parseObject(body)
  const found = findFields(body)
  if (found.fields.length > maxFields) throw invalid(`A request has at most ${maxFields} fields.`)
  const { fieldCount, backslashNames, size } = surveyRequest(values, body.length)
  const fields = indexFields(found)
  if (fieldCount !== found.fieldCount) throw invalid('A field is repeated within one object.')
  // V8 12.8 to 14.6 may read an escaped name as one with a backslash that it saw before (nodejs/node#63785): `"\u0074ype"` would hide.
  if (backslashNames > 0 && backslashNames !== countBackslashNames(body))
    throw invalid('A field has a name that cannot be read for certain: write it without escapes.')
  refuseUnpriced(values)
  for (const name of tenantFields) readText(values, name)
  const endUser = readEndUser(values)
  const outputCap = readOutputCap(values)
  const answers = readWhole(values, 'n', 128) ?? 1
  return {
    body,
    values,
    fields,
    open: found.open,
    size,
    model: readModel(values),
    stream: readFlag(values, 'stream'),
    wantsUsage: readWantsUsage(values),
    ...(outputCap !== undefined && { outputCap }),
    answers,
    extraOutputTokens: predictionBytes(fields) * answers,
    ...(endUser !== undefined && { endUser }),
  }
}

/** More commas, colons and brackets than the longest honest request has, its text included: reading them would hold up everybody. */
const maxMarks = 500_000
const maxFields = 1_000
const marks: ReadonlySet<number> = new Set([...',:[{'].map((mark) => mark.charCodeAt(0)))

function refuseTangled(body: Uint8Array): void {
  if (body.length <= maxMarks) return
  let count = 0
  for (const byte of body)
    if (marks.has(byte) && ++count > maxMarks) throw invalid('The request has too many parts.')
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(body))
  } catch {
    throw invalid('The body is not valid JSON in UTF-8.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('The body must be a JSON object.')
  return value as Readonly<Record<string, unknown>>
}

/** Names that a provider may read as a governed field, but we would not, are refused. */
function indexFields({ fields }: JsonFields): Map<string, JsonField> {
  const byName = new Map<string, JsonField>()
  for (const field of fields) {
    const name = plainName(field.rawName)
    const folded = foldName(name)
    if (governedFields.has(folded) && field.rawName !== folded)
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

function readModel(values: Readonly<Record<string, unknown>>): string {
  const { model } = values
  if (typeof model !== 'string' || model === '') throw invalid('model must be the name of a model.', 'model')
  if (!Array.isArray(values['messages'])) throw invalid('messages must be a list.', 'messages')
  return model
}

/** Texts only: anything else could not carry the org. */
export function readText(values: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = values[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${name} must be a string.`, name)
}

function readFlag(values: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = values[name] ?? false
  if (typeof value !== 'boolean') throw invalid(`${name} must be true or false.`, name)
  return value
}

function readWhole(
  values: Readonly<Record<string, unknown>>,
  name: string,
  most: number,
): number | undefined {
  const value = values[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most)
    throw invalid(`${name} must be a whole number from 1 to ${most}.`, name)
  return value
}

function readOutputCap(values: Readonly<Record<string, unknown>>): number | undefined {
  const old = readWhole(values, 'max_tokens', 10_000_000)
  const current = readWhole(values, 'max_completion_tokens', 10_000_000)
  if (old !== undefined && current !== undefined)
    throw invalid('Send max_tokens or max_completion_tokens, not both.', 'max_tokens')
  return current ?? old
}

function readWantsUsage(values: Readonly<Record<string, unknown>>): boolean {
  const options = values['stream_options'] ?? undefined
  if (options === undefined) return false
  if (typeof options !== 'object' || Array.isArray(options))
    throw invalid('stream_options must be an object.', 'stream_options')
  return readFlag(options as Readonly<Record<string, unknown>>, 'include_usage')
}

/** Fields that would buy or keep something that no price and no owner is known for: refused, unless switched off. */
const unpriced: Readonly<Record<string, (value: unknown) => boolean>> = {
  models: () => true,
  best_of: (value) => value !== 1,
  service_tier: (value) => value !== 'auto' && value !== 'default',
  web_search_options: () => true,
  plugins: (value) => !Array.isArray(value) || value.length > 0,
  store: (value) => value !== false,
  background: (value) => value !== false,
  conversation: () => true,
  previous_response_id: () => true,
  // A cache that is kept for longer costs more to write.
  prompt_cache_options: (value) => isFields(value) && (value['ttl'] ?? '30m') !== '30m',
}

const clientTools: ReadonlySet<unknown> = new Set(['function', 'custom'])

function refuseUnpriced(values: Readonly<Record<string, unknown>>): void {
  for (const [name, buys] of Object.entries(unpriced)) {
    const value = values[name] ?? undefined
    if (value !== undefined && buys(value)) throw invalid(`${name} is not supported with this value.`, name)
  }
  const tools = values['tools'] ?? []
  if (!Array.isArray(tools)) throw invalid('tools must be a list.', 'tools')
  for (const tool of tools as unknown[]) {
    const type = typeof tool === 'object' && tool !== null && 'type' in tool ? tool.type : undefined
    if (!clientTools.has(type)) throw invalid('Only tools of type function or custom are supported.', 'tools')
  }
}

/** A prediction that is rejected is billed as output on top: no more tokens than it has bytes. */
function predictionBytes(fields: ReadonlyMap<string, JsonField>): number {
  const field = fields.get('prediction')
  return field ? field.valueEnd - field.valueStart : 0
}

function invalid(message: string, param?: string): WeirError {
  return new WeirError('invalid_request', message, param === undefined ? {} : { param })
}
