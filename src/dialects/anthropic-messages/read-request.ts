import type { IncomingRequest, InputSize, ModelRequest } from '../../core/dialect.ts'
import type { Fields } from '../fields.ts'
import { invalid, readFlag, readJsonRequest, type JsonRequest } from '../json-request.ts'
import { readEndUser } from './end-user.ts'
import { governed, refuseUnpriced } from './governed.ts'
import { surveyContent } from './media.ts'
import { toolOverheadBytes } from './tool-types.ts'
import { searchesOf } from './web-search.ts'

/** A messages request with where its fields are, so that a few can be edited. */
export interface MessagesRequest extends ModelRequest, JsonRequest {
  readonly body: Uint8Array
  readonly size: InputSize
  /** As the caller wrote it: 0 only warms the cache. Absent where tokens are only to be counted. */
  readonly maxTokens?: number
}

/** Reads and checks a messages request. Throws WeirError, naming the field at fault. */
export function readRequest({ body }: IncomingRequest): MessagesRequest {
  const { request, values } = readBody(body)
  const maxTokens = readMaxTokens(values)
  // A hold is for one token at least, though none may come.
  return { ...request, stream: readFlag(values, 'stream'), maxTokens, outputCap: Math.max(1, maxTokens) }
}

/** Reads a request to count the tokens of what a messages request would bring in. */
export function readCountTokens(body: Uint8Array): MessagesRequest {
  return readBody(body).request
}

function readBody(body: Uint8Array): { request: MessagesRequest; values: Fields } {
  // What is content, and what only looks like it (the input of a tool is any JSON), is told apart by where it stands.
  const json = readJsonRequest(body, { governed, inputFields: new Set(), note: () => {} })
  const { values } = json
  const model = readModel(values)
  refuseUnpriced(values)
  const endUser = readEndUser(values)
  const webSearches = searchesOf(values)
  const request = {
    ...json,
    model,
    stream: false,
    size: sizeOf(json, webSearches !== undefined),
    answers: 1,
    extraOutputTokens: 0,
    ...(webSearches !== undefined && { webSearches }),
    ...(endUser !== undefined && { endUser }),
  }
  return { request, values }
}

function readModel(values: Fields): string {
  const { model } = values
  if (typeof model !== 'string' || model === '') throw invalid('model must be the name of a model.', 'model')
  if (!Array.isArray(values['messages'])) throw invalid('messages must be a list.', 'messages')
  return model
}

const mostTokens = 10_000_000

function readMaxTokens(values: Fields): number {
  const value = values['max_tokens']
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostTokens) return value
  throw invalid(`max_tokens must be a whole number from 0 to ${mostTokens}.`, 'max_tokens')
}

/** What a search finds is read too, and may be long. */
function sizeOf({ values, size }: JsonRequest, searches: boolean): InputSize {
  const { images, mediaBytes, unbounded } = surveyContent(values)
  const textBytes = size.textBytes - mediaBytes + toolOverheadBytes(values)
  return { textBytes, images, unbounded: unbounded || searches }
}
