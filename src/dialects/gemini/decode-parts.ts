import type { MediaPart, Part, TextPart, ToolCallPart, ToolResultPart } from '../../core/chat/call.ts'
import type { Seal } from '../../core/chat/seal.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { camelOf, flagOf, objectOf, objectsOf, stringOf } from './field-names.ts'
import { sealOf } from './seals.ts'
import type { CallIds } from './call-ids.ts'

/** What the parts of a request are read with. */
export interface PartReading {
  readonly ids: CallIds
  /** Names of fields that have no place in a call. */
  readonly foreign: Set<string>
}

const known: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
])

/** A part as parts of a turn. What bears another maker's seal follows the thought that was sealed. */
export function decodePart(part: Fields, reading: PartReading): Part[] {
  for (const [name, value] of Object.entries(part))
    if (!known.has(camelOf(name)) && value !== null) reading.foreign.add(camelOf(name))
  const seal = sealOf(stringOf(part, 'thoughtSignature'))
  const call = objectOf(part, 'functionCall')
  if (call) return decodeCallPart(call, seal, reading)
  const result = objectOf(part, 'functionResponse')
  if (result) return [decodeResult(result, reading)]
  const text = stringOf(part, 'text')
  if (flagOf(part, 'thought') === true)
    return text === undefined ? [] : [{ type: 'reasoning', text, ...(seal && { seal }) }]
  if (text !== undefined) return [...sealed(seal), ...(text === '' ? [] : [{ type: 'text', text } as const])]
  return decodeMedia(part)
}

function sealed(seal: Seal | undefined): Part[] {
  return seal ? [{ type: 'reasoning', text: '', seal }] : []
}

function decodeCallPart(call: Fields, seal: Seal | undefined, { ids }: PartReading): Part[] {
  const name = requiredString(call, 'functionCall', 'name')
  const part: ToolCallPart = {
    type: 'tool_call',
    id: ids.ofCall(name, stringOf(call, 'id')),
    name,
    arguments: JSON.stringify(objectOf(call, 'args') ?? {}),
    kind: 'function',
  }
  return seal && seal.by !== 'google' ? [...sealed(seal), part] : [{ ...part, ...(seal && { seal }) }]
}

const knownOfResult: ReadonlySet<string> = new Set(['id', 'name', 'response', 'parts'])

function decodeResult(result: Fields, { ids, foreign }: PartReading): ToolResultPart {
  for (const [name, value] of Object.entries(result))
    if (!knownOfResult.has(camelOf(name)) && value !== null) foreign.add(camelOf(name))
  const name = requiredString(result, 'functionResponse', 'name')
  const { text, isError } = wordsOf(objectOf(result, 'response') ?? {})
  const media = objectsOf(result, 'parts').flatMap(decodeMedia)
  return {
    type: 'tool_result',
    callId: ids.ofResult(name, stringOf(result, 'id')),
    content: [{ type: 'text', text }, ...media],
    isError,
    kind: 'function',
  }
}

/** An object that says nothing but an output, or an error, stands for that. */
function wordsOf(response: Fields): { text: string; isError: boolean } {
  const [only, ...others] = Object.keys(response)
  const isWrapper = others.length === 0 && (only === 'output' || only === 'error')
  const value = isWrapper ? response[only] : response
  return {
    text: typeof value === 'string' ? value : JSON.stringify(value),
    isError: isWrapper && only === 'error',
  }
}

type Media = MediaPart | TextPart

function decodeMedia(part: Fields): Media[] {
  const inline = objectOf(part, 'inlineData')
  if (inline) return [decodeInline(inline)]
  const file = objectOf(part, 'fileData')
  return file ? [decodeFile(file)] : []
}

function decodeInline(inline: Fields): Media {
  const mediaType = requiredString(inline, 'inlineData', 'mimeType')
  const data = requiredString(inline, 'inlineData', 'data')
  const text = /^text\//i.test(mediaType) ? textOfBase64(data) : undefined
  const source =
    text === undefined ? ({ type: 'base64', mediaType, data } as const) : ({ type: 'text', text } as const)
  return { type: kindOf(mediaType), source, ...nameOf(inline) }
}

function decodeFile(file: Fields): Media {
  const url = requiredString(file, 'fileData', 'fileUri')
  const mediaType = stringOf(file, 'mimeType')
  const type = mediaType === undefined && isYouTube(url) ? 'video' : kindOf(mediaType ?? '')
  const source = { type: 'url', url, ...(mediaType !== undefined && { mediaType }) } as const
  return { type, source, ...nameOf(file) }
}

function kindOf(mediaType: string): MediaPart['type'] {
  const [kind = ''] = mediaType.toLowerCase().split('/')
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document'
}

/** The one address outside of its own files that Google's developers' API fetches from. */
export function isYouTube(url: string): boolean {
  return /^https:\/\/(www\.)?(youtube\.com\/watch\?|youtu\.be\/)/.test(url)
}

function nameOf(holder: Fields): { name?: string } {
  const name = stringOf(holder, 'displayName')
  return name === undefined ? {} : { name }
}

function textOfBase64(data: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(atob(data.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0)),
    )
  } catch {
    throw invalid('inlineData.data must be base64 of the text.', 'inlineData')
  }
}

function requiredString(fields: Fields, holder: string, name: string): string {
  const value = stringOf(fields, name)
  if (value === undefined || value === '') throw invalid(`${holder}.${name} must be a string.`, holder)
  return value
}
