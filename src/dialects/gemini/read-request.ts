import type { IncomingRequest, InputSize, ModelRequest } from '../../core/dialect.ts'
import { findFields, type JsonField } from '../../core/json-fields.ts'
import type { Fields } from '../fields.ts'
import { invalid, readJsonRequest, type JsonRequest } from '../json-request.ts'
import { checkNames, fieldOf, flagOf, governing, objectOf, spellingOf, wholeOf } from './field-names.ts'
import { sizeOf } from './media.ts'
import { refusable, refuseUnpriced } from './refusals.ts'

/** A request with where its fields are, so that a few can be edited. */
export interface GeminiRequest extends ModelRequest, JsonRequest {
  readonly body: Uint8Array
  readonly size: InputSize
  /** Whether a stream goes down as server-sent events; else it is one growing JSON array. */
  readonly sse: boolean
  /** Its generationConfig, which can be edited too; undefined where it is absent or null. */
  readonly config: JsonRequest | undefined
  /** Whether the caller wants to see thoughts. */
  readonly showsThoughts: boolean
}

const governedOfRequest = governing([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'safetySettings',
  'generationConfig',
  'labels',
  ...refusable.request,
])

const governedOfConfig = governing([
  'maxOutputTokens',
  'candidateCount',
  'thinkingConfig',
  ...refusable.config,
])

const mostTokens = 10_000_000
const mostAnswers = 128

/** Reads and checks a request. Throws WeirError, naming the field at fault. */
export function readRequest({ body, model, stream = false, query }: IncomingRequest): GeminiRequest {
  const json = readJsonRequest(body, { governed: new Set(), inputFields: new Set(), note: () => {} })
  checkNames(json.fields, json.values, governedOfRequest)
  const config = readConfig(json)
  const settings = config?.values ?? {}
  refuseUnpriced(json.values, settings)
  const outputCap = wholeOf(settings, 'maxOutputTokens', mostTokens)
  const thinking = objectOf(settings, 'thinkingConfig') ?? {}
  return {
    ...json,
    model: readModel(json.values, model),
    stream,
    sse: readForm(query),
    config,
    showsThoughts: flagOf(thinking, 'includeThoughts') ?? false,
    size: readSize(json),
    ...(outputCap !== undefined && { outputCap }),
    answers: wholeOf(settings, 'candidateCount', mostAnswers) ?? 1,
    extraOutputTokens: 0,
  }
}

/** The model is in the address. Google ignores one in the body, so another one there is a mistake. */
function readModel(values: Fields, model: string | undefined): string {
  if (model === undefined || model === '') throw invalid('The address must name a model.', 'model')
  const said = fieldOf(values, 'model')
  if (said === undefined || said === model || said === `models/${model}`) return model
  throw invalid('model differs from the model in the address.', 'model')
}

function readForm(query: IncomingRequest['query']): boolean {
  const alt = query?.['alt'] ?? query?.['$alt'] ?? 'json'
  if (alt !== 'sse' && alt !== 'json') throw invalid('alt must be sse or json.', 'alt')
  return alt === 'sse'
}

function readSize({ values, size }: JsonRequest): InputSize {
  if (fieldOf(values, 'contents') === undefined) throw invalid('contents must be a list.', 'contents')
  return sizeOf(values, size.textBytes)
}

/** The generationConfig as a request of its own, whose offsets are into the same bytes. */
function readConfig(json: JsonRequest): JsonRequest | undefined {
  const values = objectOf(json.values, 'generationConfig')
  const place = json.fields.get(spellingOf(json.values, 'generationConfig') ?? '')
  if (!values || !place) return undefined
  const found = findFields(json.body.subarray(place.valueStart, place.valueEnd))
  const fields = new Map(
    found.fields.map((field) => [plainName(field.rawName), shifted(field, place.valueStart)] as const),
  )
  checkNames(fields, values, governedOfConfig)
  return { ...json, values, fields, open: place.valueStart }
}

/** A name with escapes stays one that is compared without them, and so is found out. */
function plainName(rawName: string): string {
  return rawName.includes('\\') ? (JSON.parse(`"${rawName}"`) as string) : rawName
}

function shifted({ rawName, nameStart, valueStart, valueEnd }: JsonField, by: number): JsonField {
  return { rawName, nameStart: nameStart + by, valueStart: valueStart + by, valueEnd: valueEnd + by }
}
