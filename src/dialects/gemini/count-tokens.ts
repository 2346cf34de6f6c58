import type { IncomingRequest } from '../../core/dialect.ts'
import { spliceBytes } from '../../core/json-fields.ts'
import { setField } from '../json-edits.ts'
import { readJsonRequest } from '../json-request.ts'
import { objectOf, spellingOf } from './field-names.ts'
import { readRequest, type GeminiRequest } from './read-request.ts'

/** Google's `:countTokens`: asks how much a request brings in. */

const encoder = new TextEncoder()

/** Reads the request whose tokens are to be counted: it is the body, or its `generateContentRequest`. */
export function readCountTokens(incoming: IncomingRequest): GeminiRequest {
  const { body } = incoming
  const json = readJsonRequest(body, { governed: new Set(), inputFields: new Set(), note: () => {} })
  const place = json.fields.get(spellingOf(json.values, 'generateContentRequest') ?? '')
  const isWrapped = objectOf(json.values, 'generateContentRequest') !== undefined && place !== undefined
  const counted = isWrapped ? body.subarray(place.valueStart, place.valueEnd) : body
  return readRequest({ ...incoming, body: counted, stream: false, query: {} })
}

export function countTokensPath(model: string): string {
  return `/models/${encodeURIComponent(model)}:countTokens`
}

/** The question as it goes up: only so wrapped Google counts instructions and functions too. */
export function rewriteCount(request: GeminiRequest, upstreamModel: string): Uint8Array {
  const model = setField(request, 'model', JSON.stringify(`models/${upstreamModel}`))
  const text = spliceBytes(request.body, model)
  return spliceBytes(text, [
    { start: 0, end: 0, text: '{"generateContentRequest":' },
    { start: text.length, end: text.length, text: '}' },
  ])
}

export function printCount(totalTokens: number): Uint8Array {
  return encoder.encode(JSON.stringify({ totalTokens }))
}
